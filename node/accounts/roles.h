/*
 * Giving roles and taking them: the one place where a person's set of roles changes. Shared by the command line, the API
 * and whatever derives roles from elsewhere. Writer thread.
 */
#ifndef NODE_ACCOUNTS_ROLES_H
#define NODE_ACCOUNTS_ROLES_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Counts from the next request on; sessions and tokens stay. Leaves an entry in the audit journal, "role.grant" or
 * "role.revoke", unless nothing changes. `actor_id` 0: the command line. ERR_NOT_FOUND: nobody of ours. ERR_DENIED: one's
 * own role, or the last administrator's who may sign in. ERR_INVALID: not one role. */
int roles_grant(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t account_id, uint8_t role);
int roles_revoke(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t account_id, uint8_t role);

#endif
