/*
 * What belongs to a post of ours, as collections for peers: answers, reactions, and the thread that it began.
 *
 * Each is there for whom the post is there for, and holds what its reader may see: the check and work stages are
 * api_fetch_check() and api_fetch_work().
 */
#ifndef NODE_API_POST_COLLECTIONS_H
#define NODE_API_POST_COLLECTIONS_H

#include "node/call.h"

/* GET /p/:id/replies: what answers the post itself, newest first. */
int api_post_replies_show(struct call *call, struct view *view);
/* GET /p/:id/likes and /p/:id/shares: how many. */
int api_post_likes_show(struct call *call, struct view *view);
int api_post_shares_show(struct call *call, struct view *view);
/* GET /p/:id/context: of a post that begins a thread, all of the thread, oldest first (FEP-7888). */
int api_post_context_show(struct call *call, struct view *view);

#endif
