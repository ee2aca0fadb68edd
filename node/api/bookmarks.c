/*
 * What people keep about posts, through the client API.
 */
#include "node/api/bookmarks.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "node/api/statuses.h"
#include "storage/bookmarks.h"
#include "storage/hushes.h"
#include "storage/posts.h"

int api_status_bookmark_write(struct call *call, struct txn *txn)
{
	return bookmarks_add(txn, status_subject(call), call->viewer.account_id);
}

int api_status_unbookmark_write(struct call *call, struct txn *txn)
{
	return bookmarks_remove(txn, status_subject(call), call->viewer.account_id);
}

static int hush(struct call *call, struct txn *txn,
                int (*put)(struct txn *txn, uint64_t thread_id, uint64_t account_id))
{
	struct post post;
	int r = posts_brief(txn_view(txn), status_subject(call), &post);

	return r == OK ? put(txn, hushes_thread(txn_view(txn), &post), call->viewer.account_id) : r;
}

int api_status_hush_write(struct call *call, struct txn *txn)
{
	return hush(call, txn, hushes_add);
}

int api_status_unhush_write(struct call *call, struct txn *txn)
{
	return hush(call, txn, hushes_remove);
}

static int show_marked(struct call *call, struct view *view,
                       int (*marked)(struct arena *arena, struct view *view, uint64_t account_id,
                                     const struct page *page, struct marked_page *ret_page))
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct marked_page found;
	struct answer answer;
	int r = marked(call->arena, view, call->viewer.account_id, &page, &found);

	if (r != OK)
		return r;
	if (found.count)
		paging_link(call, &page, found.newest, found.oldest, found.more);
	answer_begin(&answer, call);
	r = entities_statuses(&answer.w, call->arena, view, call->viewer.account_id, found.posts, found.count);
	return answer_end(&answer, call, r);
}

int api_bookmarks(struct call *call, struct view *view)
{
	return show_marked(call, view, bookmarks_page);
}

int api_favourites(struct call *call, struct view *view)
{
	return show_marked(call, view, favourites_page);
}
