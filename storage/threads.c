/*
 * Threads, by the index of replies. Iterative throughout, with bounds given by the caller. Reads: any thread;
 * puts: the writer.
 */
#include "storage/threads.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/conversations.h"
#include "storage/hushes.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/page.h"
#include "storage/posts.h"

enum { REPLY_ID = 8, WAITING_ID = 16, CLIMB_MAX = 1000 };

int thread_place(struct arena *scratch, struct view *view, struct post *post)
{
	struct post parent;
	int r;

	post->root_id = post->id;
	if (post->reblog_of_id || (post->in_reply_to_id == 0 && post->in_reply_to_uri.n == 0)) {
		post->in_reply_to_id = post->in_reply_to_account_id = 0;
		return OK;
	}
	if (post->in_reply_to_uri.n)
		r = posts_by_uri(scratch, view, post->in_reply_to_uri, &parent);
	else
		r = posts_brief(view, post->in_reply_to_id, &parent);
	if (r == OK && parent.reblog_of_id)  /* an answer to a boost answers what it shows */
		r = posts_brief(view, parent.reblog_of_id, &parent);
	if (r == OK) {
		post->in_reply_to_id = parent.id;
		post->in_reply_to_account_id = parent.account_id;
		post->root_id = parent.root_id ? parent.root_id : parent.id;
		return OK;
	}
	if (post->in_reply_to_uri.n == 0 || (r != ERR_NOT_FOUND && r != ERR_GONE))
		return r;
	post->in_reply_to_id = post->in_reply_to_account_id = 0;
	return OK;
}

/* The first post above `post` as far as known; 0 when that is further than we look. */
static uint64_t topmost(struct view *view, const struct post *post)
{
	struct post at = *post;

	for (int i = 0; i < CLIMB_MAX; i++)
		if (at.in_reply_to_id == 0 || posts_brief(view, at.in_reply_to_id, &at) != OK)
			return at.id;
	return 0;
}

/* Tells a post, its record and its conversations, that its thread begins elsewhere. */
static void reroot(struct arena *scratch, struct txn *txn, uint64_t id, uint64_t root_id)
{
	struct post old, post;

	if (posts_get(scratch, txn_view(txn), id, &old) != OK || old.root_id == root_id)
		return;
	post = old;
	post.root_id = root_id;
	posts_rewrite(scratch, txn, &old, &post);
	conversations_move(scratch, txn, &old, &post);
}

/* false: there is not room enough for it and what stands below it. In an empty room the rest of a larger thread keeps
 * the root it has. */
static bool adopt(struct arena *scratch, struct txn *txn, const struct post *parent, const struct post *waiting,
                  size_t *room)
{
	struct post post = *waiting;
	struct id_list below = { NULL, 0 };

	txn_fail(txn, posts_descendants(scratch, txn_view(txn), post.id, *room, &below));
	if (below.count == *room && *room < POST_ADOPT_MAX)
		return false;
	if (below.count == *room)
		below.count--;
	*room -= below.count + 1;
	post.in_reply_to_id = parent->id;
	post.in_reply_to_account_id = parent->account_id;
	post.root_id = parent->root_id;
	posts_rewrite(scratch, txn, waiting, &post);
	conversations_move(scratch, txn, waiting, &post);
	hushes_copy(txn, hushes_thread(txn_view(txn), waiting), hushes_thread(txn_view(txn), &post));
	if (posts_counts_as_reply(&post))
		posts_stats_add(txn, parent->id, 1, 0, 0);
	for (size_t i = 0; i < below.count; i++)
		reroot(scratch, txn, below.ids[i], post.root_id);
	return true;
}

int thread_adopt(struct arena *scratch, struct txn *txn, const struct post *post, bool *ret_more)
{
	struct view *view = txn_view(txn);
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t room = POST_ADOPT_MAX;
	uint64_t top = 0;
	int r = OK;

	*ret_more = false;
	if (post->reblog_of_id || post->uri.n == 0)
		return OK;
	prefix_walk_init(&walk, view, SPACE_WAITING_REPLIES, key_hash(&key, post->uri), false);
	while (!*ret_more && (r = prefix_next(&walk, &item)) == OK) {
		struct post waiting;

		if (top == 0)
			top = topmost(view, post);
		if (top == 0)
			break;
		r = posts_get(scratch, view, key_read_u64(item.key, WAITING_ID), &waiting);
		/* one that stands above the new post would close a circle, and so would the post itself */
		if (r == OK && waiting.id != top && str_eq(waiting.in_reply_to_uri, post->uri))
			*ret_more = room == 0 || !adopt(scratch, txn, post, &waiting, &room);
	}
	return r == OK || r == ERR_NOT_FOUND ? txn_err(txn) : txn_fail(txn, r);
}

int posts_ancestors(struct arena *arena, struct view *view, const struct post *post, size_t max,
                    struct id_list *ret_ids)
{
	struct id_list above = { ARENA_ARRAY(arena, uint64_t, max), 0 };
	struct post at = *post;

	while (above.count < max && at.in_reply_to_id && at.in_reply_to_id != post->id &&
	       !ids_have(&above, at.in_reply_to_id)) {
		int r = posts_brief(view, at.in_reply_to_id, &at);

		if (r == ERR_NOT_FOUND)
			break;
		if (r != OK)
			return r;
		above.ids[above.count++] = at.id;
	}
	for (size_t i = 0; i < above.count / 2; i++) {
		uint64_t id = above.ids[i];

		above.ids[i] = above.ids[above.count - 1 - i];
		above.ids[above.count - 1 - i] = id;
	}
	*ret_ids = above;
	return OK;
}

/* The reply to `parent` with the lowest id above `after`; 0 when there is none. */
static int next_reply(struct view *view, uint64_t parent, uint64_t after, uint64_t *ret_id)
{
	struct key from, to;
	struct engine_range range = key_range_u64(&from, &to, parent, after, 0, false);
	struct engine_item item;
	size_t n;
	int r = view_scan(view, SPACE_REPLIES, &range, &item, 1, &n);

	if (r == OK)
		*ret_id = n ? key_read_u64(item.key, REPLY_ID) : 0;
	return r;
}

int posts_descendants(struct arena *arena, struct view *view, uint64_t post_id, size_t max,
                      struct id_list *ret_ids)
{
	struct id_list below = { ARENA_ARRAY(arena, uint64_t, max), 0 };
	/* from the post down to where we are; behind it stands the last reply that was walked at the next
	 * depth */
	uint64_t *path = ARENA_ARRAY(arena, uint64_t, max + 2);
	size_t depth = 0;

	path[0] = post_id;
	while (below.count < max) {
		uint64_t id;
		int r = next_reply(view, path[depth], path[depth + 1], &id);

		if (r != OK)
			return r;
		if (id == 0) {
			path[depth + 1] = 0;
			if (depth-- == 0)
				break;
			continue;
		}
		path[depth + 1] = id;
		if (ids_have(&(struct id_list){ path, depth + 1 }, id))
			continue;
		below.ids[below.count++] = id;
		depth++;
	}
	*ret_ids = below;
	return OK;
}

int posts_replies(struct arena *arena, struct view *view, uint64_t post_id, uint64_t before, size_t max,
                  struct id_list *ret_ids)
{
	struct id_list ids = { ARENA_ARRAY(arena, uint64_t, max), 0 };
	const struct page from = { .max_id = before };
	const struct page_item *item;
	struct page_walk walk;
	struct key key;
	int r = OK;

	page_walk_init(&walk, arena, view, SPACE_REPLIES, key_u64(&key, post_id), &from, max);
	while (ids.count < max && (r = page_peek(&walk, &item)) == OK && item) {
		ids.ids[ids.count++] = item->id;
		page_step(&walk);
	}
	if (r == OK)
		*ret_ids = ids;
	return r;
}
