/*
 * Rows of the activity table that make, change and remove posts. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_POST_H
#define FEDERATION_ON_POST_H

#include "federation/apply.h"

int create_may(struct apply *apply);
int create_apply(struct apply *apply);
int update_may(struct apply *apply);
int update_apply(struct apply *apply);
int delete_may(struct apply *apply);
int delete_apply(struct apply *apply);

/* Stores a fetched post that object_resolve() has completed, without telling anybody; of one that is known, takes a
 * newer edit by its author. draft->post.id is set. ERR_DENIED: its address is one of ours, or it is another author's. */
int on_post_put(struct arena *arena, struct txn *txn, struct object_draft *draft);
/* Has the unknown parent of a post fetched by a job, `depth` posts up the thread (nothing beyond 3). */
int on_post_fetch_parent(struct arena *arena, struct txn *txn, struct str uri, uint64_t depth);

#endif
