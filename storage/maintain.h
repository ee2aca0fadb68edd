/*
 * Care of the store: the format version and its migrations, and the check of every index against its primary.
 */
#ifndef STORAGE_MAINTAIN_H
#define STORAGE_MAINTAIN_H

#include "storage/engine/store.h"

enum { STORE_FORMAT_VERSION = 5 };

/* Makes an empty store current, runs missing migrations in order (each in one transaction with its number), and
 * refuses a newer one: ERR_INVALID, *ret_found its version. */
int maintain_migrate(struct store *store, uint64_t *ret_found);

/* One step from the version before to `version`. The table of them ends with version 0. */
struct migration {
	uint64_t version;
	int (*run)(struct txn *txn);
};
/* The same with a table and a version of the caller's (tests). */
int maintain_migrate_by(struct store *store, const struct migration *migrations, uint64_t current,
                        uint64_t *ret_found);

/* Verifies every index entry against its primary record, every primary against its indexes, every count, and that
 * every record decodes. Calls report(context, sentence) per finding; *ret_findings their number. Streams: memory does
 * not grow with the store. An error of the store itself ends it (ERR_IO …). Implemented in storage/check.c. */
int maintain_check(struct view *view, void (*report)(void *context, const char *sentence), void *context,
                   uint64_t *ret_findings);

#endif
