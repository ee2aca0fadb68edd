/*
 * Trends with the members by which a review is told.
 */
#include "node/api/admin/trends.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/base/clock.h"
#include "storage/timelines.h"
#include "storage/trends.h"

enum { TAGS = 10, TAGS_MAX = 20, OFFSET_MAX = 1000 };

/* The object `json` with more members. */
static void w_reviewed(struct json_writer *w, struct arena *arena, struct str json, const char *members)
{
	if (str_ends(json, STR("}")))
		json_w_raw(w, arena_printf(arena, "%.*s,%s}", STR_ARG(str_sub(json, 0, json.n - 1)), members));
}

int api_admin_trends_tags(struct call *call, struct view *view)
{
	size_t offset = call_param_u64(call, "offset", 0, 0, OFFSET_MAX);
	size_t limit = call_param_u64(call, "limit", TAGS, 1, TAGS_MAX);
	struct str_list tags = { 0 };
	struct answer answer;
	int r = trends_tags(call->arena, view, answer_beholder(call), clock_now_ms(), offset, limit, &tags);

	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < tags.count; i++) {
		struct answer tag;

		answer_begin(&tag, call);
		r = entity_tag(&tag.w, call->arena, view, call->viewer.account_id, tags.items[i]);
		w_reviewed(&answer.w, call->arena, buf_str(&tag.buf),
		           "\"trendable\":true,\"usable\":true,\"listable\":true,\"requires_review\":false");
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_admin_trends_statuses(struct call *call, struct view *view)
{
	size_t offset = call_param_u64(call, "offset", 0, 0, OFFSET_MAX);
	size_t limit = call_param_u64(call, "limit", PAGE_STATUSES, 1, PAGE_STATUSES_MAX);
	struct post_page found = { 0 };
	struct answer answer;
	int r = trends_posts(call->arena, view, answer_beholder(call), clock_now_ms(), offset, limit, &found);

	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < found.count; i++) {
		struct answer status;

		answer_begin(&status, call);
		r = entity_status(&status.w, call->arena, view, call->viewer.account_id, &found.posts[i]);
		w_reviewed(&answer.w, call->arena, buf_str(&status.buf), "\"requires_review\":false");
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}
