/*
 * Activities: what we saw, what is void before it came, what we keep to serve and deliver, and outboxes.
 *
 * Their meaning is not known here. Reads: any thread; changes: the writer's.
 */
#include "storage/activities.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/keys.h"
#include "storage/record.h"

enum {
	VOID_DAYS = 30,       /* as long as what it voids may still come */
	URI_HASH_AT = 8,      /* in a key of seen_at and voided_at */
	NUMBERS_BYTES = 128,  /* more than tags, lengths and numbers of a record take */
};

/* Seen and void: when, by hash, and the hashes in order of time, to forget the oldest first. */

static int remember(struct txn *txn, unsigned space, unsigned by_time, struct str uri)
{
	uint64_t now_ms = (uint64_t)txn_now_ms(txn);
	struct key key;

	/* A second entry by time would outlive the first. */
	if (view_has(txn_view(txn), space, key_hash(&key, uri)))
		return txn_err(txn);
	record_put_mark(txn, by_time, key_u64_hash(&key, now_ms, uri));
	return record_put_id(txn, space, key_hash(&key, uri), now_ms);
}

static int forget(struct txn *txn, unsigned space, unsigned by_time, int64_t before_ms, size_t *room)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key at, hash;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), by_time, STR_NONE, false);
	while (*room > 0 && (r = prefix_next(&walk, &item)) == OK) {
		if ((int64_t)key_read_u64(item.key, 0) >= before_ms)
			break;
		/* The key of the walk is gone with the first del. */
		key_text(&hash, str_sub(item.key, URI_HASH_AT, item.key.n));
		key_text(&at, item.key);
		txn_del(txn, space, (struct str){ (const char *)hash.bytes, hash.n });
		txn_del(txn, by_time, (struct str){ (const char *)at.bytes, at.n });
		--*room;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

bool activities_seen(struct view *view, struct str uri)
{
	struct key key;

	return view_has(view, SPACE_SEEN, key_hash(&key, uri));
}

int activities_mark_seen(struct txn *txn, struct str uri)
{
	return remember(txn, SPACE_SEEN, SPACE_SEEN_AT, uri);
}

bool activities_voided(struct view *view, struct str uri)
{
	struct key key;
	struct str value;

	return view_get(view, SPACE_VOIDED, key_hash(&key, uri), &value) == OK &&
	       (int64_t)key_read_u64(value, 0) + VOID_DAYS * (int64_t)DAY_MS > clock_now_ms();
}

int activities_void(struct txn *txn, struct str uri)
{
	return remember(txn, SPACE_VOIDED, SPACE_VOIDED_AT, uri);
}

int activities_forget(struct txn *txn, int64_t before_ms, size_t max, bool *ret_more)
{
	int64_t void_ms = txn_now_ms(txn) - VOID_DAYS * (int64_t)DAY_MS;
	size_t room = max;
	int r = forget(txn, SPACE_SEEN, SPACE_SEEN_AT, before_ms, &room);

	if (r == OK)
		r = forget(txn, SPACE_VOIDED, SPACE_VOIDED_AT, void_ms + 1, &room);
	*ret_more = room == 0;
	return r == OK ? txn_err(txn) : r;
}

/* Kept activities. */

int activities_get(struct arena *arena, struct view *view, uint64_t id, struct activity_record *ret_record)
{
	struct key key;

	return record_get(arena, view, SPACE_ACTIVITY, key_u64(&key, id), &activity_record_type, ret_record);
}

int activities_by_uri(struct arena *arena, struct view *view, struct str uri,
                      struct activity_record *ret_record)
{
	uint64_t id = instance_parse_id(instance_of(view), "a", uri);
	bool ours = id != 0;
	struct key key;
	int r = ours ? OK : record_id(view, SPACE_ACTIVITY_URI, key_hash(&key, uri), &id);

	if (r == OK)
		r = activities_get(arena, view, id, ret_record);
	if (r == ERR_NOT_FOUND && !ours && id)
		return ERR_CORRUPT;   /* an entry without its record */
	if (r != OK)
		return r;
	return str_eq(ret_record->uri, uri) ? OK : ERR_NOT_FOUND;
}

static int check_put(struct view *view, const struct activity_record *record)
{
	struct key key;
	uint64_t holder;
	int r;

	if (record->id == 0)
		return ERR_INVALID;
	if (record->uri.n + record->type.n + record->body.n + NUMBERS_BYTES > ENGINE_VALUE_MAX)
		return ERR_LIMIT;
	holder = instance_parse_id(instance_of(view), "a", record->uri);
	if (record->uri.n == 0 || holder == record->id)
		return OK;
	if (holder && view_has(view, SPACE_ACTIVITY, key_u64(&key, holder)))
		return ERR_EXISTS;
	r = record_id(view, SPACE_ACTIVITY_URI, key_hash(&key, record->uri), &holder);
	if (r == OK)
		return holder == record->id ? OK : ERR_EXISTS;
	return r == ERR_NOT_FOUND ? OK : r;
}

int activities_put(struct txn *txn, const struct activity_record *record)
{
	struct key key;
	int r = check_put(txn_view(txn), record);

	if (r != OK)
		return r;
	return record_put_indexed(txn, SPACE_ACTIVITY, key_u64(&key, record->id), &activity_record_type, record);
}

int activities_delete(struct txn *txn, uint64_t id)
{
	struct key key;
	int r = record_del_indexed(txn, SPACE_ACTIVITY, key_u64(&key, id), &activity_record_type);

	return r == ERR_NOT_FOUND ? OK : r;
}

int activities_outbox(struct arena *arena, struct view *view, uint64_t account_id, uint64_t before,
                      size_t max, struct id_list *ret_ids)
{
	struct engine_item *items = ARENA_ARRAY(arena, struct engine_item, max);
	struct key from, to;
	struct engine_range range = key_range_u64(&from, &to, account_id, 0, before, true);
	int r = view_scan(view, SPACE_OUTBOX, &range, items, max, &ret_ids->count);

	ret_ids->ids = ARENA_ARRAY(arena, uint64_t, max);
	for (size_t i = 0; r == OK && i < ret_ids->count; i++)
		ret_ids->ids[i] = key_read_u64(items[i].key, 8);
	return r;
}
