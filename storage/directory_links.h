/*
 * Who of our people is whom in the company's directory: an entry there, known by its stable id, leads to one account here
 * and to no second one. A name or address that changes hands leads nobody to somebody else's account. Beside it how the
 * last synchronisation went. Reads: any thread; changes: the writer.
 */
#ifndef STORAGE_DIRECTORY_LINKS_H
#define STORAGE_DIRECTORY_LINKS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* ERR_NOT_FOUND. */
int directory_links_get(struct arena *arena, struct view *view, uint64_t account_id, struct directory_link *ret_link);
int directory_links_by_id(struct arena *arena, struct view *view, struct str id, struct directory_link *ret_link);
/* Costs nothing but a look. Errors count as no. */
bool directory_links_has(struct view *view, uint64_t account_id);
/* Inserts or replaces. ERR_EXISTS: the entry is another account's. */
int directory_links_put(struct txn *txn, const struct directory_link *link);
/* Absent is OK. */
int directory_links_delete(struct txn *txn, uint64_t account_id);
/* In account id order after `after`; at most `max`. */
int directory_links_each(struct arena *arena, struct view *view, uint64_t after, size_t max,
                         struct directory_link **ret_links, size_t *ret_count);
int directory_links_count(struct view *view, uint64_t *ret_count);

/* All zero when there was none. */
int directory_run_get(struct arena *arena, struct view *view, struct directory_run *ret_run);
int directory_run_put(struct txn *txn, const struct directory_run *run);

#endif
