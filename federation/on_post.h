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

/* Stores a foreign post that object_resolve() has completed, without telling anybody (backfill). */
int on_post_add(struct arena *arena, struct txn *txn, struct object_draft *draft);
/* Has the unknown parent of a post fetched by a job, `depth` posts up the thread (nothing beyond 3). */
int on_post_fetch_parent(struct arena *arena, struct txn *txn, struct str uri, uint64_t depth);

#endif
