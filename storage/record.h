/*
 * Records in their spaces: the codec and the store in one step.
 *
 * Only the rooms that own a space put its records. Any thread that may use the view or txn.
 */
#ifndef STORAGE_RECORD_H
#define STORAGE_RECORD_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Reads and decodes; texts live in `arena`, which may be NULL for a type without texts and lists.
 * ERR_NOT_FOUND; ERR_CORRUPT. */
int record_get(struct arena *arena, struct view *view, unsigned space, struct str key,
               const struct record_type *type, void *ret_record);
/* Encodes and puts. ERR_LIMIT: longer than a value may be. */
int record_put(struct txn *txn, unsigned space, struct str key, const struct record_type *type,
               const void *record);
/* The same for a record with entries in indexes (storage/index.h): those of what stood there before go, its own come. */
int record_put_indexed(struct txn *txn, unsigned space, struct str key, const struct record_type *type,
                       const void *record);
/* The record goes, with its entries. ERR_NOT_FOUND: there was none. */
int record_del_indexed(struct txn *txn, unsigned space, struct str key, const struct record_type *type);
/* The id that an index holds under `key`. ERR_NOT_FOUND. */
int record_id(struct view *view, unsigned space, struct str key, uint64_t *ret_id);
/* An id as the value of an index entry. */
int record_put_id(struct txn *txn, unsigned space, struct str key, uint64_t id);
/* An index entry whose key says it all. */
int record_put_mark(struct txn *txn, unsigned space, struct str key);
/* Deletes what stands under keys that begin with `prefix`, and nothing that follows from it: for spaces of which no
 * other knows. The second stops at `max`; *ret_more: there may be others. Both give the sticky error of the txn. */
int record_del_below(struct txn *txn, unsigned space, struct str prefix);
int record_del_some(struct txn *txn, unsigned space, struct str prefix, size_t max, bool *ret_more);

#endif
