/*
 * Reports, for those who look after the node. A moderator reads of what is reported that which he may read anyway: a
 * report opens nobody's letters.
 */
#include "node/api/admin/reports.h"

#include <string.h>

#include "node/api/admin/accounts.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/house_rules.h"
#include "node/api/paging.h"
#include "node/api/reports.h"
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

static int w_moderator(struct json_writer *w, struct call *call, struct view *view, const char *name, uint64_t id)
{
	json_w_key(w, name);
	if (id)
		return entity_admin_account(w, call->arena, view, id);
	json_w_null(w);
	return OK;
}

/* One that was closed by an older version says no more than when. */
static int64_t changed_ms(const struct report *report)
{
	if (report->changed_ms)
		return report->changed_ms;
	return report->closed_ms ? report->closed_ms : report->created_ms;
}

static int w_report(struct json_writer *w, struct call *call, struct view *view, const struct report *report)
{
	int r;

	json_w_object(w);
	report_w_facts(w, report);
	json_w_member_date(w, "updated_at", changed_ms(report));
	json_w_key(w, "account");
	r = entity_admin_account(w, call->arena, view, report->reporter_id);
	json_w_key(w, "target_account");
	if (r == OK)
		r = entity_admin_account(w, call->arena, view, report->target_id);
	if (r == OK)
		r = w_moderator(w, call, view, "assigned_account", report->assigned_id);
	if (r == OK)
		r = w_moderator(w, call, view, "action_taken_by_account", report->closed_by_id);
	if (r == OK)
		r = w_posts(w, call, view, report);
	json_w_key(w, "rules");
	if (r == OK)
		r = house_rules_w_cited(w, call->arena, view, report);
	json_w_object_end(w);
	return r;
}

struct wanted {
	bool resolved;
	uint64_t by_id, about_id;  /* 0: any */
};

static bool is_wanted(const struct report *report, const struct wanted *wanted, const struct page *page)
{
	return (report->closed_ms != 0) == wanted->resolved && (!wanted->by_id || report->reporter_id == wanted->by_id) &&
	       (!wanted->about_id || report->target_id == wanted->about_id) &&
	       (!page->max_id || report->id < page->max_id) && report->id > page->since_id && report->id > page->min_id;
}

/* Of all, newest first, the page that is asked for, in place; *ret_more: others follow, newer ones for min_id. */
static size_t narrow(const struct call *call, const struct page *page, struct report *reports, size_t count, bool *ret_more)
{
	struct wanted wanted = {
		.resolved = call_param_bool(call, "resolved", false), .by_id = call_param_id(call, "account_id"),
		.about_id = call_param_id(call, "target_account_id"),
	};
	size_t n = 0, first;

	for (size_t i = 0; i < count; i++)
		if (is_wanted(&reports[i], &wanted, page))
			reports[n++] = reports[i];
	*ret_more = n > page->limit;
	if (!*ret_more)
		return n;
	first = page_upward(page) ? n - page->limit : 0;
	memmove(reports, reports + first, page->limit * sizeof(*reports));
	return page->limit;
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

/* --- what is done ----------------------------------------------------------------------------------------------- */

int api_admin_report_resolve_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r != OK ? r : reports_close(call->arena, txn, id, call->viewer.account_id);
}

int api_admin_report_reopen_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r != OK ? r : reports_reopen(call->arena, txn, id);
}

static int assign(struct call *call, struct txn *txn, uint64_t moderator_id)
{
	struct report report;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = reports_get(call->arena, txn_view(txn), id, &report);
	if (r != OK || report.assigned_id == moderator_id)
		return r;
	report.assigned_id = moderator_id;
	return reports_put(txn, &report);
}

int api_admin_report_assign_write(struct call *call, struct txn *txn)
{
	return assign(call, txn, call->viewer.account_id);
}

int api_admin_report_unassign_write(struct call *call, struct txn *txn)
{
	return assign(call, txn, 0);
}

int api_admin_report_edit_check(struct call *call, struct view *view)
{
	struct str category = call_param(call, "category");

	(void)view;
	if (category.n && !report_category(category).n)
		return answer_refuse(call, "Validation failed: category is spam, legal, violation or other");
	return OK;
}

/* Only a violation cites rules. */
int api_admin_report_edit_write(struct call *call, struct txn *txn)
{
	struct str *rules, category = report_category(call_param(call, "category"));
	struct report report;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = reports_get(call->arena, txn_view(txn), id, &report);
	if (r != OK || (!category.n && !call_param_list(call, "rule_ids", &rules)))
		return r;
	if (category.n)
		report.category = category;
	r = house_rules_read_cited(call, txn_view(txn), &report);
	if (r != OK)
		return r;
	if (!str_eq(report.category, STR("violation")))
		report.rule_ids.count = 0;
	return reports_put(txn, &report);
}
