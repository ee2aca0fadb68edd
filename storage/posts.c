/*
 * Posts and boosts: reading, adding, editing, their indexes, counts and finished JSON. Threads are threads.c,
 * removal is erasure.c. Asks nobody whether something is allowed. Reads: any thread; the rest: the writer.
 */
#include "storage/posts.h"

#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/changes.h"
#include "storage/codec.h"
#include "storage/conversations.h"
#include "storage/fragment.h"
#include "storage/index.h"
#include "storage/ids.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/reactions.h"
#include "storage/record.h"
#include "storage/threads.h"

enum { EDIT_NUMBER = 8 };

uint8_t post_flags(const struct post *post)
{
	uint8_t flags = (uint8_t)((post->visibility - 1) << POST_FLAG_VISIBILITY_SHIFT);

	if (post->in_reply_to_id || post->in_reply_to_uri.n)
		flags |= POST_FLAG_REPLY;
	if (post->in_reply_to_account_id && post->in_reply_to_account_id == post->account_id)
		flags |= POST_FLAG_REPLY_TO_SELF;
	if (post->reblog_of_id)
		flags |= POST_FLAG_BOOST;
	if (post->remote)
		flags |= POST_FLAG_REMOTE;
	if (post->attachments_json.n > 2)  /* more than "[]" */
		flags |= POST_FLAG_MEDIA;
	return flags;
}

uint8_t post_flags_visibility(uint8_t flags)
{
	return (uint8_t)((flags >> POST_FLAG_VISIBILITY_SHIFT & 3) + 1);
}

int posts_get(struct arena *arena, struct view *view, uint64_t id, struct post *ret_post)
{
	struct key key;

	return record_get(arena, view, SPACE_POST, key_u64(&key, id), &post_type, ret_post);
}

int posts_brief(struct view *view, uint64_t id, struct post *ret_post)
{
	struct key key;

	return record_get(NULL, view, SPACE_POST, key_u64(&key, id), &post_brief_type, ret_post);
}

/* By the index of addresses, or by the number in our own ones. */
static int find_by_uri(struct arena *arena, struct view *view, struct str uri, struct post *ret_post)
{
	uint64_t own = instance_parse_id(instance_of(view), "p", uri);
	struct key key;
	struct str value;
	int r;

	if (own && posts_get(arena, view, own, ret_post) == OK && !ret_post->remote && !ret_post->reblog_of_id)
		return OK;
	r = view_get(view, SPACE_POST_URI, key_hash(&key, uri), &value);
	if (r == OK)
		r = posts_get(arena, view, key_read_u64(value, 0), ret_post);
	if (r == OK && !str_eq(ret_post->uri, uri))
		return ERR_NOT_FOUND;
	return r;
}

int posts_by_uri(struct arena *arena, struct view *view, struct str uri, struct post *ret_post)
{
	int r = find_by_uri(arena, view, uri, ret_post);

	if (r == ERR_NOT_FOUND && posts_tombstone_get(arena, view, uri, NULL) == OK)
		return ERR_GONE;
	return r;
}

int posts_id_by_uri(struct view *view, struct str uri, uint64_t *ret_id)
{
	struct arena *scratch = arena_new();
	struct post post;
	int r = posts_by_uri(scratch, view, uri, &post);

	if (r == OK)
		*ret_id = post.id;
	arena_free(scratch);
	return r;
}

static bool has_below(struct view *view, unsigned space, uint64_t id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, view, space, key_u64(&key, id), false);
	return prefix_next(&walk, &item) == OK;
}

/* By a post, by what is left of one, or by answers to and quotes of one that is gone: they would be another's. */
static bool id_taken(struct view *view, uint64_t id, void *arg)
{
	struct key key;
	struct str at = key_u64(&key, id);

	(void)arg;
	return view_has(view, SPACE_POST, at) || view_has(view, SPACE_POST_STATS, at) ||
	       has_below(view, SPACE_REPLIES, id) || has_below(view, SPACE_QUOTES, id);
}

uint64_t posts_id_for(struct txn *txn, int64_t published_ms)
{
	if (published_ms <= 0 || published_ms > txn_now_ms(txn) - DAY_MS)
		return txn_new_id(txn);
	return txn_id_at(txn, published_ms, id_taken, NULL);
}

static int check_size(const struct post *post)
{
	const struct str texts[] = {
		post->uri, post->url, post->content, post->source, post->spoiler, post->language,
		post->in_reply_to_uri, post->context_uri, post->attachments_json, post->emojis_json,
		post->object_type, post->title, post->quote_uri, post->quote_stamp_uri, post->replies_uri,
	};
	size_t bytes = 0;

	if (post->tags.count > POST_NAMES_MAX || post->mention_ids.count > POST_NAMES_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bytes += texts[i].n;
	for (size_t i = 0; i < post->tags.count; i++)
		bytes += post->tags.items[i].n;
	return bytes <= POST_BYTES_MAX ? OK : ERR_LIMIT;
}

static int check_boost(struct view *view, const struct post *post)
{
	struct post boosted;
	uint64_t boost_id;
	int r;

	if (post->reblog_of_id == 0)
		return OK;
	r = posts_brief(view, post->reblog_of_id, &boosted);
	if (r != OK)
		return r;
	if (boosted.reblog_of_id)
		return ERR_INVALID;
	if (posts_boost_get(view, post->reblog_of_id, post->account_id, &boost_id) == OK ||
	    made_by_other(view, post->uri, MADE_BOOST, post->account_id, post->id))
		return ERR_EXISTS;
	return OK;
}

/* All that can be wrong with a new post is found here, before the first put. */
static int check_new(struct arena *scratch, struct view *view, const struct post *post)
{
	struct post known;
	struct key key;
	int r;

	if (post->id == 0 || post->visibility < VISIBILITY_PUBLIC || post->visibility > VISIBILITY_DIRECT)
		return ERR_INVALID;
	r = check_size(post);
	if (r != OK)
		return r;
	if (!access_lives(view, post->account_id))
		return ERR_NOT_FOUND;
	if (view_has(view, SPACE_POST, key_u64(&key, post->id)))
		return ERR_EXISTS;
	/* our own address is as new as the id in it */
	if (post->uri.n && instance_parse_id(instance_of(view), "p", post->uri) != post->id) {
		r = posts_by_uri(scratch, view, post->uri, &known);
		if (r != ERR_NOT_FOUND)
			return r == OK ? ERR_EXISTS : r;
	}
	return check_boost(view, post);
}

/* Mentions and escapes make it longer than the texts of the post. */
static int json_of(struct arena *scratch, struct txn *txn, const struct post *post, struct str *ret_json)
{
	*ret_json = fragment_post(scratch, txn_view(txn), post);
	return ret_json->n <= ENGINE_VALUE_MAX ? OK : ERR_LIMIT;
}

bool posts_counts_as_reply(const struct post *post)
{
	return post->visibility == VISIBILITY_PUBLIC || post->visibility == VISIBILITY_UNLISTED;
}

bool posts_counts_as_quote(const struct post *post)
{
	return posts_counts_as_reply(post);
}

bool posts_quotes_by_stamp(const struct post *post)
{
	return post->quote_state == QUOTE_ACCEPTED && post->quote_stamp_uri.n &&
	       post->quote_account_id != post->account_id;
}

static void count_quote(struct txn *txn, const struct post *post, int step)
{
	if (post->quote_id && posts_counts_as_quote(post))
		posts_quotes_add(txn, post->quote_id, step);
}

void posts_count(struct txn *txn, const struct post *post, int step)
{
	int64_t posted_ms = post->created_ms < txn_now_ms(txn) ? post->created_ms : txn_now_ms(txn);

	if (post->visibility != VISIBILITY_DIRECT)
		accounts_stats_add(txn, post->account_id, step, 0, 0, step > 0 ? posted_ms : 0);
	if (post->reblog_of_id)
		posts_stats_add(txn, post->reblog_of_id, 0, step, 0);
	else if (post->in_reply_to_id && posts_counts_as_reply(post))
		posts_stats_add(txn, post->in_reply_to_id, step, 0, 0);
	count_quote(txn, post, step);
}

static bool shows_tags(const struct post *post)
{
	return post && post->visibility == VISIBILITY_PUBLIC && post->reblog_of_id == 0;
}

static bool tag_in_use(struct view *view, struct str tag)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, view, SPACE_TAGGED, key_hash(&key, tag), false);
	return prefix_next(&walk, &item) == OK;
}

void posts_know_tags(struct txn *txn, const struct post *old, const struct post *post)
{
	struct view *view = txn_view(txn);
	struct key key, hash;

	if (shows_tags(old))
		for (size_t i = 0; i < old->tags.count; i++)
			if (old->tags.items[i].n && !tag_in_use(view, old->tags.items[i]))
				txn_del(txn, SPACE_TAG, key_text(&key, old->tags.items[i]));
	if (shows_tags(post))
		for (size_t i = 0; i < post->tags.count; i++) {
			struct str tag = post->tags.items[i];

			if (tag.n && !view_has(view, SPACE_TAG, key_text(&key, tag)))
				txn_put(txn, SPACE_TAG, key_text(&key, tag), key_hash(&hash, tag));
		}
}

int posts_add(struct txn *txn, struct post *post)
{
	struct arena *scratch = arena_new();
	struct key key;
	struct str at = key_u64(&key, post->id), json;
	struct job rest = { .kind = STR("adopt") };
	bool rest_waits = false;
	int r = check_new(scratch, txn_view(txn), post);

	if (r == OK)
		r = thread_place(scratch, txn_view(txn), post);
	if (r == OK)
		r = json_of(scratch, txn, post, &json);
	if (r != OK)
		goto out;
	record_put(txn, SPACE_POST, at, &post_type, post);
	index_put(txn, SPACE_POST, at, post);
	if (!post->reblog_of_id)
		changes_note(txn, CHANGE_POST, post->id);
	posts_know_tags(txn, NULL, post);
	txn_put(txn, SPACE_POST_JSON, at, json);
	posts_count(txn, post, 1);
	thread_adopt(scratch, txn, post, &rest_waits);
	txn_emit(txn, EVENT_POST, post->id, post->account_id);
	rest.subject = post->id;
	if (rest_waits)
		jobs_add(txn, &rest);
	r = txn_err(txn);
out:
	arena_free(scratch);
	return r;
}

int posts_adopt(struct txn *txn, uint64_t id, bool *ret_more)
{
	struct arena *scratch = arena_new();
	struct post post;
	int r = posts_get(scratch, txn_view(txn), id, &post);

	*ret_more = false;
	if (r == OK)
		r = thread_adopt(scratch, txn, &post, ret_more);
	arena_free(scratch);
	return r;
}

int posts_rewrite(struct arena *arena, struct txn *txn, const struct post *old, const struct post *post)
{
	struct key key;
	struct str at = key_u64(&key, post->id), json;
	int r = json_of(arena, txn, post, &json);

	if (r != OK)
		return txn_fail(txn, r);
	if (old->quote_id != post->quote_id) {
		count_quote(txn, old, -1);
		count_quote(txn, post, 1);
	}
	record_put(txn, SPACE_POST, at, &post_type, post);
	index_replace(txn, SPACE_POST, at, old, post);
	changes_note(txn, CHANGE_POST, post->id);
	return txn_put(txn, SPACE_POST_JSON, at, json);
}

/* The numbers of the oldest and the newest earlier text; false: there is none. */
static bool edit_numbers(struct view *view, uint64_t post_id, uint64_t *ret_first, uint64_t *ret_last)
{
	uint64_t *const ends[] = { ret_first, ret_last };
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	for (int i = 0; i < 2; i++) {
		prefix_walk_init(&walk, view, SPACE_POST_EDIT, key_u64(&key, post_id), i == 1);
		if (prefix_next(&walk, &item) != OK)
			return false;
		*ends[i] = key_read_u64(item.key, EDIT_NUMBER);
	}
	return true;
}

static void edit_keep(struct txn *txn, const struct post *old)
{
	struct post_edit edit = {
		.post_id = old->id,
		.created_ms = old->edited_ms ? old->edited_ms : old->created_ms,
		.content = old->content,
		.spoiler = old->spoiler,
		.sensitive = old->sensitive,
		.attachments_json = old->attachments_json,
	};
	uint64_t first = 1, last = 0;
	struct key key;

	if (edit_numbers(txn_view(txn), old->id, &first, &last) && last - first + 1 >= POST_EDITS_MAX)
		txn_del(txn, SPACE_POST_EDIT, key_u64_u64(&key, old->id, first));
	record_put(txn, SPACE_POST_EDIT, key_u64_u64(&key, old->id, last + 1), &post_edit_type, &edit);
}

/* What a post shows, without the addresses of ours, which are made anew for readers alone. */
static json_t *shown_files(struct arena *arena, const struct post *post)
{
	json_t *list = NULL;

	if (!post->attachments_json.n || json_parse(arena, post->attachments_json, &list) != OK)
		return NULL;
	for (size_t i = 0; !post->remote && i < json_count(list); i++) {
		json_object_del(json_at(list, i), "url");
		json_object_del(json_at(list, i), "previewUrl");
	}
	return list;
}

static bool shows_same(struct arena *arena, const struct post *old, const struct post *edited)
{
	json_t *before, *now;

	if (str_eq(old->attachments_json, edited->attachments_json))
		return true;
	before = shown_files(arena, old);
	now = shown_files(arena, edited);
	return before && now ? json_equal(before, now) : before == now;
}

/* `old` with the members that an edit may change taken from `edited`. */
static struct post post_edited(const struct post *old, const struct post *edited)
{
	struct post post = *old;

	post.content = edited->content;
	post.source = edited->source;
	post.spoiler = edited->spoiler;
	post.title = edited->title;
	post.sensitive = edited->sensitive;
	post.language = edited->language;
	post.tags = edited->tags;
	post.mention_ids = edited->mention_ids;
	post.attachments_json = edited->attachments_json;
	post.media_ids = edited->media_ids;
	post.emojis_json = edited->emojis_json;
	post.quote_stamp_uri = edited->quote_stamp_uri;
	post.quote_id = edited->quote_id;
	post.quote_state = edited->quote_state;
	post.quote_account_id = edited->quote_account_id;
	post.quote_policy = edited->quote_policy;
	post.edited_ms = edited->edited_ms;
	return post;
}

int posts_update(struct txn *txn, struct post *post)
{
	struct arena *scratch = arena_new();
	struct post old, edited;
	struct str json;
	int r = posts_get(scratch, txn_view(txn), post->id, &old);

	if (r != OK)
		goto out;
	edited = post_edited(&old, post);
	r = old.reblog_of_id ? ERR_INVALID : check_size(&edited);
	if (r == OK)
		r = json_of(scratch, txn, &edited, &json);
	if (r != OK)
		goto out;
	if (!str_eq(old.content, edited.content) || !str_eq(old.spoiler, edited.spoiler) ||
	    !shows_same(scratch, &old, &edited))
		edit_keep(txn, &old);
	posts_rewrite(scratch, txn, &old, &edited);
	posts_know_tags(txn, &old, &edited);
	conversations_narrow(scratch, txn, &old, &edited);
	txn_emit(txn, EVENT_POST_EDITED, edited.id, edited.account_id);
	r = txn_err(txn);
out:
	arena_free(scratch);
	return r;
}

int posts_set_quote(struct txn *txn, uint64_t id, const struct quote_standing *standing)
{
	struct arena *scratch = arena_new();
	struct post old, post;
	int r = posts_get(scratch, txn_view(txn), id, &old);

	if (r == OK) {
		post = old;
		post.quote_id = standing->quote_id;
		post.quote_state = standing->state;
		post.quote_account_id = standing->account_id;
		post.quote_stamp_uri = standing->stamp_uri;
		posts_rewrite(scratch, txn, &old, &post);
		txn_emit(txn, EVENT_POST_EDITED, id, post.account_id);
		r = txn_err(txn);
	}
	arena_free(scratch);
	return r;
}

int posts_stats_get(struct view *view, uint64_t id, struct post_stats *ret_stats)
{
	struct key key;
	int r = record_get(NULL, view, SPACE_POST_STATS, key_u64(&key, id), &post_stats_type, ret_stats);

	if (r == ERR_NOT_FOUND) {
		*ret_stats = (struct post_stats){ 0 };
		return OK;
	}
	return r;
}

static uint64_t moved(uint64_t count, int step)
{
	if (step < 0 && count < (uint64_t)-step)
		return 0;
	return count + (uint64_t)step;
}

static int stats_add(struct txn *txn, uint64_t id, int replies, int reblogs, int favourites, int quotes)
{
	struct view *view = txn_view(txn);
	struct post_stats stats;
	struct key key;
	struct str at = key_u64(&key, id);
	int r = posts_stats_get(view, id, &stats);

	if (r != OK)
		return txn_fail(txn, r);
	/* counts may outlive their post for as long as its boosts are removed, but are not born after it */
	if (!view_has(view, SPACE_POST, at) && !view_has(view, SPACE_POST_STATS, at))
		return txn_err(txn);
	stats.replies = moved(stats.replies, replies);
	stats.reblogs = moved(stats.reblogs, reblogs);
	stats.favourites = moved(stats.favourites, favourites);
	stats.quotes = moved(stats.quotes, quotes);
	return record_put(txn, SPACE_POST_STATS, at, &post_stats_type, &stats);
}

int posts_stats_add(struct txn *txn, uint64_t id, int replies, int reblogs, int favourites)
{
	return stats_add(txn, id, replies, reblogs, favourites, 0);
}

int posts_quotes_add(struct txn *txn, uint64_t id, int quotes)
{
	return stats_add(txn, id, 0, 0, 0, quotes);
}

int posts_boost_get(struct view *view, uint64_t post_id, uint64_t account_id, uint64_t *ret_boost_id)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_BOOSTS, key_u64_u64(&key, post_id, account_id), &value);

	if (r == OK)
		*ret_boost_id = key_read_u64(value, 0);
	return r;
}

int posts_of_author(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                    struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_BY_AUTHOR, account_id, after, max, NULL, ret_ids);
}

int posts_boosters(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                   struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_BOOSTS, post_id, after, max, NULL, ret_ids);
}

bool posts_addressed(struct view *view, uint64_t post_id, uint64_t account_id)
{
	struct key key;

	return view_has(view, SPACE_AUDIENCE, key_u64_u64(&key, post_id, account_id));
}

int posts_edits(struct arena *arena, struct view *view, uint64_t post_id, struct post_edit **ret_edits,
                size_t *ret_count)
{
	struct post_edit *edits = ARENA_ARRAY(arena, struct post_edit, POST_EDITS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_POST_EDIT, key_u64(&key, post_id), false);
	while (n < POST_EDITS_MAX && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &post_edit_type, item.value, &edits[n++]);
		if (r != OK)
			return r;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_edits = edits;
	*ret_count = n;
	return OK;
}

int posts_count_local(struct view *view, uint64_t *ret_count)
{
	struct prefix_walk walk;
	struct engine_item item;
	uint64_t count = 0;
	int r;

	prefix_walk_init(&walk, view, SPACE_USER, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		struct account_stats stats;

		if (accounts_stats_get(view, key_read_u64(item.key, 0), &stats) == OK)
			count += stats.statuses;
	}
	if (r != ERR_NOT_FOUND)
		return r;
	*ret_count = count;
	return OK;
}
