/*
 * The queue of changes. Entries stand under their sequence; under 0, up to which they were forgotten. Puts on the writer
 * thread, reads on any.
 */
#include "storage/changes.h"

#include "storage/base/err.h"
#include "storage/keys.h"

enum { VALUE_BYTES = 9 };

static int put(struct txn *txn, uint64_t sequence, uint8_t kind, uint64_t id)
{
	uint8_t value[VALUE_BYTES] = { kind };
	struct key key;

	value_u64(value + 1, id);
	return txn_put(txn, SPACE_CHANGE, key_u64(&key, sequence), (struct str){ (const char *)value, VALUE_BYTES });
}

int changes_note(struct txn *txn, uint8_t kind, uint64_t id)
{
	return put(txn, txn_new_id(txn), kind, id);
}

int changes_page(struct view *view, uint64_t after, struct change *ret_changes, size_t max, size_t *ret_count)
{
	enum { BATCH = 64 };
	struct engine_item items[BATCH];
	struct key from;
	size_t n = BATCH, wanted = BATCH;

	*ret_count = 0;
	while (*ret_count < max && n == wanted) {
		struct engine_range range = { .from = key_u64(&from, after + 1) };
		int r;

		wanted = max - *ret_count < BATCH ? max - *ret_count : BATCH;
		r = view_scan(view, SPACE_CHANGE, &range, items, wanted, &n);
		if (r != OK)
			return r;
		for (size_t i = 0; i < n; i++) {
			if (items[i].value.n != VALUE_BYTES)
				return ERR_CORRUPT;
			after = key_read_u64(items[i].key, 0);
			ret_changes[(*ret_count)++] = (struct change){
				after, (uint8_t)items[i].value.p[0], key_read_u64(items[i].value, 1)
			};
		}
	}
	return OK;
}

int changes_forgotten(struct view *view, uint64_t *ret_sequence)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_CHANGE, key_u64(&key, 0), &value);

	*ret_sequence = r == OK ? key_read_u64(value, 1) : 0;
	return r == ERR_NOT_FOUND ? OK : r;
}

int changes_forget(struct txn *txn, uint64_t sequence, bool *ret_more)
{
	struct change changes[CHANGES_TRIM_MAX];
	uint64_t last = 0;
	struct key key;
	size_t n;
	int r = changes_page(txn_view(txn), 0, changes, CHANGES_TRIM_MAX, &n);

	*ret_more = r == OK && n == CHANGES_TRIM_MAX && changes[n - 1].sequence < sequence;
	if (r != OK)
		return r;
	for (size_t i = 0; i < n && changes[i].sequence <= sequence; i++) {
		last = changes[i].sequence;
		txn_del(txn, SPACE_CHANGE, key_u64(&key, last));
	}
	if (last)
		put(txn, 0, 0, last);
	return txn_err(txn);
}
