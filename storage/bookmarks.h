/*
 * Posts that people of ours keep to find again. Nobody else is told. A bookmark goes with its post.
 */
#ifndef STORAGE_BOOKMARKS_H
#define STORAGE_BOOKMARKS_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

bool bookmarks_has(struct view *view, uint64_t post_id, uint64_t account_id);
/* Twice is no error. ERR_NOT_FOUND: no such post. Whether the account may see it is the caller's to ask. */
int bookmarks_add(struct txn *txn, uint64_t post_id, uint64_t account_id);
/* OK when there was none. */
int bookmarks_remove(struct txn *txn, uint64_t post_id, uint64_t account_id);

/* A list of posts in the order in which they were marked: what stands at (account id, mark id) is a post id. */
struct marked_page {
	struct post *posts;
	size_t count;
	uint64_t newest, oldest;  /* mark ids: the cursors of the page */
	bool more;
};
/* The newest marks first, without posts that the account may not see (any more). */
int bookmarks_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                   struct marked_page *ret_page);
/* The same of favourites (storage/reactions.h). */
int favourites_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                    struct marked_page *ret_page);
/* Removes up to `max` of an account that ends; *ret_more: there may be others. */
int bookmarks_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
