/*
 * Who blocks whom. What a block hides is decided in storage/access.h and by the timelines; what it forbids, by the rows
 * of federation/apply.c.
 */
#ifndef STORAGE_BLOCKS_H
#define STORAGE_BLOCKS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

int blocks_get(struct arena *arena, struct view *view, uint64_t blocker_id, uint64_t blocked_id,
               struct block *ret_block);
/* One read, no allocation. Nobody blocks oneself, or nobody. */
bool blocks_has(struct view *view, uint64_t blocker_id, uint64_t blocked_id);
/* Either of the two blocks the other. */
bool blocks_between(struct view *view, uint64_t a, uint64_t b);
/* Inserts or replaces; follows are the caller's business. ERR_INVALID: oneself. ERR_EXISTS: the uri made something
 * else. */
int blocks_put(struct txn *txn, const struct block *block);
/* ERR_NOT_FOUND when there is none. */
int blocks_delete(struct txn *txn, uint64_t blocker_id, uint64_t blocked_id);

/* Accounts that `account_id` blocks, by id after `after`. */
int blocks_of(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
              struct id_list *ret_ids);
/* Accounts that block `account_id`, by id after `after`. */
int blocks_against(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids);

#endif
