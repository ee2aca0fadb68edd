/*
 * What one of ours keeps to himself about another account: that he mutes it, a note, that he recommends it, that he
 * does not want it suggested. Only the recommendation is for others to see; nothing of it leaves the node.
 */
#ifndef STORAGE_TIES_H
#define STORAGE_TIES_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* ERR_NOT_FOUND: nothing is kept, and *ret_tie is an empty one of the two. */
int ties_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t other_id, struct tie *ret_tie);
/* Inserts or replaces; one that says nothing is removed. ERR_INVALID: oneself, or nobody. */
int ties_put(struct txn *txn, const struct tie *tie);

/* Whom one follows no more one does not recommend. */
int ties_follow_ended(struct txn *txn, uint64_t account_id, uint64_t other_id);

/* Is the other one muted now? A mute that ran out is none. One read, no allocation. */
bool ties_mute(struct view *view, uint64_t account_id, uint64_t other_id);
/* Are its notices not wanted either? */
bool ties_mute_notices(struct view *view, uint64_t account_id, uint64_t other_id);
bool tie_mutes(const struct tie *tie, int64_t now_ms);

enum tie_kind { TIE_MUTED, TIE_ENDORSED, TIE_DISMISSED };
/* Accounts to which `account_id` has a tie of that kind, by id after `after`. */
int ties_of(struct arena *arena, struct view *view, uint64_t account_id, enum tie_kind kind, uint64_t after, size_t max,
            struct id_list *ret_ids);
/* Removes up to `max` of both sides of an account that ends; *ret_more: there may be others. */
int ties_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
