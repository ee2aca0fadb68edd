/*
 * Fragments joined: the entities of a batch written.
 *
 * A boost is shown with the words of what it boosts, since clients that look at the outer status alone must not see an
 * empty one; its fragment gives the head, the other's fragment the rest. For that the order of members in a status
 * fragment matters: head, "content", "visibility", rest.
 */
#include "node/api/batch_rows.h"

#include "node/api/emoji_reactions.h"
#include "node/api/emojis.h"
#include "node/api/polls.h"
#include "node/api/quotes.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/emojis.h"
#include "storage/silence.h"

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
static void w_account(const struct batch *batch, struct json_writer *w, const struct batch_account *account,
                      const struct batch_account *moved)
{
	w_fragment(w, account->fragment);
	if (silence_covers_id(batch->arena, batch->view, account->id))
		json_w_member_bool(w, "limited", true);
	w_day_or_null(w, "last_status_at", account->stats.last_status_ms);
	json_w_member_u64(w, "statuses_count", account->stats.statuses);
	json_w_member_u64(w, "followers_count", account->stats.followers);
	json_w_member_u64(w, "following_count", account->stats.following);
	if (moved) {
		json_w_key(w, "moved");
		w_account(batch, w, moved, NULL);
	}
	json_w_object_end(w);
}

void batch_w_account(struct batch *batch, struct json_writer *w, uint64_t account_id)
{
	struct batch_account *account = batch_find_account(batch, account_id), *moved;
	struct json_writer writer;
	struct buf buf;

	if (!account || !account->fragment.p) {
		json_w_null(w);
		return;
	}
	if (!account->json.p) {
		moved = batch_find_account(batch, account->moved_id);
		buf_init(&buf, batch->arena, 0);
		buf_reserve(&buf, account->fragment.n + 160);
		json_writer_init(&writer, &buf);
		w_account(batch, &writer, account, moved && moved->fragment.p ? moved : NULL);
		account->json = buf_str(&buf);
	}
	json_w_raw(w, account->json);
}

/* Head of the boost, words of what it boosts, visibility of the boost, rest of what it boosts. */
static void w_boost_fragment(struct json_writer *w, const struct batch_status *boost, struct str boosted)
{
	static const struct str content = STR(",\"content\":"), visibility = STR(",\"visibility\":");
	const char *name = visibility_name(boost->visibility);
	size_t words = batch_member_at(boosted, content);
	struct str tail = str_sub(boosted, words, SIZE_MAX), rest;
	size_t words_n = batch_member_at(tail, visibility);

	w_fragment(w, str_sub(boost->fragment, 0, batch_member_at(boost->fragment, content)));
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

static void w_reaction_counts(struct json_writer *w, const struct batch_status *status)
{
	json_w_key(w, "emoji_reactions");
	json_w_array(w);
	for (size_t i = 0; i < status->reaction_count; i++) {
		json_w_object(w);
		emoji_count_w(w, &status->reactions[i]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

/* Twice: clients of Mastodon's kind look for them in the status itself, those of Pleroma's below "pleroma". */
static void w_reactions(struct json_writer *w, const struct batch_status *status)
{
	w_reaction_counts(w, status);
	json_w_key(w, "pleroma");
	json_w_object(w);
	w_reaction_counts(w, status);
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
	const struct batch_status *quoted = batch_find_status(batch, status->quote_id);
	bool shown = !status->quote_hidden && batch->quoting == 0 && batch_is_shown(batch, quoted);

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
	struct str emojis = emojis_in_poll(batch->arena, batch->view, status->fragment, batch_is_own(batch, status), status->poll);

	poll_entity_w(w, status->poll, emojis, status->account_id, batch->viewer_id, status->vote);
}

static void w_status(struct batch *batch, struct json_writer *w, const struct batch_status *status, struct str text)
{
	const struct batch_status *boosted = status->boosted_id ? batch_find_status(batch, status->boosted_id) : NULL;

	if (boosted)
		w_boost_fragment(w, status, boosted->fragment);
	else
		w_fragment(w, status->fragment);
	json_w_member_u64(w, "replies_count", status->stats.replies);
	json_w_member_u64(w, "reblogs_count", status->stats.reblogs);
	json_w_member_u64(w, "favourites_count", status->stats.favourites);
	json_w_member_u64(w, "quotes_count", status->stats.quotes);
	w_reactions(w, status);
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
		w_status(batch, w, batch_find_status(batch, post_id), text);
	else
		json_w_null(w);
}

void batch_w_status(struct batch *batch, struct json_writer *w, uint64_t post_id)
{
	batch_w_status_with_text(batch, w, post_id, STR_NONE);
}

void batch_w_poll(struct batch *batch, struct json_writer *w, uint64_t post_id)
{
	const struct batch_status *status = batch_find_status(batch, post_id);

	if (status && status->poll)
		w_poll(batch, w, status);
	else
		json_w_null(w);
}
