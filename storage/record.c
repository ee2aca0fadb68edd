/*
 * Records in their spaces. Any thread that may use the view or txn.
 */
#include "storage/record.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"

int record_get(struct arena *arena, struct view *view, unsigned space, struct str key,
               const struct record_type *type, void *ret_record)
{
	struct str value;
	int r = view_get(view, space, key, &value);

	return r == OK ? codec_decode(arena, type, value, ret_record) : r;
}

int record_put(struct txn *txn, unsigned space, struct str key, const struct record_type *type,
               const void *record)
{
	struct arena *arena = arena_new();
	struct str value = codec_encode(arena, type, record);
	int r = value.n > ENGINE_VALUE_MAX ? txn_fail(txn, ERR_LIMIT) : txn_put(txn, space, key, value);

	arena_free(arena);
	return r;
}

int record_put_indexed(struct txn *txn, unsigned space, struct str key, const struct record_type *type,
                       const void *record)
{
	struct arena *scratch = arena_new();
	void *old = arena_alloc(scratch, type->size);
	int r = record_get(scratch, txn_view(txn), space, key, type, old);

	if (r == OK || r == ERR_NOT_FOUND) {
		index_replace(txn, space, key, r == OK ? old : NULL, record);
		r = record_put(txn, space, key, type, record);
	}
	arena_free(scratch);
	return r;
}

int record_del_indexed(struct txn *txn, unsigned space, struct str key, const struct record_type *type)
{
	struct arena *scratch = arena_new();
	void *old = arena_alloc(scratch, type->size);
	int r = record_get(scratch, txn_view(txn), space, key, type, old);

	if (r == OK) {
		index_del(txn, space, key, old);
		r = txn_del(txn, space, key);
	}
	arena_free(scratch);
	return r;
}

int record_id(struct view *view, unsigned space, struct str key, uint64_t *ret_id)
{
	struct str value;
	int r = view_get(view, space, key, &value);

	if (r != OK)
		return r;
	*ret_id = key_read_u64(value, 0);
	return *ret_id ? OK : ERR_CORRUPT;
}

int record_put_id(struct txn *txn, unsigned space, struct str key, uint64_t id)
{
	uint8_t value[8];

	return txn_put(txn, space, key, value_u64(value, id));
}

int record_put_mark(struct txn *txn, unsigned space, struct str key)
{
	return txn_put(txn, space, key, STR_NONE);
}

int record_del_some(struct txn *txn, unsigned space, struct str prefix, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), space, prefix, false);
	for (; n < max && txn_err(txn) == OK && (r = prefix_next(&walk, &item)) == OK; n++)
		txn_del(txn, space, key_text(&key, item.key));
	*ret_more = n == max;
	return r == OK || r == ERR_NOT_FOUND ? txn_err(txn) : txn_fail(txn, r);
}

int record_del_below(struct txn *txn, unsigned space, struct str prefix)
{
	bool more;

	return record_del_some(txn, space, prefix, SIZE_MAX, &more);
}
