/*
 * Reports: what people of ours, and other nodes, hold against accounts and posts.
 */
#ifndef STORAGE_REPORTS_H
#define STORAGE_REPORTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum {
	REPORTS_MAX = 10000,            /* kept in all */
	REPORTS_CROWD = 5000,           /* beyond so many nobody has more than a share, so that one leaves room for others */
	REPORTS_SHARE = 100,
	REPORT_POSTS_MAX = 100,
	REPORT_COMMENT_CHARACTERS = 5000,
	REPORT_CLOSED_DAYS = 90,        /* a closed one is kept */
};

/* Gives report->id, and created_ms from the transaction. ERR_LIMIT: there are too many, in all or of
 * this reporter. */
int reports_add(struct txn *txn, struct report *report);
int reports_get(struct arena *arena, struct view *view, uint64_t id, struct report *ret_report);
/* Puts back what was read of one in the same transaction, and says that it changed. */
int reports_put(struct txn *txn, struct report *report);
/* By a moderator, or the command line (0). Closing twice is no error. ERR_NOT_FOUND. */
int reports_close(struct arena *arena, struct txn *txn, uint64_t id, uint64_t by_id);
/* Takes that back; what is open stays so. ERR_NOT_FOUND. */
int reports_reopen(struct arena *arena, struct txn *txn, uint64_t id);
/* Removes those that were closed more than REPORT_CLOSED_DAYS ago, at most `max`; *ret_more: call again. */
int reports_forget(struct txn *txn, size_t max, bool *ret_more);
/* The newest first, at most `max`; without the closed ones unless `closed`. */
int reports_list(struct arena *arena, struct view *view, bool closed, size_t max, struct report **ret_reports,
                 size_t *ret_count);

#endif
