/*
 * Timelines of the client API: parameters in, a page out; which posts is storage/timelines.h's.
 */
#include "node/api/timelines.h"

#include "federation/text.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/links.h"
#include "storage/timelines.h"

enum { TAG_LIST_MAX = 8 };

int api_timeline_home(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct post_page found;
	int r = timeline_home(call->arena, view, call->viewer.account_id, &page, &found);

	return r == OK ? entities_answer_posts(call, view, &page, &found) : r;
}

/* "local" and "remote" each leave out the other; neither, or both, is everything. */
static void read_origin(const struct call *call, bool *local, bool *remote)
{
	bool only_local = call_param_bool(call, "local", false), only_remote = call_param_bool(call, "remote", false);

	*local = only_local || !only_remote;
	*remote = only_remote || !only_local;
}

int api_timeline_public(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct post_page found;
	bool local, remote;
	int r;

	read_origin(call, &local, &remote);
	r = timeline_public(call->arena, view, answer_beholder(call), local, remote,
	                    call_param_bool(call, "only_media", false), &page, &found);
	return r == OK ? entities_answer_posts(call, view, &page, &found) : r;
}

static struct str fold(struct call *call, struct str tag)
{
	return text_fold_hashtag(call->arena, str_starts(tag, STR("#")) ? str_sub(tag, 1, SIZE_MAX) : tag);
}

static struct str_list read_tags(struct call *call, const char *name)
{
	struct str_list tags;

	tags.count = call_param_list(call, name, &tags.items);
	if (tags.count > TAG_LIST_MAX)
		tags.count = TAG_LIST_MAX;
	for (size_t i = 0; i < tags.count; i++)
		tags.items[i] = fold(call, tags.items[i]);
	return tags;
}

int api_timeline_tag(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct tag_query query = {
		.tag = fold(call, call_path_param(call, "hashtag")),
		.any = read_tags(call, "any"), .all = read_tags(call, "all"), .none = read_tags(call, "none"),
		.only_media = call_param_bool(call, "only_media", false),
	};
	struct post_page found;
	int r;

	read_origin(call, &query.local, &query.remote);
	r = timeline_tag(call->arena, view, answer_beholder(call), &query, &page, &found);
	return r == OK ? entities_answer_posts(call, view, &page, &found) : r;
}

int api_timeline_link(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct str address = links_normalise(call->arena, call_param(call, "url"));
	struct post_page found;
	int r;

	if (!address.n)
		return answer_refuse(call, "Validation failed: url is no address of the web");
	r = timeline_link(call->arena, view, answer_beholder(call), address, &page, &found);
	return r == OK ? entities_answer_posts(call, view, &page, &found) : r;
}
