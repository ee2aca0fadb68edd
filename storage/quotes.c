/*
 * Quotes by their indexes, and the author's policy. Reads: any thread; the migration: before any other thread.
 */
#include "storage/quotes.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/graph.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/record.h"
#include "storage/silence.h"

enum { QUOTING = 16 };  /* where the quoting post's id stands behind the hash of a stamp */

uint8_t quotes_policy(const struct post *post)
{
	if (post->visibility > VISIBILITY_UNLISTED || post->reblog_of_id)
		return QUOTE_SAID;
	if (post->remote || (post->quote_policy & QUOTE_SAID))
		return post->quote_policy;
	return QUOTE_SAID | QUOTE_AUTOMATIC_PUBLIC;
}

enum quote_answer quotes_may(struct view *view, const struct post *post, uint64_t account_id)
{
	uint8_t policy = quotes_policy(post), circles = 0;

	if (post->account_id == account_id)
		return post->reblog_of_id ? QUOTE_DENIED : QUOTE_AUTOMATIC;
	if (!(policy & QUOTE_SAID))
		return QUOTE_UNKNOWN;
	if ((policy & (QUOTE_AUTOMATIC_FOLLOWERS | QUOTE_MANUAL_FOLLOWERS)) &&
	    graph_follows(view, account_id, post->account_id))
		circles |= QUOTE_AUTOMATIC_FOLLOWERS | QUOTE_MANUAL_FOLLOWERS;
	if ((policy & (QUOTE_AUTOMATIC_FOLLOWING | QUOTE_MANUAL_FOLLOWING)) &&
	    graph_follows(view, post->account_id, account_id))
		circles |= QUOTE_AUTOMATIC_FOLLOWING | QUOTE_MANUAL_FOLLOWING;
	circles |= QUOTE_AUTOMATIC_PUBLIC | QUOTE_MANUAL_PUBLIC;
	policy &= circles;
	if (policy & (QUOTE_AUTOMATIC_PUBLIC | QUOTE_AUTOMATIC_FOLLOWERS | QUOTE_AUTOMATIC_FOLLOWING))
		return QUOTE_AUTOMATIC;
	return policy ? QUOTE_MANUAL : QUOTE_DENIED;
}

int quotes_page(struct arena *arena, struct view *view, struct beholder beholder, uint64_t post_id,
                const struct page *page, struct post_page *ret_page)
{
	size_t limit = page_limit(page);
	struct post_page filled = { ARENA_ARRAY(arena, struct post, limit), 0, false };
	const struct page_item *item = NULL;
	struct page_walk walk;
	struct key key;
	int r;

	page_walk_init(&walk, arena, view, SPACE_QUOTES, key_u64(&key, post_id), page, limit + 1);
	while ((r = page_peek(&walk, &item)) == OK && item) {
		if (filled.count == limit)
			break;
		r = access_post(arena, view, beholder, item->id, &filled.posts[filled.count]);
		if (r != OK && r != ERR_NOT_FOUND)
			return r;
		filled.count += r == OK && !silence_hides(view, filled.posts[filled.count].account_id, beholder.account_id);
		page_step(&walk);
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	filled.more = item != NULL;
	if (page_upward(page))
		page_reverse(filled.posts, filled.count, sizeof(*filled.posts));
	*ret_page = filled;
	return OK;
}

int quotes_ours(struct arena *arena, struct view *view, uint64_t post_id, size_t max, struct post_page *ret_page)
{
	struct post_page filled = { ARENA_ARRAY(arena, struct post, max), 0, false };
	struct page page = { .limit = max };
	const struct page_item *item = NULL;
	struct page_walk walk;
	struct key key;
	int r;

	page_walk_init(&walk, arena, view, SPACE_QUOTES, key_u64(&key, post_id), &page, max);
	while ((r = page_peek(&walk, &item)) == OK && item && filled.count < max) {
		struct post *post = &filled.posts[filled.count];

		r = posts_brief(view, item->id, post);
		if (r != OK && r != ERR_NOT_FOUND)
			return r;
		filled.count += r == OK && !post->remote;
		page_step(&walk);
	}
	*ret_page = filled;
	return r == ERR_NOT_FOUND ? OK : r;
}

int quotes_by_stamp(struct arena *arena, struct view *view, struct str stamp_uri, size_t max, struct id_list *ret_ids)
{
	struct id_list ids = { ARENA_ARRAY(arena, uint64_t, max), 0 };
	struct prefix_walk walk;
	struct engine_item item;
	struct post post;
	struct key key;

	prefix_walk_init(&walk, view, SPACE_QUOTE_STAMP, key_hash(&key, stamp_uri), false);
	while (ids.count < max && prefix_next(&walk, &item) == OK) {
		uint64_t id = key_read_u64(item.key, QUOTING);

		if (posts_get(arena, view, id, &post) == OK && str_eq(post.quote_stamp_uri, stamp_uri))
			ids.ids[ids.count++] = id;
	}
	*ret_ids = ids;
	return OK;
}

/* migration */

static void migrate_post(struct arena *arena, struct txn *txn, struct str value)
{
	struct post post, quoted;
	struct key key;

	if (codec_decode(arena, &post_type, value, &post) != OK || !post.quote_uri.n)
		return;
	if (post.quote_id) {
		post.quote_state = QUOTE_ACCEPTED;
		if (posts_brief(txn_view(txn), post.quote_id, &quoted) == OK)
			post.quote_account_id = quoted.account_id;
		record_put(txn, SPACE_POST, key_u64(&key, post.id), &post_type, &post);
		record_put_mark(txn, SPACE_QUOTES, key_u64_u64(&key, post.quote_id, post.id));
		if (posts_counts_as_quote(&post))
			posts_quotes_add(txn, post.quote_id, 1);
	}
	if (posts_quotes_by_stamp(&post))
		record_put_mark(txn, SPACE_QUOTE_STAMP, key_hash_u64(&key, post.quote_stamp_uri, post.id));
}

/* Inside a text its quotes are escaped, so that this can only stand between members. */
static void migrate_json(struct arena *arena, struct txn *txn, const struct engine_item *item)
{
	static const struct str old =
		STR(",\"quote_approval\":{\"automatic\":[],\"manual\":[],\"current_user\":\"denied\"}");
	size_t at = str_find(item->value, old);

	if (at != SIZE_MAX)
		txn_put(txn, SPACE_POST_JSON, item->key,
		        arena_printf(arena, "%.*s%.*s", STR_ARG(str_sub(item->value, 0, at)),
		                     STR_ARG(str_sub(item->value, at + old.n, SIZE_MAX))));
}

int quotes_migrate(struct txn *txn)
{
	static const unsigned spaces[] = { SPACE_POST, SPACE_POST_JSON };
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		struct prefix_walk walk;
		struct engine_item item;

		prefix_walk_init(&walk, txn_view(txn), spaces[i], STR_NONE, false);
		while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
			arena_reset(arena);
			if (spaces[i] == SPACE_POST)
				migrate_post(arena, txn, item.value);
			else
				migrate_json(arena, txn, &item);
		}
	}
	arena_free(arena);
	return txn_err(txn);
}
