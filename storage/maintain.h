/*
 * Care of the store: the format version and its migrations, and the check of every index against its primary.
 */
#ifndef STORAGE_MAINTAIN_H
#define STORAGE_MAINTAIN_H

#include "storage/engine/store.h"

struct arena;

enum { STORE_FORMAT_VERSION = 1 };

/* Makes an empty store current, runs missing migrations in order (each in one transaction with its number), and
 * refuses a newer one: ERR_INVALID, *ret_found its version. */
int maintain_migrate(struct store *store, uint64_t *ret_found);

/* Verifies every index entry against its primary record, every primary against its indexes, every count, and that
 * every record decodes. Calls report(context, sentence) per finding; *ret_findings their number. */
int maintain_check(struct view *view, void (*report)(void *context, const char *sentence), void *context,
                   uint64_t *ret_findings);

#endif
