/*
 * Announcements. There are few: what is counted is counted when it is read. Reads: any thread; puts: the writer.
 */
#include "storage/announcements.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { REACTION_ACCOUNT = 8 };

int announcements_get(struct arena *arena, struct view *view, uint64_t id, struct announcement *ret_announcement)
{
	struct key key;

	return record_get(arena, view, SPACE_ANNOUNCEMENT, key_u64(&key, id), &announcement_type, ret_announcement);
}

int announcements_add(struct txn *txn, struct announcement *announcement)
{
	struct key key;
	uint64_t count;
	int r = view_count(txn_view(txn), SPACE_ANNOUNCEMENT, &count);

	if (r != OK || count >= ANNOUNCEMENTS_MAX)
		return r != OK ? r : ERR_LIMIT;
	announcement->id = txn_new_id(txn);
	txn_emit(txn, EVENT_ANNOUNCEMENT, announcement->id, 0);
	return record_put(txn, SPACE_ANNOUNCEMENT, key_u64(&key, announcement->id), &announcement_type, announcement);
}

int announcements_remove(struct txn *txn, uint64_t id)
{
	struct key key;
	struct str at = key_u64(&key, id);

	if (!view_has(txn_view(txn), SPACE_ANNOUNCEMENT, at))
		return ERR_NOT_FOUND;
	record_del_below(txn, SPACE_ANNOUNCEMENT_READ, at);
	record_del_below(txn, SPACE_ANNOUNCEMENT_REACTION, at);
	txn_emit(txn, EVENT_ANNOUNCEMENT_GONE, id, 0);
	return txn_del(txn, SPACE_ANNOUNCEMENT, at);
}

int announcements_list(struct arena *arena, struct view *view, struct announcement **ret_list, size_t *ret_count)
{
	struct announcement *list = ARENA_ARRAY(arena, struct announcement, ANNOUNCEMENTS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_ANNOUNCEMENT, STR_NONE, true);
	while (n < ANNOUNCEMENTS_MAX && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &announcement_type, item.value, &list[n++]);
		if (r != OK)
			return r;
	}
	*ret_list = list;
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

bool announcement_ended(const struct announcement *announcement, int64_t now_ms)
{
	return announcement->ends_ms && announcement->ends_ms <= now_ms;
}

bool announcements_has_read(struct view *view, uint64_t id, uint64_t account_id)
{
	struct key key;

	return view_has(view, SPACE_ANNOUNCEMENT_READ, key_u64_u64(&key, id, account_id));
}

int announcements_mark_read(struct txn *txn, uint64_t id, uint64_t account_id)
{
	struct key key;

	if (!view_has(txn_view(txn), SPACE_ANNOUNCEMENT, key_u64(&key, id)))
		return ERR_NOT_FOUND;
	return record_put_mark(txn, SPACE_ANNOUNCEMENT_READ, key_u64_u64(&key, id, account_id));
}

/* --- reactions -------------------------------------------------------------------------------------------------- */

int announcements_reactions(struct arena *arena, struct view *view, uint64_t id, uint64_t viewer_id,
                            struct announcement_reaction **ret_reactions, size_t *ret_count)
{
	struct announcement_reaction *reactions = ARENA_ARRAY(arena, struct announcement_reaction, ANNOUNCEMENT_EMOJIS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r;

	prefix_walk_init(&walk, view, SPACE_ANNOUNCEMENT_REACTION, key_u64(&key, id), false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		size_t at = 0;

		while (at < n && !emoji_same(reactions[at].emoji, item.value))
			at++;
		if (at == ANNOUNCEMENT_EMOJIS_MAX)
			continue;
		if (at == n)
			reactions[n++] = (struct announcement_reaction){ .emoji = arena_str(arena, item.value) };
		reactions[at].count++;
		reactions[at].mine |= key_read_u64(item.key, REACTION_ACCOUNT) == viewer_id;
	}
	*ret_reactions = reactions;
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

int announcements_react(struct arena *arena, struct txn *txn, uint64_t id, uint64_t account_id, struct str emoji)
{
	struct announcement_reaction *reactions;
	size_t count, at = 0;
	struct key key;
	struct str mine;
	int r;

	if (!view_has(txn_view(txn), SPACE_ANNOUNCEMENT, key_u64(&key, id)))
		return ERR_NOT_FOUND;
	r = announcements_reactions(arena, txn_view(txn), id, account_id, &reactions, &count);
	if (r != OK)
		return r;
	while (at < count && !emoji_same(reactions[at].emoji, emoji))
		at++;
	if (at == ANNOUNCEMENT_EMOJIS_MAX)
		return ERR_LIMIT;
	mine = key_u64_u64_emoji(&key, id, account_id, emoji);
	if (view_has(txn_view(txn), SPACE_ANNOUNCEMENT_REACTION, mine))
		return OK;
	/* One form of those that are the same, so that clients find the kind that they know. */
	if (at < count)
		emoji = reactions[at].emoji;
	txn_emit_text(txn, EVENT_ANNOUNCEMENT_REACTION, id, account_id, emoji);
	return txn_put(txn, SPACE_ANNOUNCEMENT_REACTION, mine, emoji);
}

int announcements_unreact(struct txn *txn, uint64_t id, uint64_t account_id, struct str emoji)
{
	struct key key;
	struct str mine, given;

	mine = key_u64_u64_emoji(&key, id, account_id, emoji);
	if (view_get(txn_view(txn), SPACE_ANNOUNCEMENT_REACTION, mine, &given) != OK)
		return OK;
	txn_emit_text(txn, EVENT_ANNOUNCEMENT_REACTION, id, account_id, given);
	return txn_del(txn, SPACE_ANNOUNCEMENT_REACTION, mine);
}

int announcements_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	(void)max;
	prefix_walk_init(&walk, txn_view(txn), SPACE_ANNOUNCEMENT, STR_NONE, false);
	while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		struct str both = key_u64_u64(&key, key_read_u64(item.key, 0), account_id);

		record_del_below(txn, SPACE_ANNOUNCEMENT_READ, both);
		record_del_below(txn, SPACE_ANNOUNCEMENT_REACTION, both);
	}
	*ret_more = false;
	return txn_err(txn);
}

int announcements_migrate(struct txn *txn)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, txn_view(txn), SPACE_ANNOUNCEMENT_REACTION, STR_NONE, false);
	while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		struct str emoji = arena_str(scratch, item.value);
		struct str to = key_u64_u64_emoji(&key, key_read_u64(item.key, 0), key_read_u64(item.key, REACTION_ACCOUNT), emoji);

		if (str_eq(to, item.key))
			continue;
		txn_del(txn, SPACE_ANNOUNCEMENT_REACTION, item.key);
		txn_put(txn, SPACE_ANNOUNCEMENT_REACTION, to, emoji);
	}
	arena_free(scratch);
	return txn_err(txn);
}
