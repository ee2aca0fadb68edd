/*
 * Short lists of names that a person of ours keeps: domains not to be met, tags followed, tags shown on the profile.
 * Names are compared byte by byte: the caller brings them in one form.
 */
#ifndef STORAGE_NAMED_H
#define STORAGE_NAMED_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

enum named_kind { NAMED_DOMAIN_BLOCK = 1, NAMED_FOLLOWED_TAG, NAMED_FEATURED_TAG };
enum { NAMED_BYTES_MAX = 480 };  /* what a key has room for */

struct named {
	uint64_t id;         /* time-ordered */
	struct str name;
};

bool named_has(struct view *view, uint64_t account_id, uint8_t kind, struct str name);
/* Does the list hold anything? */
bool named_any(struct view *view, uint64_t account_id, uint8_t kind);
/* Twice is no error. ERR_LIMIT: there are `max` others. ERR_INVALID: an empty name, or one too long. */
int named_add(struct txn *txn, uint64_t account_id, uint8_t kind, struct str name, size_t max);
/* OK when it was not there. */
int named_remove(struct txn *txn, uint64_t account_id, uint8_t kind, struct str name);
/* The whole list, the last added first. */
int named_of(struct arena *arena, struct view *view, uint64_t account_id, uint8_t kind, struct named **ret_list,
             size_t *ret_count);
/* A page of it: cuts what named_of() gave. *ret_more: there may be older ones (newer ones, for min_id). */
void named_cut(const struct page *page, struct named **list, size_t *count, bool *ret_more);
/* Removes up to `max` of all lists of an account that ends; *ret_more: there may be others. */
int named_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
