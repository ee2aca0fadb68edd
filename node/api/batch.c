/*
 * Fragments joined: the read path of every list of statuses and accounts.
 *
 * A boost is shown with the words of what it boosts, since clients that look at the outer status alone must not see an
 * empty one; its fragment gives the head, the other's fragment the rest. For that the order of members in a status
 * fragment matters: head, "content", "visibility", rest.
 */
#include "node/api/batch.h"

#include "node/api/emoji_reactions.h"
#include "node/api/emojis.h"
#include "node/api/filtered.h"
#include "node/api/quotes.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "node/api/polls.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/codec.h"
#include "storage/emojis.h"
#include "storage/keys.h"
#include "storage/instance.h"
#include "storage/media.h"
#include "storage/pins.h"
#include "storage/posts.h"
#include "storage/silence.h"
#include "storage/veil.h"

struct batch_account {
	uint64_t id;
	struct str fragment;
	struct account_stats stats;
	uint64_t moved_id;  /* 0: it did not move */
	enum { VEIL_UNKNOWN, VEIL_YES, VEIL_NO } veil;
	struct str json;    /* written at first use */
};

struct batch_status {
	uint64_t id, account_id;
	uint64_t boosted_id;  /* 0: no boost */
	uint8_t visibility;
	struct str fragment;
	struct post_stats stats;
	bool favourited, boosted_by_viewer, pinned, bookmarked, hushed;
	uint64_t thread_id;
	uint8_t quote_state;  /* enum quote_state; 0: it quotes nothing */
	uint64_t quote_id;    /* 0: none that stands */
	const char *quote_hidden;  /* why it is not shown to this viewer, in the client API's word; NULL: it is */
	uint8_t quote_policy; /* set of enum quote_policy */
	enum quote_answer may_quote;
	struct emoji_count *reactions;
	size_t reaction_count;
	struct poll *poll;  /* NULL: none */
	struct vote *vote;  /* the viewer's */
	struct str filtered;  /* FilterResults as JSON; empty: none */
};

void batch_init(struct batch *batch, struct arena *arena, struct view *view, uint64_t viewer_id)
{
	*batch = (struct batch){ .arena = arena, .view = view, .viewer_id = viewer_id };
}

static struct batch_account *find_account(const struct batch *batch, uint64_t id)
{
	for (size_t i = 0; i < batch->account_count; i++)
		if (batch->accounts[i].id == id)
			return &batch->accounts[i];
	return NULL;
}

static struct batch_status *find_status(const struct batch *batch, uint64_t id)
{
	for (size_t i = 0; i < batch->status_count; i++)
		if (batch->statuses[i].id == id)
			return &batch->statuses[i];
	return NULL;
}

/* Room for one more behind `count` items. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	size_t wider = *room ? 2 * *room : 32;

	if (count < *room)
		return items;
	items = arena_grow(arena, items, *room * size, wider * size);
	*room = wider;
	return items;
}

void batch_add_account(struct batch *batch, uint64_t account_id)
{
	if (account_id == 0 || find_account(batch, account_id))
		return;
	batch->accounts = grow(batch->arena, batch->accounts, batch->account_count, &batch->account_room,
	                       sizeof(*batch->accounts));
	batch->accounts[batch->account_count++] = (struct batch_account){ .id = account_id };
}

static void add_status(struct batch *batch, const struct post *post)
{
	if (find_status(batch, post->id))
		return;
	batch->statuses = grow(batch->arena, batch->statuses, batch->status_count, &batch->status_room,
	                       sizeof(*batch->statuses));
	batch->statuses[batch->status_count++] = (struct batch_status){
		.id = post->id, .account_id = post->account_id, .boosted_id = post->reblog_of_id,
		.thread_id = post->root_id ? post->root_id : post->id,
		.visibility = post->visibility, .quote_state = post->quote_state, .quote_id = post->quote_id,
		.quote_policy = quotes_policy(post),
		.may_quote = batch->viewer_id ? quotes_may(batch->view, post, batch->viewer_id) : QUOTE_DENIED,
	};
	batch_add_account(batch, post->account_id);
}

/* Notes what a post quotes; false: the viewer may not see that. */
static bool mark_quote(struct batch *batch, const struct post *post, struct post *ret_quoted)
{
	struct beholder viewer = { batch->viewer_id ? BEHOLDER_LOCAL : BEHOLDER_NOBODY, batch->viewer_id };
	struct batch_status *status = find_status(batch, post->id);
	struct post gone;

	if (access_post(batch->arena, batch->view, viewer, post->quote_id, ret_quoted) != OK)
		status->quote_hidden = posts_brief(batch->view, post->quote_id, &gone) == OK ? "unauthorized" : "deleted";
	else if (blocks_has(batch->view, viewer.account_id, ret_quoted->account_id))
		status->quote_hidden = "blocked_account";
	else if (silence_hides(batch->view, ret_quoted->account_id, viewer.account_id))
		status->quote_hidden = "unauthorized";
	return !status->quote_hidden;
}

/* What a post quotes is shown inside it, and of what that quotes the id. */
static void add_quoted(struct batch *batch, const struct post *post)
{
	struct post quoted, inner;

	if (!post->quote_id || !mark_quote(batch, post, &quoted))
		return;
	add_status(batch, &quoted);
	if (quoted.quote_id)
		mark_quote(batch, &quoted, &inner);
}

void batch_add_post(struct batch *batch, const struct post *post)
{
	struct post boosted;

	add_status(batch, post);
	if (!post->reblog_of_id) {
		add_quoted(batch, post);
	} else if (posts_brief(batch->view, post->reblog_of_id, &boosted) == OK) {
		add_status(batch, &boosted);
		add_quoted(batch, &boosted);
	}
}

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

/* Where the member begins whose key, with comma and colon, is `key`. A quote inside a string is escaped, so that this
 * text can only stand between members; the first one is the status's own. */
static size_t member_at(struct str fragment, struct str key)
{
	size_t at = str_find(fragment, key);

	return at == SIZE_MAX ? fragment.n : at;
}

/* Takes the id that stands for the account moved to off the end of a fragment. */
static uint64_t cut_moved(struct str *fragment)
{
	const struct str moved = STR(",\"moved\":\"");
	size_t at = member_at(*fragment, moved);
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
		const struct batch_status *boosted = boost->boosted_id ? find_status(batch, boost->boosted_id) : NULL;

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

static bool is_own(const struct batch *batch, const struct batch_status *status)
{
	const struct batch_account *author = find_account(batch, status->account_id);

	return author && emojis_is_own(author->fragment);
}

/* Who is veiled shows pictures behind a warning, but to himself what he said. */
static bool is_veiled(struct batch *batch, const struct batch_status *status)
{
	struct batch_account *author = find_account(batch, status->account_id);
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
	size_t at = member_at(fragment, open);

	if (at == fragment.n || member_at(fragment, bare) != fragment.n)
		return fragment;
	return arena_printf(batch->arena, "%.*s,\"sensitive\":true%.*s", STR_ARG(str_sub(fragment, 0, at)),
	                    STR_ARG(str_sub(fragment, at + open.n, SIZE_MAX)));
}

/* In posts of ours; those of others came with theirs. */
static void fill_emojis(struct batch *batch)
{
	for (size_t i = 0; i < batch->status_count && emojis_any(batch->view); i++) {
		struct batch_status *status = &batch->statuses[i];

		if (is_own(batch, status))
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

bool batch_has_account(const struct batch *batch, uint64_t account_id)
{
	const struct batch_account *account = find_account(batch, account_id);

	return account && account->fragment.p;
}

static bool is_shown(const struct batch *batch, const struct batch_status *status)
{
	return status && status->fragment.p && batch_has_account(batch, status->account_id);
}

bool batch_has_status(const struct batch *batch, uint64_t post_id)
{
	const struct batch_status *status = find_status(batch, post_id);

	return is_shown(batch, status) &&
	       (!status->boosted_id || is_shown(batch, find_status(batch, status->boosted_id)));
}

/* Opens an object with the members of a fragment. */
static void w_fragment(struct json_writer *w, struct str fragment)
{
	json_w_object(w);
	buf_add(w->buf, fragment);
	w->comma = fragment.n > 0;
}

static void w_day_or_null(struct json_writer *w, const char *key, int64_t ms)
{
	enum { DAY_CHARACTERS = 10 };
	char text[DATE_ISO_BYTES];

	if (ms <= 0) {
		json_w_member_null(w, key);
		return;
	}
	date_iso(ms, text);
	json_w_member_str(w, key, (struct str){ text, DAY_CHARACTERS });
}

/* `moved`: the account that this one moved to, or NULL. */
static void w_account(struct json_writer *w, const struct batch_account *account, const struct batch_account *moved)
{
	w_fragment(w, account->fragment);
	w_day_or_null(w, "last_status_at", account->stats.last_status_ms);
	json_w_member_u64(w, "statuses_count", account->stats.statuses);
	json_w_member_u64(w, "followers_count", account->stats.followers);
	json_w_member_u64(w, "following_count", account->stats.following);
	if (moved) {
		json_w_key(w, "moved");
		w_account(w, moved, NULL);
	}
	json_w_object_end(w);
}

void batch_w_account(struct batch *batch, struct json_writer *w, uint64_t account_id)
{
	struct batch_account *account = find_account(batch, account_id), *moved;
	struct json_writer writer;
	struct buf buf;

	if (!account || !account->fragment.p) {
		json_w_null(w);
		return;
	}
	if (!account->json.p) {
		moved = find_account(batch, account->moved_id);
		buf_init(&buf, batch->arena, 0);
		buf_reserve(&buf, account->fragment.n + 160);
		json_writer_init(&writer, &buf);
		w_account(&writer, account, moved && moved->fragment.p ? moved : NULL);
		account->json = buf_str(&buf);
	}
	json_w_raw(w, account->json);
}

/* Head of the boost, words of what it boosts, visibility of the boost, rest of what it boosts. */
static void w_boost_fragment(struct json_writer *w, const struct batch_status *boost, struct str boosted)
{
	static const struct str content = STR(",\"content\":"), visibility = STR(",\"visibility\":");
	const char *name = visibility_name(boost->visibility);
	size_t words = member_at(boosted, content);
	struct str tail = str_sub(boosted, words, SIZE_MAX), rest;
	size_t words_n = member_at(tail, visibility);

	w_fragment(w, str_sub(boost->fragment, 0, member_at(boost->fragment, content)));
	buf_add(w->buf, str_sub(tail, 0, words_n));
	json_w_member_cstr(w, "visibility", name ? name : "direct");
	rest = str_sub(tail, words_n + visibility.n, SIZE_MAX);
	buf_add(w->buf, str_sub(rest, str_find_char(rest, ','), SIZE_MAX));
}

static void w_viewer_part(struct json_writer *w, const struct batch *batch, const struct batch_status *status)
{
	json_w_member_bool(w, "favourited", status->favourited);
	json_w_member_bool(w, "reblogged", status->boosted_by_viewer);
	json_w_member_bool(w, "muted", status->hushed);
	json_w_member_bool(w, "bookmarked", status->bookmarked);
	if (status->account_id == batch->viewer_id)
		json_w_member_bool(w, "pinned", status->pinned);
	json_w_member_raw(w, "filtered", status->filtered.n ? status->filtered : STR("[]"));
}

/* Members that Pleroma's clients know. */
static void w_pleroma(struct json_writer *w, const struct batch_status *status)
{
	json_w_key(w, "pleroma");
	json_w_object(w);
	json_w_key(w, "emoji_reactions");
	json_w_array(w);
	for (size_t i = 0; i < status->reaction_count; i++) {
		json_w_object(w);
		emoji_count_w(w, &status->reactions[i]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	json_w_object_end(w);
}

static void w_status(struct batch *batch, struct json_writer *w, const struct batch_status *status, struct str text);

static const char *quote_word(const struct batch_status *status)
{
	static const char *const words[] = {
		[0] = "pending", [QUOTE_PENDING] = "pending", [QUOTE_ACCEPTED] = "accepted", [QUOTE_REJECTED] = "rejected",
		[QUOTE_REVOKED] = "revoked",
	};

	if (status->quote_hidden)
		return status->quote_hidden;
	return words[status->quote_state <= QUOTE_REVOKED ? status->quote_state : 0];
}

/* The quoted status; inside one that is quoted itself, only its id. */
static void w_quote(struct batch *batch, struct json_writer *w, const struct batch_status *status)
{
	const struct batch_status *quoted = find_status(batch, status->quote_id);
	bool shown = !status->quote_hidden && batch->quoting == 0 && is_shown(batch, quoted);

	json_w_key(w, "quote");
	json_w_object(w);
	json_w_member_cstr(w, "state", quote_word(status));
	if (batch->quoting) {
		json_w_member_id_or_null(w, "quoted_status_id", status->quote_hidden ? 0 : status->quote_id);
	} else {
		json_w_key(w, "quoted_status");
		batch->quoting++;
		if (shown)
			w_status(batch, w, quoted, STR_NONE);
		else
			json_w_null(w);
		batch->quoting--;
	}
	json_w_object_end(w);
}

static void w_poll(struct batch *batch, struct json_writer *w, const struct batch_status *status)
{
	struct str emojis = emojis_in_poll(batch->arena, batch->view, status->fragment, is_own(batch, status), status->poll);

	poll_entity_w(w, status->poll, emojis, status->account_id, batch->viewer_id, status->vote);
}

static void w_status(struct batch *batch, struct json_writer *w, const struct batch_status *status, struct str text)
{
	const struct batch_status *boosted = status->boosted_id ? find_status(batch, status->boosted_id) : NULL;

	if (boosted)
		w_boost_fragment(w, status, boosted->fragment);
	else
		w_fragment(w, status->fragment);
	json_w_member_u64(w, "replies_count", status->stats.replies);
	json_w_member_u64(w, "reblogs_count", status->stats.reblogs);
	json_w_member_u64(w, "favourites_count", status->stats.favourites);
	json_w_member_u64(w, "quotes_count", status->stats.quotes);
	w_pleroma(w, status);
	if (status->quote_id || status->quote_state)
		w_quote(batch, w, status);
	quote_approval_w(w, status->quote_policy, status->may_quote);
	if (status->poll) {
		json_w_key(w, "poll");
		w_poll(batch, w, boosted ? boosted : status);
	}
	json_w_key(w, "account");
	batch_w_account(batch, w, status->account_id);
	if (batch->viewer_id)
		w_viewer_part(w, batch, status);
	if (text.p)
		json_w_member_str(w, "text", text);
	json_w_key(w, "reblog");
	if (boosted)
		w_status(batch, w, boosted, STR_NONE);  /* a boost is never boosted: one level */
	else
		json_w_null(w);
	json_w_object_end(w);
}

void batch_w_status_with_text(struct batch *batch, struct json_writer *w, uint64_t post_id, struct str text)
{
	if (batch_has_status(batch, post_id))
		w_status(batch, w, find_status(batch, post_id), text);
	else
		json_w_null(w);
}

void batch_w_status(struct batch *batch, struct json_writer *w, uint64_t post_id)
{
	batch_w_status_with_text(batch, w, post_id, STR_NONE);
}

void batch_w_poll(struct batch *batch, struct json_writer *w, uint64_t post_id)
{
	const struct batch_status *status = find_status(batch, post_id);

	if (status && status->poll)
		w_poll(batch, w, status);
	else
		json_w_null(w);
}
