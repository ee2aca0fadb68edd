/*
 * The queue of changes: which posts and people are no longer what derived data says of them. Whoever writes a record
 * appends here in the same transaction; the indexer of the search (node/search/indexer.h) reads it at its own pace.
 *
 * An entry says that something changed, not what: its reader looks at the record as it is by then, so that reading an
 * entry twice does no harm.
 */
#ifndef STORAGE_CHANGES_H
#define STORAGE_CHANGES_H

#include "storage/engine/store.h"

enum change_kind { CHANGE_POST = 1, CHANGE_ACCOUNT = 2 };  /* stored */

struct change {
	uint64_t sequence;   /* grows with time, also over a restart or a restored store */
	uint8_t kind;        /* enum change_kind */
	uint64_t id;
};

enum { CHANGES_TRIM_MAX = 500 };

/* Appends; gives the sticky error of the txn. */
int changes_note(struct txn *txn, uint8_t kind, uint64_t id);
/* Entries after `after`, oldest first, at most `max`. */
int changes_page(struct view *view, uint64_t after, struct change *ret_changes, size_t max, size_t *ret_count);
/* Up to which entry they were forgotten; 0: none was. Who has not read that far has missed something. */
int changes_forgotten(struct view *view, uint64_t *ret_sequence);
/* Forgets entries up to `sequence`, CHANGES_TRIM_MAX of them at most. */
int changes_forget(struct txn *txn, uint64_t sequence, bool *ret_more);

#endif
