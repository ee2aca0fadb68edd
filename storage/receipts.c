/*
 * Where posts of ours went.
 */
#include "storage/receipts.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { VALUE_BYTES = 9 };  /* ms (8), given up (1) */

int receipts_put(struct txn *txn, uint64_t post_id, uint64_t peer_id)
{
	struct key key;

	return txn_put(txn, SPACE_RECEIPT, key_u64_u64(&key, post_id, peer_id), STR_NONE);
}

int receipts_of(struct arena *arena, struct view *view, uint64_t post_id, struct id_list *ret_peer_ids)
{
	return ids_page(arena, view, SPACE_RECEIPT, post_id, 0, RECEIPTS_MAX, NULL, ret_peer_ids);
}

bool receipts_has(struct view *view, uint64_t post_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix;

	prefix_walk_init(&walk, view, SPACE_RECEIPT, key_u64(&prefix, post_id), false);
	return prefix_next(&walk, &item) == OK;
}

int receipts_drop(struct txn *txn, uint64_t post_id)
{
	struct key key;

	return record_del_below(txn, SPACE_RECEIPT, key_u64(&key, post_id));
}

/* reminders */

int reminders_put(struct txn *txn, const struct reminder *reminder)
{
	uint8_t value[VALUE_BYTES];
	struct key key;

	value_u64(value, (uint64_t)reminder->since_ms);
	value[8] = reminder->given_up;
	return txn_put(txn, SPACE_REMINDER, key_u64_u64(&key, reminder->peer_id, reminder->post_id),
	               (struct str){ (const char *)value, VALUE_BYTES });
}

static bool read(const struct engine_item *item, struct reminder *ret_reminder)
{
	if (item->key.n != 16 || item->value.n != VALUE_BYTES)
		return false;
	*ret_reminder = (struct reminder){
		.peer_id = key_read_u64(item->key, 0), .post_id = key_read_u64(item->key, 8),
		.since_ms = (int64_t)key_read_u64(item->value, 0), .given_up = item->value.p[8],
	};
	return true;
}

int reminders_get(struct view *view, uint64_t peer_id, uint64_t post_id, struct reminder *ret_reminder)
{
	struct engine_item item;
	struct key key;
	int r;

	item.key = key_u64_u64(&key, peer_id, post_id);
	r = view_get(view, SPACE_REMINDER, item.key, &item.value);
	if (r != OK)
		return r;
	return read(&item, ret_reminder) ? OK : ERR_CORRUPT;
}

int reminders_delete(struct txn *txn, uint64_t peer_id, uint64_t post_id)
{
	struct key key;

	return txn_del(txn, SPACE_REMINDER, key_u64_u64(&key, peer_id, post_id));
}

int reminders_page(struct arena *arena, struct view *view, uint64_t peer_id, uint64_t after, size_t max,
                   struct reminder **ret_reminders, size_t *ret_count)
{
	struct engine_item *items = ARENA_ARRAY(arena, struct engine_item, max);
	struct key from, to;
	struct engine_range range = key_range_u64(&from, &to, peer_id, after, 0, false);
	int r = view_scan(view, SPACE_REMINDER, &range, items, max, ret_count);

	*ret_reminders = ARENA_ARRAY(arena, struct reminder, max);
	for (size_t i = 0; r == OK && i < *ret_count; i++)
		if (!read(&items[i], &(*ret_reminders)[i]))
			r = ERR_CORRUPT;
	return r;
}

int reminders_forget(struct txn *txn, int64_t before_ms, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct reminder reminder;
	size_t n = 0;
	int r;

	*ret_more = false;
	prefix_walk_init(&walk, txn_view(txn), SPACE_REMINDER, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		if (!read(&item, &reminder) || !reminder.given_up || reminder.since_ms >= before_ms)
			continue;
		if (n++ == max) {
			*ret_more = true;
			return OK;
		}
		reminders_delete(txn, reminder.peer_id, reminder.post_id);
	}
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}
