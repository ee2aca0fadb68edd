/*
 * Polls in the client API: the Poll entity, GET /api/v1/polls/:id and voting. The id of a poll is that of its post.
 *
 * check and show on HTTP threads, write on the writer. Whoever may not see a post gets the same answer as for one that
 * does not exist.
 */
#ifndef NODE_API_POLLS_H
#define NODE_API_POLLS_H

#include "federation/apply.h"
#include "node/call.h"
#include "storage/base/json.h"

/* The entity as a value. `emojis`: those of its options, a JSON array. `vote` NULL: the viewer has none; viewer_id 0:
 * nobody looks. */
void poll_entity_w(struct json_writer *w, const struct poll *poll, struct str emojis, uint64_t author_id,
                   uint64_t viewer_id, const struct vote *vote);

/* Reads poll[…] of a new post into the draft; without it nothing changes. 422. */
int poll_read(struct call *call, struct post_draft *draft);
/* Of a post that is edited: clients send its poll again, which must be the one it has, since who answered one question has
 * not answered another. Its end stays. 422. */
int poll_read_again(struct call *call, struct view *view, uint64_t post_id);

int api_poll_check(struct call *call, struct view *view);
int api_poll_vote_check(struct call *call, struct view *view);
/* 422: voted already, over, one's own, or no such option. */
int api_poll_vote_write(struct call *call, struct txn *txn);
int api_poll_show(struct call *call, struct view *view);

#endif
