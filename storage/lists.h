/*
 * Lists: named groups of those one follows, each a timeline of its own. Nobody else knows of them.
 *
 * Who is not followed any more leaves the lists (storage/graph.c); oneself may be in one's own.
 */
#ifndef STORAGE_LISTS_H
#define STORAGE_LISTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { LISTS_MAX = 50, LIST_MEMBERS_MAX = 250 };

/* ERR_NOT_FOUND: also when it is another's. */
int lists_get(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t id, struct list *ret_list);
/* Inserts (list->id == 0: a new id is set) or replaces. ERR_LIMIT: LISTS_MAX. */
int lists_put(struct txn *txn, struct list *list);
/* With its members. ERR_NOT_FOUND. */
int lists_delete(struct txn *txn, uint64_t owner_id, uint64_t id);
/* All of a person's, the oldest first. */
int lists_of(struct arena *arena, struct view *view, uint64_t owner_id, struct list **ret_lists, size_t *ret_count);

/* Twice is no error. ERR_DENIED: not followed, nor asked to be. ERR_LIMIT: LIST_MEMBERS_MAX. */
int lists_add(struct txn *txn, const struct list *list, uint64_t account_id);
/* OK when it was not there. */
int lists_remove(struct txn *txn, const struct list *list, uint64_t account_id);
bool lists_have(struct view *view, uint64_t id, uint64_t account_id);
/* By account id after `after`. */
int lists_members(struct arena *arena, struct view *view, uint64_t id, uint64_t after, size_t max,
                  struct id_list *ret_ids);
/* The lists of `owner_id` that hold an account. */
int lists_holding(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t account_id,
                  struct id_list *ret_ids);
/* Is the account in a list of `owner_id` that keeps its members out of his home? No allocation. */
bool lists_exclude(struct view *view, uint64_t owner_id, uint64_t account_id);
/* Has he any such list? */
bool lists_any_exclusive(struct view *view, uint64_t owner_id);
/* Takes an account out of all lists of `owner_id`. */
int lists_forget(struct txn *txn, uint64_t owner_id, uint64_t account_id);
/* Removes a list of an account that ends; *ret_more: there may be others. */
int lists_purge(struct txn *txn, uint64_t owner_id, size_t max, bool *ret_more);

#endif
