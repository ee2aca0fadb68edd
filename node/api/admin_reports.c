/*
 * Reports, for those who look after the node. A moderator reads of what is reported that which he may read anyway: a
 * report opens nobody's letters.
 */
#include "node/api/admin_reports.h"

#include "node/api/admin_accounts.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/reports.h"

enum { REPORTS_PAGE = 100, REPORTS_PAGE_MAX = 200 };

static int w_posts(struct json_writer *w, struct call *call, struct view *view, const struct report *report)
{
	struct post *posts = ARENA_ARRAY(call->arena, struct post, report->post_ids.count);
	size_t count = 0;

	for (size_t i = 0; i < report->post_ids.count; i++) {
		int r = access_post(call->arena, view, answer_beholder(call), report->post_ids.ids[i], &posts[count]);

		if (r == OK)
			count++;
		else if (r != ERR_NOT_FOUND)
			return r;
	}
	json_w_key(w, "statuses");
	return entities_statuses(w, call->arena, view, call->viewer.account_id, posts, count);
}

static int w_report(struct json_writer *w, struct call *call, struct view *view, const struct report *report)
{
	int r;

	json_w_object(w);
	json_w_member_id(w, "id", report->id);
	json_w_member_bool(w, "action_taken", report->closed_ms != 0);
	json_w_member_date(w, "action_taken_at", report->closed_ms);
	json_w_member_str(w, "category", report->category);
	json_w_member_str(w, "comment", report->comment);
	json_w_member_bool(w, "forwarded", report->forwarded);
	json_w_member_date(w, "created_at", report->created_ms);
	json_w_member_date(w, "updated_at", report->closed_ms ? report->closed_ms : report->created_ms);
	json_w_key(w, "account");
	r = entity_admin_account(w, call->arena, view, report->reporter_id);
	json_w_key(w, "target_account");
	if (r == OK)
		r = entity_admin_account(w, call->arena, view, report->target_id);
	json_w_member_null(w, "assigned_account");
	json_w_member_null(w, "action_taken_by_account");
	if (r == OK)
		r = w_posts(w, call, view, report);
	json_w_member_raw(w, "rules", STR("[]"));
	json_w_object_end(w);
	return r;
}

/* The reports that are asked for, as many as the page holds, in place; *ret_more: older ones follow. */
static size_t narrow(const struct call *call, const struct page *page, struct report *reports, size_t count, bool *ret_more)
{
	bool resolved = call_param_bool(call, "resolved", false);
	uint64_t by = call_param_id(call, "account_id"), about = call_param_id(call, "target_account_id");
	size_t n = 0;

	*ret_more = false;
	for (size_t i = 0; i < count; i++) {
		const struct report *report = &reports[i];

		if ((report->closed_ms != 0) != resolved || (by && report->reporter_id != by) ||
		    (about && report->target_id != about) || (page->max_id && report->id >= page->max_id) ||
		    report->id <= page->since_id || report->id <= page->min_id)
			continue;
		*ret_more = n == page->limit;
		if (*ret_more)
			break;
		reports[n++] = *report;
	}
	return n;
}

int api_admin_reports(struct call *call, struct view *view)
{
	struct page page = paging_read(call, REPORTS_PAGE, REPORTS_PAGE_MAX);
	struct report *reports = NULL;
	struct answer answer;
	size_t count = 0;
	bool more;
	int r = reports_list(call->arena, view, true, REPORTS_MAX, &reports, &count);

	if (r != OK)
		return r;
	count = narrow(call, &page, reports, count, &more);
	if (count)
		paging_link(call, &page, reports[0].id, reports[count - 1].id, more);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = w_report(&answer.w, call, view, &reports[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_admin_report(struct call *call, struct view *view)
{
	struct report report;
	struct answer answer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = reports_get(call->arena, view, id, &report);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = w_report(&answer.w, call, view, &report);
	return answer_end(&answer, call, r);
}

int api_admin_report_resolve_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r != OK ? r : reports_close(call->arena, txn, id);
}

int api_admin_report_reopen_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r != OK ? r : reports_reopen(call->arena, txn, id);
}
