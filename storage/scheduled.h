/*
 * Posts that are to appear later: what was asked for, and when. The job that publishes one is added with it
 * (federation/publish.h).
 */
#ifndef STORAGE_SCHEDULED_H
#define STORAGE_SCHEDULED_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

enum { SCHEDULED_MAX = 300, SCHEDULED_SOONEST_MINUTES = 5 };

int scheduled_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct scheduled *ret_scheduled);
/* Inserts (id 0) or replaces, with a job for its time; one of a former time finds nothing to do. ERR_LIMIT: the person
 * has SCHEDULED_MAX. */
int scheduled_put(struct txn *txn, struct scheduled *scheduled);
/* Files that still wait with it are loose from then on. ERR_NOT_FOUND. */
int scheduled_delete(struct txn *txn, uint64_t account_id, uint64_t id);
/* Newest first, by id. */
int scheduled_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                   struct scheduled **ret_list, size_t *ret_count);
/* Removes up to `max` of an account that ends; *ret_more: there may be others. */
int scheduled_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
