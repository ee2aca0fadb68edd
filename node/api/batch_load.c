/*
 * The read path of every list of statuses and accounts: fragments, counts and the viewer's marks, each space once for
 * the whole page.
 */
#include "node/api/batch_rows.h"

#include "node/api/emoji_reactions.h"
#include "node/api/emojis.h"
#include "node/api/filtered.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/emojis.h"
#include "storage/emojis.h"
#include "storage/instance.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/pins.h"
#include "storage/veil.h"

/* One space for all of a list: the values in the order of `ids`, p == NULL where there is none. `second` (0: none) is
 * the second half of every key. */
static int get_all(struct batch *batch, unsigned space, const uint64_t *ids, size_t count, uint64_t second,
                   struct str *values)
{
	struct str *keys = ARENA_ARRAY(batch->arena, struct str, count);
	size_t stride = 2 * sizeof(uint64_t);
	uint8_t *bytes = ARENA_ARRAY(batch->arena, uint8_t, count * stride);
	size_t n = second ? stride : sizeof(uint64_t);

	for (size_t i = 0; i < count; i++) {
		value_u64(bytes + i * stride, ids[i]);
		value_u64(bytes + i * stride + sizeof(uint64_t), second);
		keys[i] = (struct str){ (const char *)bytes + i * stride, n };
	}
	return view_get_many(batch->view, space, keys, count, values);
}

/* Takes the id that stands for the account moved to off the end of a fragment. */
static uint64_t cut_moved(struct str *fragment)
{
	const struct str moved = STR(",\"moved\":\"");
	size_t at = batch_member_at(*fragment, moved);
	struct str rest = str_sub(*fragment, at + moved.n, SIZE_MAX);
	uint64_t id = 0;

	if (at == fragment->n || !str_to_u64(str_cut(&rest, '"'), &id))
		return 0;
	*fragment = str_sub(*fragment, 0, at);
	return id;
}

/* Those from the `from`-th on. */
static int load_accounts(struct batch *batch, size_t from)
{
	struct batch_account *accounts = batch->accounts + from;
	size_t count = batch->account_count - from;
	uint64_t *ids = ARENA_ARRAY(batch->arena, uint64_t, count);
	struct str *values = ARENA_ARRAY(batch->arena, struct str, count);
	int r;

	for (size_t i = 0; i < count; i++)
		ids[i] = accounts[i].id;
	r = get_all(batch, SPACE_ACCOUNT_JSON, ids, count, 0, values);
	for (size_t i = 0; r == OK && i < count; i++)
		accounts[i].fragment = values[i];
	if (r == OK)
		r = get_all(batch, SPACE_ACCOUNT_STATS, ids, count, 0, values);
	for (size_t i = 0; r == OK && i < count; i++)
		if (values[i].p)
			r = codec_decode(NULL, &account_stats_type, values[i], &accounts[i].stats);
	for (size_t i = 0; r == OK && i < count; i++)
		accounts[i].moved_id = cut_moved(&accounts[i].fragment);
	if (r != OK || !emojis_any(batch->view))
		return r;
	for (size_t i = 0; i < count; i++)
		accounts[i].fragment = emojis_in_account(batch->arena, batch->view, accounts[i].fragment);
	return r;
}

/* The accounts that others moved to are shown in them, and not where those moved to. */
static int load_moved(struct batch *batch)
{
	size_t count = batch->account_count;

	for (size_t i = 0; i < count; i++)
		batch_add_account(batch, batch->accounts[i].moved_id);
	return batch->account_count > count ? load_accounts(batch, count) : OK;
}

/* What the viewer keeps to himself. */
static int load_private_marks(struct batch *batch, const uint64_t *ids, struct str *values)
{
	size_t count = batch->status_count;
	uint64_t *threads = ARENA_ARRAY(batch->arena, uint64_t, count);
	int r = get_all(batch, SPACE_BOOKMARK, ids, count, batch->viewer_id, values);

	for (size_t i = 0; i < count; i++) {
		batch->statuses[i].bookmarked = r == OK && values[i].p != NULL;
		threads[i] = batch->statuses[i].thread_id;
	}
	if (r == OK)
		r = get_all(batch, SPACE_HUSHED, threads, count, batch->viewer_id, values);
	for (size_t i = 0; r == OK && i < count; i++)
		batch->statuses[i].hushed = values[i].p != NULL;
	return r;
}

static int load_own_marks(struct batch *batch, const uint64_t *ids, struct str *values)
{
	size_t count = batch->status_count;
	int r = get_all(batch, SPACE_FAVOURITE, ids, count, batch->viewer_id, values);

	for (size_t i = 0; r == OK && i < count; i++)
		batch->statuses[i].favourited = values[i].p != NULL;
	if (r == OK)
		r = get_all(batch, SPACE_BOOSTS, ids, count, batch->viewer_id, values);
	for (size_t i = 0; r == OK && i < count; i++)
		batch->statuses[i].boosted_by_viewer = values[i].p != NULL;
	for (size_t i = 0; r == OK && i < count; i++)
		batch->statuses[i].pinned = batch->statuses[i].account_id == batch->viewer_id &&
		                            pins_has(batch->view, batch->viewer_id, ids[i]);
	return r;
}

static int load_reactions(struct batch *batch)
{
	int r = OK;

	for (size_t i = 0; r == OK && i < batch->status_count; i++) {
		struct batch_status *status = &batch->statuses[i];

		if (!status->boosted_id)
			r = emoji_reactions_count(batch->arena, batch->view, status->id, batch->viewer_id,
			                          &status->reactions, &status->reaction_count);
	}
	return r;
}

static int load_polls(struct batch *batch, const uint64_t *ids, struct str *values)
{
	size_t count = batch->status_count, polls = 0;
	int r = get_all(batch, SPACE_POLL, ids, count, 0, values);

	for (size_t i = 0; r == OK && i < count; i++) {
		if (!values[i].p)
			continue;
		batch->statuses[i].poll = ARENA_NEW(batch->arena, struct poll);
		r = codec_decode(batch->arena, &poll_type, values[i], batch->statuses[i].poll);
		polls++;
	}
	if (r != OK || !polls || !batch->viewer_id)
		return r;
	r = get_all(batch, SPACE_VOTE, ids, count, batch->viewer_id, values);
	for (size_t i = 0; r == OK && i < count; i++) {
		if (!values[i].p)
			continue;
		batch->statuses[i].vote = ARENA_NEW(batch->arena, struct vote);
		r = codec_decode(batch->arena, &vote_type, values[i], batch->statuses[i].vote);
	}
	return r;
}

/* Only who has filters has the posts themselves read. */
static int load_filtered(struct batch *batch, const uint64_t *ids, struct str *values)
{
	size_t count = batch->status_count;
	struct filtered *filtered;
	struct post post;
	int r = filtered_load(batch->arena, batch->view, batch->viewer_id, &filtered);

	if (r != OK || !filtered)
		return r;
	r = get_all(batch, SPACE_POST, ids, count, 0, values);
	for (size_t i = 0; r == OK && i < count; i++) {
		if (!values[i].p)
			continue;
		r = codec_decode(batch->arena, &post_type, values[i], &post);
		if (r == OK)
			batch->statuses[i].filtered = filtered_results(filtered, &post, batch->statuses[i].poll);
	}
	return r;
}

/* What is counted and marked stands at the post itself; a boost shows the same. */
static void share_with_boosts(struct batch *batch)
{
	for (size_t i = 0; i < batch->status_count; i++) {
		struct batch_status *boost = &batch->statuses[i];
		const struct batch_status *boosted = boost->boosted_id ? batch_find_status(batch, boost->boosted_id) : NULL;

		if (!boosted)
			continue;
		boost->stats = boosted->stats;
		boost->favourited = boosted->favourited;
		boost->boosted_by_viewer = boosted->boosted_by_viewer;
		boost->bookmarked = boosted->bookmarked;
		boost->hushed = boosted->hushed;
		boost->quote_state = boosted->quote_state;
		boost->quote_id = boosted->quote_id;
		boost->quote_hidden = boosted->quote_hidden;
		boost->quote_policy = boosted->quote_policy;
		boost->may_quote = boosted->may_quote;
		boost->reactions = boosted->reactions;
		boost->reaction_count = boosted->reaction_count;
		boost->poll = boosted->poll;
		boost->vote = boosted->vote;
		boost->filtered = boosted->filtered;
	}
}

/* Who is veiled shows pictures behind a warning, but to himself what he said. */
static bool is_veiled(struct batch *batch, const struct batch_status *status)
{
	struct batch_account *author = batch_find_account(batch, status->account_id);
	struct account account;

	if (!author || author->id == batch->viewer_id)
		return false;
	if (!author->veil)
		author->veil = accounts_get(batch->arena, batch->view, author->id, &account) == OK &&
		               veil_covers(batch->arena, batch->view, &account) ? VEIL_YES : VEIL_NO;
	return author->veil == VEIL_YES;
}

static struct str veil(struct batch *batch, struct str fragment)
{
	static const struct str open = STR(",\"sensitive\":false"), bare = STR(",\"media_attachments\":[]");
	size_t at = batch_member_at(fragment, open);

	if (at == fragment.n || batch_member_at(fragment, bare) != fragment.n)
		return fragment;
	return arena_printf(batch->arena, "%.*s,\"sensitive\":true%.*s", STR_ARG(str_sub(fragment, 0, at)),
	                    STR_ARG(str_sub(fragment, at + open.n, SIZE_MAX)));
}

/* In posts of ours; those of others came with theirs. */
static void fill_emojis(struct batch *batch)
{
	for (size_t i = 0; i < batch->status_count && emojis_any(batch->view); i++) {
		struct batch_status *status = &batch->statuses[i];

		if (batch_is_own(batch, status))
			status->fragment = emojis_in_status(batch->arena, batch->view, status->fragment, status->poll);
	}
}

static int load_statuses(struct batch *batch)
{
	bool veils = veil_any(batch->view);
	size_t count = batch->status_count;
	uint64_t *ids = ARENA_ARRAY(batch->arena, uint64_t, count);
	struct str *values = ARENA_ARRAY(batch->arena, struct str, count);
	int r;

	for (size_t i = 0; i < count; i++)
		ids[i] = batch->statuses[i].id;
	r = get_all(batch, SPACE_POST_JSON, ids, count, 0, values);
	for (size_t i = 0; r == OK && i < count; i++) {
		struct batch_status *status = &batch->statuses[i];

		status->fragment = values[i];
		/* Addresses of files end for this reader when the post does. */
		if (status->visibility >= VISIBILITY_FOLLOWERS && batch->viewer_id && values[i].p)
			status->fragment = media_for_reader(batch->arena, instance_of(batch->view), values[i], batch->viewer_id);
		if (veils && is_veiled(batch, status))
			status->fragment = veil(batch, status->fragment);
	}
	if (r == OK)
		r = get_all(batch, SPACE_POST_STATS, ids, count, 0, values);
	for (size_t i = 0; r == OK && i < count; i++)
		if (values[i].p)
			r = codec_decode(NULL, &post_stats_type, values[i], &batch->statuses[i].stats);
	if (r == OK && batch->viewer_id)
		r = load_own_marks(batch, ids, values);
	if (r == OK && batch->viewer_id)
		r = load_private_marks(batch, ids, values);
	if (r == OK)
		r = load_reactions(batch);
	if (r == OK)
		r = load_polls(batch, ids, values);
	if (r == OK && batch->viewer_id)
		r = load_filtered(batch, ids, values);
	if (r == OK)
		fill_emojis(batch);
	share_with_boosts(batch);
	return r;
}

int batch_load(struct batch *batch)
{
	int r = batch->account_count ? load_accounts(batch, 0) : OK;

	if (r == OK)
		r = load_moved(batch);
	return r == OK && batch->status_count ? load_statuses(batch) : r;
}
