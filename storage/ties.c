/*
 * Ties: one record per pair, and its mirror under the other account. Reads: any thread; puts: the writer.
 */
#include "storage/ties.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { SECOND = 8 };

int ties_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t other_id, struct tie *ret_tie)
{
	struct key key;
	int r = record_get(arena, view, SPACE_TIE, key_u64_u64(&key, account_id, other_id), &tie_type, ret_tie);

	if (r == ERR_NOT_FOUND)
		*ret_tie = (struct tie){ .account_id = account_id, .other_id = other_id };
	return r;
}

static bool says_nothing(const struct tie *tie)
{
	return !tie->muted && !tie->endorsed && !tie->dismissed && !tie->note.n;
}

int ties_put(struct txn *txn, const struct tie *tie)
{
	struct key key;
	struct str at = key_u64_u64(&key, tie->account_id, tie->other_id);
	bool is_there = view_has(txn_view(txn), SPACE_TIE, at);

	if (!tie->account_id || !tie->other_id || tie->account_id == tie->other_id)
		return ERR_INVALID;
	if (says_nothing(tie)) {
		if (!is_there)
			return OK;
		index_del(txn, SPACE_TIE, at, tie);
		return txn_del(txn, SPACE_TIE, at);
	}
	record_put(txn, SPACE_TIE, at, &tie_type, tie);
	return is_there ? txn_err(txn) : index_put(txn, SPACE_TIE, at, tie);
}

int ties_follow_ended(struct txn *txn, uint64_t account_id, uint64_t other_id)
{
	struct arena *scratch = arena_new();
	struct tie tie;
	int r = ties_get(scratch, txn_view(txn), account_id, other_id, &tie);

	if (r == OK && tie.endorsed) {
		tie.endorsed = false;
		r = ties_put(txn, &tie);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

bool tie_mutes(const struct tie *tie, int64_t now_ms)
{
	return tie->muted && (tie->mute_ends_ms == 0 || tie->mute_ends_ms > now_ms);
}

static bool mutes(struct view *view, uint64_t account_id, uint64_t other_id, bool notices)
{
	struct tie tie;
	struct key key;

	if (!account_id || !other_id || account_id == other_id)
		return false;
	return record_get(NULL, view, SPACE_TIE, key_u64_u64(&key, account_id, other_id), &tie_brief_type, &tie) == OK &&
	       tie_mutes(&tie, clock_now_ms()) && (!notices || tie.mute_notices);
}

bool ties_mute(struct view *view, uint64_t account_id, uint64_t other_id)
{
	return mutes(view, account_id, other_id, false);
}

bool ties_mute_notices(struct view *view, uint64_t account_id, uint64_t other_id)
{
	return mutes(view, account_id, other_id, true);
}

static bool is_muted(const struct engine_item *item)
{
	struct tie tie;

	return codec_decode(NULL, &tie_brief_type, item->value, &tie) == OK && tie_mutes(&tie, clock_now_ms());
}

static bool is_endorsed(const struct engine_item *item)
{
	struct tie tie;

	return codec_decode(NULL, &tie_brief_type, item->value, &tie) == OK && tie.endorsed;
}

static bool is_dismissed(const struct engine_item *item)
{
	struct tie tie;

	return codec_decode(NULL, &tie_brief_type, item->value, &tie) == OK && tie.dismissed;
}

int ties_of(struct arena *arena, struct view *view, uint64_t account_id, enum tie_kind kind, uint64_t after, size_t max,
            struct id_list *ret_ids)
{
	static bool (*const takes[])(const struct engine_item *) = {
		[TIE_MUTED] = is_muted, [TIE_ENDORSED] = is_endorsed, [TIE_DISMISSED] = is_dismissed,
	};

	return ids_page(arena, view, SPACE_TIE, account_id, after, max, takes[kind], ret_ids);
}

/* Those under `account_id` in one of the two spaces. */
static size_t purge_side(struct txn *txn, unsigned space, uint64_t account_id, size_t max)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), space, key_u64(&key, account_id), false);
	for (; n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++) {
		uint64_t second = key_read_u64(item.key, SECOND);
		struct tie nothing = { .account_id = account_id, .other_id = second };

		if (space == SPACE_TIED)
			nothing = (struct tie){ .account_id = second, .other_id = account_id };
		ties_put(txn, &nothing);
	}
	return n;
}

int ties_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	size_t n = purge_side(txn, SPACE_TIE, account_id, max);

	n += purge_side(txn, SPACE_TIED, account_id, max - n);
	*ret_more = n == max;
	return txn_err(txn);
}
