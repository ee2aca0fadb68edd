/*
 * Bookmarks: a mark per post and account, and its mirror in the order of marking. Reads: any thread; puts: the writer.
 */
#include "storage/bookmarks.h"

#include "storage/access.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/record.h"

bool bookmarks_has(struct view *view, uint64_t post_id, uint64_t account_id)
{
	struct key key;

	return view_has(view, SPACE_BOOKMARK, key_u64_u64(&key, post_id, account_id));
}

int bookmarks_add(struct txn *txn, uint64_t post_id, uint64_t account_id)
{
	struct view *view = txn_view(txn);
	uint8_t bytes[8];
	struct str value;
	struct key key;

	if (bookmarks_has(view, post_id, account_id))
		return OK;
	if (!view_has(view, SPACE_POST, key_u64(&key, post_id)))
		return ERR_NOT_FOUND;
	value = value_u64(bytes, txn_new_id(txn));
	txn_put(txn, SPACE_BOOKMARK, key_u64_u64(&key, post_id, account_id), value);
	return index_put(txn, SPACE_BOOKMARK, key_u64_u64(&key, post_id, account_id), &value);
}

int bookmarks_remove(struct txn *txn, uint64_t post_id, uint64_t account_id)
{
	struct key key;
	struct str at = key_u64_u64(&key, post_id, account_id), value;
	uint8_t bytes[8];
	uint64_t id;
	int r = record_id(txn_view(txn), SPACE_BOOKMARK, at, &id);

	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	value = value_u64(bytes, id);
	index_del(txn, SPACE_BOOKMARK, at, &value);
	return txn_del(txn, SPACE_BOOKMARK, at);
}

static int marked(struct arena *arena, struct view *view, unsigned space, uint64_t account_id,
                  const struct page *page, struct marked_page *ret_page)
{
	struct beholder beholder = { BEHOLDER_LOCAL, account_id };
	size_t limit = page_limit(page);
	struct marked_page found = { .posts = ARENA_ARRAY(arena, struct post, limit) };
	const struct page_item *item = NULL;
	struct page_walk walk;
	struct key key;
	int r = OK;

	page_walk_init(&walk, arena, view, space, key_u64(&key, account_id), page, limit);
	while (found.count < limit && (r = page_peek(&walk, &item)) == OK && item) {
		uint64_t mark = item->id, post_id = key_read_u64(item->value, 0);

		page_step(&walk);
		r = access_post(arena, view, beholder, post_id, &found.posts[found.count]);
		if (r != OK && r != ERR_NOT_FOUND)
			return r;
		if (r == ERR_NOT_FOUND)
			continue;
		found.oldest = found.count ? found.oldest : mark;
		found.newest = mark;
		found.count++;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	r = page_peek(&walk, &item);
	found.more = r == OK && item;
	if (page_upward(page)) {
		page_reverse(found.posts, found.count, sizeof(*found.posts));
	} else {
		uint64_t first = found.oldest;

		found.oldest = found.newest;
		found.newest = first;
	}
	if (r == OK)
		*ret_page = found;
	return r;
}

int bookmarks_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                   struct marked_page *ret_page)
{
	return marked(arena, view, SPACE_BOOKMARK_BY, account_id, page, ret_page);
}

int favourites_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                    struct marked_page *ret_page)
{
	return marked(arena, view, SPACE_FAVOURITE_BY, account_id, page, ret_page);
}

int bookmarks_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_BOOKMARK_BY, key_u64(&key, account_id), false);
	for (; n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		bookmarks_remove(txn, key_read_u64(item.value, 0), account_id);
	*ret_more = n == max;
	return txn_err(txn);
}
