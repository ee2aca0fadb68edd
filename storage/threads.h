/*
 * Threads: a reply finds its parent, a parent finds the replies that came before it. Walking a thread is in
 * storage/posts.h; this is what adding a post needs. A thread has no cycles: what would close one is not taken in.
 */
#ifndef STORAGE_THREADS_H
#define STORAGE_THREADS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Sets in_reply_to_id, in_reply_to_account_id and root_id of a new post from what is known of its parent, by
 * in_reply_to_uri when that is there. An unknown parent: no id, and the post is the root for now. ERR_NOT_FOUND:
 * there is no in_reply_to_uri and in_reply_to_id names no post. */
int thread_place(struct arena *scratch, struct view *view, struct post *post);
/* Gives a post the replies that waited for its URI, and their threads its root: at most POST_ADOPT_MAX posts, then
 * *ret_more. */
int thread_adopt(struct arena *scratch, struct txn *txn, const struct post *post, bool *ret_more);

#endif
