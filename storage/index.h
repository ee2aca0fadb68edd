/*
 * Which entries of which indexes a record has: the one list by which repositories write them and the check of
 * the store (storage/maintain.h) verifies them. An entry follows from its record and its key alone.
 *
 * Not here, because they are no single record's: the list of known tags, the counts, the finished JSON.
 */
#ifndef STORAGE_INDEX_H
#define STORAGE_INDEX_H

#include "storage/engine/store.h"
#include "storage/instance.h"

/* Takes the entries; key and value are valid during the call. */
struct index_sink {
	void (*entry)(struct index_sink *sink, unsigned space, struct str key, struct str value);
};

/* Hands over each entry of `record`, which stands in the primary space `space` under `key`. Where values are no
 * records, `record` is the struct str of the value. Nothing for a space whose records have no entries. Pure. */
void index_each(struct index_sink *sink, const struct instance *instance, unsigned space, struct str key,
                const void *record);

/* Puts, deletes all entries of `record`. All three give the sticky error of the txn. */
int index_put(struct txn *txn, unsigned space, struct str key, const void *record);
int index_del(struct txn *txn, unsigned space, struct str key, const void *record);
/* Turns the entries of `old` (NULL: none) into those of `record`; what both have is not touched. */
int index_replace(struct txn *txn, unsigned space, struct str key, const void *old, const void *record);
/* Has `record` this very entry? */
bool index_has(const struct instance *instance, unsigned space, struct str key, const void *record,
               unsigned entry_space, struct str entry_key, struct str entry_value);

#endif
