/*
 * Rows of the activity table that change and end actors. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_ACTOR_H
#define FEDERATION_ON_ACTOR_H

#include "federation/apply.h"

int actor_update_may(struct apply *apply);
int actor_update_apply(struct apply *apply);
int actor_delete_may(struct apply *apply);
int actor_delete_apply(struct apply *apply);

/* Puts what a fetch or an Update says over the stored account, which keeps its id, its handle and its beginning.
 * ERR_DENIED: the id is one of ours. ERR_EXISTS: the name or the key is another's. */
int on_actor_put(struct arena *arena, struct txn *txn, struct account *account);

#endif
