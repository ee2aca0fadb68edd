/*
 * Posts that their authors show at the top of their profiles. A pin goes with its post.
 */
#ifndef STORAGE_PINS_H
#define STORAGE_PINS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum {
	PINS_MAX = 5,           /* one of ours has */
	PINS_FOREIGN_MAX = 20,  /* are kept of an account elsewhere */
};

bool pins_has(struct view *view, uint64_t account_id, uint64_t post_id);
/* ERR_LIMIT: there are `max` others. Whose post it is, is the caller's to ask. Twice is no error. */
int pins_add(struct txn *txn, uint64_t account_id, uint64_t post_id, size_t max);
/* OK when there was none. */
int pins_remove(struct txn *txn, uint64_t account_id, uint64_t post_id);
/* Newest post first; all of them. */
int pins_of(struct arena *arena, struct view *view, uint64_t account_id, struct id_list *ret_post_ids);

#endif
