/*
 * Pins: one mark per account and post. Does not ask whether a post may be pinned. Reads: any thread; puts: the writer.
 */
#include "storage/pins.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/record.h"

bool pins_has(struct view *view, uint64_t account_id, uint64_t post_id)
{
	struct key key;

	return view_has(view, SPACE_PINNED, key_u64_u64(&key, account_id, post_id));
}

int pins_add(struct txn *txn, uint64_t account_id, uint64_t post_id, size_t max)
{
	struct arena *scratch;
	struct id_list ids = { NULL, 0 };
	struct key key;
	int r;

	if (pins_has(txn_view(txn), account_id, post_id))
		return OK;
	scratch = arena_new();
	r = pins_of(scratch, txn_view(txn), account_id, &ids);
	arena_free(scratch);
	if (r)
		return r;
	return ids.count < max ? record_put_mark(txn, SPACE_PINNED, key_u64_u64(&key, account_id, post_id)) : ERR_LIMIT;
}

int pins_remove(struct txn *txn, uint64_t account_id, uint64_t post_id)
{
	struct key key;

	if (!pins_has(txn_view(txn), account_id, post_id))
		return OK;
	return txn_del(txn, SPACE_PINNED, key_u64_u64(&key, account_id, post_id));
}

int pins_of(struct arena *arena, struct view *view, uint64_t account_id, struct id_list *ret_post_ids)
{
	int r = ids_page(arena, view, SPACE_PINNED, account_id, 0, PINS_FOREIGN_MAX, NULL, ret_post_ids);

	for (size_t i = 0; !r && i < ret_post_ids->count / 2; i++) {
		uint64_t *last = &ret_post_ids->ids[ret_post_ids->count - 1 - i], id = ret_post_ids->ids[i];

		ret_post_ids->ids[i] = *last;
		*last = id;
	}
	return r;
}
