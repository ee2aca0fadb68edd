/*
 * Removal of posts, and tombstones. A post that many boosted goes in steps: first the post itself, then the
 * rest in batches; its counts are kept until the last step and are the mark of a removal that is not
 * finished. Reads: any thread; the rest: the writer.
 */
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/bookmarks.h"
#include "storage/changes.h"
#include "storage/conversations.h"
#include "storage/emoji_reactions.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/notices.h"
#include "storage/pins.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/record.h"

enum { TOMBSTONE_ACTOR = 8, NOTICE_ACCOUNT = 8, NOTICE_ID = 16, BOOSTER = 8, REACTION_ID = 8, VOTER = 8 };

int posts_tombstone_get(struct arena *arena, struct view *view, struct str uri, struct tombstone *ret_tombstone)
{
	struct key key;
	struct str value, rest;
	int r = view_get(view, SPACE_TOMBSTONE, key_hash(&key, uri), &value);

	if (r != OK)
		return r;
	if (value.n < TOMBSTONE_ACTOR)
		return ERR_CORRUPT;
	if (!ret_tombstone)
		return OK;
	rest = str_sub(value, TOMBSTONE_ACTOR, value.n);
	*ret_tombstone = (struct tombstone){
		.deleted_ms = (int64_t)key_read_u64(value, 0),
		.actor_uri = arena_str(arena, str_cut(&rest, 0)),
	};
	if (rest.n)
		ret_tombstone->visibility = (uint8_t)rest.p[0];
	return OK;
}

static void tombstone_put(struct arena *scratch, struct txn *txn, struct str uri, struct str actor_uri,
                          uint8_t visibility)
{
	struct buf buf;
	struct key key;
	uint8_t deleted_ms[8];

	buf_init(&buf, scratch, 0);
	buf_add(&buf, value_u64(deleted_ms, (uint64_t)txn_now_ms(txn)));
	buf_add(&buf, actor_uri);
	buf_add_char(&buf, 0);
	buf_add_char(&buf, (char)visibility);
	txn_put(txn, SPACE_TOMBSTONE, key_hash(&key, uri), buf_str(&buf));
}

/* One kind of thing that goes with a post: the keys (post id, …) of a space, and how one of them is removed. */
struct companion {
	unsigned space;
	void (*remove)(struct txn *txn, uint64_t post_id, const struct engine_item *item);
};

static size_t companions_remove(struct txn *txn, const struct companion *companion, uint64_t post_id,
                                size_t budget)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), companion->space, key_u64(&key, post_id), false);
	for (; n < budget && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		companion->remove(txn, post_id, &item);
	return n;
}

static void favourite_remove(struct txn *txn, uint64_t post_id, const struct engine_item *item)
{
	txn_fail(txn, favourites_remove(txn, post_id, key_read_u64(item->key, BOOSTER)));
}

static void emoji_reaction_remove(struct txn *txn, uint64_t post_id, const struct engine_item *item)
{
	txn_fail(txn, emoji_reactions_remove(txn, post_id, key_read_u64(item->key, REACTION_ID)));
}

static void vote_remove(struct txn *txn, uint64_t post_id, const struct engine_item *item)
{
	txn_fail(txn, polls_vote_remove(txn, post_id, key_read_u64(item->key, VOTER)));
}

static void bookmark_remove(struct txn *txn, uint64_t post_id, const struct engine_item *item)
{
	bookmarks_remove(txn, post_id, key_read_u64(item->key, BOOSTER));
}

static void notice_remove(struct txn *txn, uint64_t post_id, const struct engine_item *item)
{
	struct notice notice;
	struct key key;
	struct str at = key_u64_u64(&key, key_read_u64(item->key, NOTICE_ACCOUNT),
	                            key_read_u64(item->key, NOTICE_ID));
	int r = record_get(NULL, txn_view(txn), SPACE_NOTICE, at, &notice_type, &notice);

	(void)post_id;
	txn_fail(txn, r);
	if (r == OK) {
		index_del(txn, SPACE_NOTICE, at, &notice);
		txn_del(txn, SPACE_NOTICE, at);
	}
}

static const struct companion notices_about = { SPACE_NOTICE_ABOUT, notice_remove };

static void record_remove(struct txn *txn, const struct post *post)
{
	struct key key;
	struct str at = key_u64(&key, post->id);

	index_del(txn, SPACE_POST, at, post);
	txn_del(txn, SPACE_POST, at);
	txn_del(txn, SPACE_POST_JSON, at);
	posts_count(txn, post, -1);
	if (!post->reblog_of_id)
		changes_note(txn, CHANGE_POST, post->id);
	/* who is told of the end is decided afterwards, when the record is gone: it says here what that takes */
	txn_emit_flags(txn, EVENT_POST_DELETED, post->id, post->account_id, post_flags(post));
	if (post->visibility >= VISIBILITY_FOLLOWERS)
		for (size_t i = 0; i < post->mention_ids.count; i++)
			txn_emit(txn, EVENT_POST_WITHDRAWN, post->id, post->mention_ids.ids[i]);
}

static int boost_delete(struct txn *txn, uint64_t boost_id)
{
	struct arena *scratch = arena_new();
	struct post boost, boosted;
	int r = posts_get(scratch, txn_view(txn), boost_id, &boost);

	if (r == OK) {
		if (posts_brief(txn_view(txn), boost.reblog_of_id, &boosted) == OK)
			notices_remove(txn, boosted.account_id, NOTICE_REBLOG, boost.account_id, boosted.id);
		companions_remove(txn, &notices_about, boost_id, POST_DELETE_BATCH);
		record_remove(txn, &boost);
	}
	arena_free(scratch);
	return txn_fail(txn, r);
}

static void boost_remove(struct txn *txn, uint64_t post_id, const struct engine_item *item)
{
	(void)post_id;
	boost_delete(txn, key_read_u64(item->value, 0));
}

static void keys_remove(struct txn *txn, unsigned space, uint64_t post_id)
{
	struct key key;

	record_del_below(txn, space, key_u64(&key, post_id));
}

static void original_delete(struct arena *scratch, struct txn *txn, const struct post *post)
{
	struct view *view = txn_view(txn);
	struct str uri = post->uri.n ? post->uri : instance_post_uri(scratch, instance_of(view), post->id);
	struct account author;
	struct key key;

	if (accounts_get(scratch, view, post->account_id, &author) != OK)
		author.uri = STR_NONE;
	record_remove(txn, post);
	posts_know_tags(txn, post, NULL);
	keys_remove(txn, SPACE_POST_EDIT, post->id);
	pins_remove(txn, post->account_id, post->id);
	for (size_t i = 0; i < post->media_ids.count; i++)
		media_loosen(txn, post->media_ids.ids[i]);
	if (view_has(view, SPACE_POLL, key_u64(&key, post->id)))
		txn_del(txn, SPACE_POLL, key_u64(&key, post->id));
	if (post->visibility == VISIBILITY_DIRECT)
		txn_fail(txn, conversations_repair(scratch, txn, post));
	tombstone_put(scratch, txn, uri, author.uri, post->visibility);
}

/* Boosts, favourites and notices of a post that is gone; the counts when none is left. */
static bool companions_delete(struct txn *txn, uint64_t post_id)
{
	static const struct companion companions[] = {
		{ SPACE_BOOSTS, boost_remove },
		{ SPACE_FAVOURITE, favourite_remove },
		{ SPACE_EMOJI_REACTION, emoji_reaction_remove },
		{ SPACE_VOTE, vote_remove },
		{ SPACE_BOOKMARK, bookmark_remove },
		{ SPACE_NOTICE_ABOUT, notice_remove },
	};
	size_t budget = POST_DELETE_BATCH;
	struct post_stats left;
	struct key key;
	struct str at = key_u64(&key, post_id);

	for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++)
		budget -= companions_remove(txn, &companions[i], post_id, budget);
	if (budget > 0) {
		txn_del(txn, SPACE_POST_STATS, at);
		return false;
	}
	txn_fail(txn, posts_stats_get(txn_view(txn), post_id, &left));
	left.replies = left.quotes = 0;
	record_put(txn, SPACE_POST_STATS, at, &post_stats_type, &left);
	return true;
}

int posts_delete(struct txn *txn, uint64_t id, bool *ret_more)
{
	struct arena *scratch = arena_new();
	struct post post;
	struct key key;
	bool more = false;
	int r = posts_get(scratch, txn_view(txn), id, &post);

	if (r == OK && post.reblog_of_id) {
		boost_delete(txn, id);
	} else if (r == OK) {
		original_delete(scratch, txn, &post);
		more = companions_delete(txn, id);
	} else if (r == ERR_NOT_FOUND && view_has(txn_view(txn), SPACE_POST_STATS, key_u64(&key, id))) {
		more = companions_delete(txn, id);
		r = OK;
	}
	arena_free(scratch);
	if (r == OK) {
		r = txn_err(txn);
		*ret_more = more;
	}
	return r;
}
