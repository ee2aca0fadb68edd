/*
 * Web Push subscriptions: where a client wants to be told of notices, one for each token, and the node's own key pair
 * that says who tells (VAPID).
 *
 * A subscription holds its token's secret, since the messages name it: that is how clients know whose they are. It is
 * sealed with a key that is not in the store. A subscription ends with its token.
 */
#ifndef STORAGE_PUSHES_H
#define STORAGE_PUSHES_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { PUSHES_MAX = 20 };  /* of one person */

int pushes_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t token_id, struct push *ret_push);
/* Inserts or replaces. ERR_LIMIT: the person has PUSHES_MAX others. */
int pushes_put(struct txn *txn, const struct push *push);
/* Absent is OK. */
int pushes_delete(struct txn *txn, uint64_t account_id, uint64_t token_id);
int pushes_delete_all(struct txn *txn, uint64_t account_id);

/* Adds a job "push" for each subscription that wants this notice: subject its id, cursor the recipient, argument the
 * token's id. Who has none costs one seek. */
int pushes_tell(struct txn *txn, const struct notice *notice);

/* The pair's bytes, the private half first; ERR_NOT_FOUND. */
int pushes_key(struct arena *arena, struct view *view, struct str *ret_pair);
int pushes_key_put(struct txn *txn, struct str pair);

#endif
