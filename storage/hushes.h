/*
 * Threads that somebody wants to hear no more of: nothing that is done in them is told to him. A thread is known by the
 * post that began it, and stays hushed when that post goes.
 */
#ifndef STORAGE_HUSHES_H
#define STORAGE_HUSHES_H

#include "storage/engine/store.h"
#include "storage/model.h"

/* The thread that a post belongs to, or, of a boost, that of what it boosts; a short look is enough. */
uint64_t hushes_thread(struct view *view, const struct post *post);
bool hushes_has(struct view *view, uint64_t thread_id, uint64_t account_id);
/* Twice is no error. */
int hushes_add(struct txn *txn, uint64_t thread_id, uint64_t account_id);
/* OK when there was none. */
int hushes_remove(struct txn *txn, uint64_t thread_id, uint64_t account_id);
/* The thread `from` turned out to belong to `to`, which is hushed then for whom `from` was. */
int hushes_copy(struct txn *txn, uint64_t from, uint64_t to);
/* Removes up to `max` of an account that ends; *ret_more: there may be others. */
int hushes_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
