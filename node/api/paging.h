/*
 * Pages of the client API: the parameters max_id, since_id, min_id and limit, and the Link header that leads on.
 *
 * Limits are clamped, never refused; an id that is no number counts as absent. Pure; any thread.
 */
#ifndef NODE_API_PAGING_H
#define NODE_API_PAGING_H

#include "node/call.h"
#include "storage/model.h"
#include "storage/named.h"
#include "storage/page.h"

enum {
	PAGE_STATUSES = 20, PAGE_STATUSES_MAX = 40,   /* statuses and conversations */
	PAGE_ACCOUNTS = 40, PAGE_ACCOUNTS_MAX = 80,   /* accounts and notifications */
};

struct page paging_read(const struct call *call, size_t fallback, size_t max);
/* The Link header of a page whose newest and oldest entry have these cursors. `more`: older ones may follow (newer
 * ones, when the page was asked for by min_id: then older ones are certain). */
void paging_link(struct call *call, const struct page *page, uint64_t newest, uint64_t oldest, bool more);
/* Cuts the page out of a whole list, the last added first, and writes its Link header unless it is empty. */
void paging_cut_named(struct call *call, const struct page *page, struct named **list, size_t *count);

/* For reads that do not say whether more follows: ask for one entry more than the page holds, then cut it off. */
struct page paging_one_more(const struct page *page);
/* Of `count` entries got that way: where the page begins, how many it has, and whether more follow. */
size_t paging_cut(const struct page *page, size_t count, size_t *ret_first, bool *ret_more);

/* Lists in account order (followers, who favoured): the cursor is the account id behind which the next page begins.
 * It travels as max_id, which to clients is opaque. */
void paging_link_after(struct call *call, size_t limit, uint64_t last);
/* Cuts off the one entry more that was asked for, and then has the Link header lead on. */
void paging_cut_after(struct call *call, const struct page *page, struct id_list *ids);

#endif
