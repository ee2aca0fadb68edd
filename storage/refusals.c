/*
 * The journal of refusals. Reads: any thread; changes: the writer's.
 */
#include "storage/refusals.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

enum {
	SAME_MAX = 32,      /* of the newest, looked at for the same refusal */
	FORMER_MAX = 64,    /* lines of an older build that one write takes away */
};

/* What strangers send is shown to operators on terminals: no controls, no end. */
static struct str shown(struct arena *arena, struct str text)
{
	struct str cut = str_sub(text, 0, REFUSAL_TEXT_MAX);
	char *copy = arena_alloc(arena, cut.n + 1);

	for (size_t i = 0; i < cut.n; i++)
		copy[i] = (unsigned char)cut.p[i] < 0x20 || (unsigned char)cut.p[i] > 0x7e ? '?' : cut.p[i];
	return (struct str){ copy, cut.n };
}

/* The same origin for the same reason, noted less than a minute ago. */
static int find_same(struct arena *arena, struct txn *txn, const struct refusal *refusal, struct refusal *ret_same)
{
	const struct engine_range newest = { .reverse = true };
	struct engine_item items[SAME_MAX];
	size_t n;
	int r = view_scan(txn_view(txn), SPACE_REFUSED, &newest, items, SAME_MAX, &n);

	for (size_t i = 0; !r && i < n; i++) {
		if (id_to_ms(key_read_u64(items[i].key, 0)) <= txn_now_ms(txn) - MINUTE_MS)
			break;
		r = codec_decode(arena, &refusal_type, items[i].value, ret_same);
		if (!r && str_eq(ret_same->origin, refusal->origin) && str_eq(ret_same->reason, refusal->reason))
			return OK;
	}
	return r ? r : ERR_NOT_FOUND;
}

/* Takes away up to `max` of the oldest. */
static int trim(struct txn *txn, enum space space, size_t max)
{
	const struct engine_range all = { .from = STR_NONE };
	struct engine_item items[FORMER_MAX];
	struct key keys[FORMER_MAX];
	size_t n;
	int r = view_scan(txn_view(txn), space, &all, items, max < FORMER_MAX ? max : FORMER_MAX, &n);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		key_u64(&keys[i], key_read_u64(items[i].key, 0));
	for (size_t i = 0; i < n; i++)
		r = txn_del(txn, space, (struct str){ (const char *)keys[i].bytes, keys[i].n });
	return r;
}

static int make_room(struct txn *txn)
{
	uint64_t count;
	int r = view_count(txn_view(txn), SPACE_REFUSAL, &count);

	if (!r && count)
		r = trim(txn, SPACE_REFUSAL, FORMER_MAX);
	if (!r)
		r = view_count(txn_view(txn), SPACE_REFUSED, &count);
	if (!r && count >= REFUSALS_MAX)
		r = trim(txn, SPACE_REFUSED, (size_t)(count - REFUSALS_MAX) + 1);
	return r;
}

int refusals_add(struct txn *txn, const struct refusal *refusal)
{
	struct arena *arena = arena_new();
	struct refusal kept = {
		.origin = shown(arena, refusal->origin), .who = shown(arena, refusal->who),
		.reason = shown(arena, refusal->reason), .detail = shown(arena, refusal->detail),
	}, same;
	struct key key;
	int r = find_same(arena, txn, &kept, &same);

	if (!r)
		kept = same;
	if (r == ERR_NOT_FOUND) {
		r = make_room(txn);
		kept.id = txn_new_id(txn);
	}
	kept.count++;
	kept.last_ms = txn_now_ms(txn);
	if (!r)
		r = record_put(txn, SPACE_REFUSED, key_u64(&key, kept.id), &refusal_type, &kept);
	arena_free(arena);
	return r;
}

/* An origin may be asked for in full, or by its domain alone. */
static bool is_of(struct arena *arena, struct str origin, struct str wanted)
{
	if (!wanted.n || str_eq(origin, wanted))
		return true;
	return str_ends(origin, arena_printf(arena, "://%.*s", STR_ARG(wanted)));
}

int refusals_page(struct arena *arena, struct view *view, struct str origin, size_t max,
                  struct refusal **ret_refusals, size_t *ret_count)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct refusal *refusals;
	size_t n = 0;
	int r = OK;

	if (max > REFUSALS_MAX)
		max = REFUSALS_MAX;
	refusals = ARENA_ARRAY(arena, struct refusal, max);
	prefix_walk_init(&walk, view, SPACE_REFUSED, STR_NONE, true);
	while (n < max && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &refusal_type, item.value, &refusals[n]);
		if (r)
			return r;
		if (is_of(arena, refusals[n].origin, origin))
			n++;
	}
	*ret_refusals = refusals;
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}
