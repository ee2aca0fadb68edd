/*
 * Reports of people. What they may not see they cannot report.
 */
#include "node/api/reports.h"

#include "federation/apply.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/house_rules.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/reports.h"

static const char *const categories[] = { "other", "spam", "legal", "violation" };

struct str report_category(struct str name)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++)
		if (str_eq(name, str_of(categories[i])))
			return str_of(categories[i]);
	return STR_NONE;
}

static struct str read_category(const struct call *call)
{
	struct str category = report_category(call_param(call, "category"));

	return category.n ? category : str_of(categories[0]);
}

static int read_posts(struct call *call, struct view *view, struct report *report)
{
	struct str *texts;
	size_t count = call_param_list(call, "status_ids", &texts);
	struct post post;

	if (count > REPORT_POSTS_MAX)
		return answer_refuse(call, "Validation failed: too many statuses");
	report->post_ids = (struct id_list){ ARENA_ARRAY(call->arena, uint64_t, count), 0 };
	for (size_t i = 0; i < count; i++) {
		uint64_t id;

		if (!str_to_u64(texts[i], &id) ||
		    access_post(call->arena, view, answer_beholder(call), id, &post) != OK ||
		    post.account_id != report->target_id)
			return ERR_NOT_FOUND;
		report->post_ids.ids[report->post_ids.count++] = id;
	}
	return OK;
}

int api_report_check(struct call *call, struct view *view)
{
	struct report *report = ARENA_NEW(call->arena, struct report);
	struct account account;
	int r = accounts_get(call->arena, view, call_param_id(call, "account_id"), &account);

	if (r != OK || account.deleted || account.withheld)
		return r != OK ? r : ERR_NOT_FOUND;
	*report = (struct report){
		.reporter_id = call->viewer.account_id, .target_id = account.id, .comment = call_param(call, "comment"),
		.category = read_category(call), .forwarded = account.host.n && call_param_bool(call, "forward", false),
	};
	if (utf8_length(report->comment) > REPORT_COMMENT_CHARACTERS)
		return answer_refuse(call, "Validation failed: Comment is too long");
	call->state = report;
	r = house_rules_read_cited(call, view, report);
	return r == OK ? read_posts(call, view, report) : r;
}

int api_report_write(struct call *call, struct txn *txn)
{
	int r = act_flag(call->arena, txn, call->state);

	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: too many reports wait to be read") : r;
}

static void w_ids(struct json_writer *w, const struct id_list *ids)
{
	json_w_array(w);
	for (size_t i = 0; i < ids->count; i++)
		json_w_str(w, arena_printf(w->buf->arena, "%llu", (unsigned long long)ids->ids[i]));
	json_w_array_end(w);
}

void report_w_facts(struct json_writer *w, const struct report *report)
{
	json_w_member_id(w, "id", report->id);
	json_w_member_bool(w, "action_taken", report->closed_ms != 0);
	json_w_member_date(w, "action_taken_at", report->closed_ms);
	json_w_member_str(w, "category", report->category);
	json_w_member_str(w, "comment", report->comment);
	json_w_member_bool(w, "forwarded", report->forwarded);
	json_w_member_date(w, "created_at", report->created_ms);
}

static void w_report(struct json_writer *w, const struct report *report)
{
	report_w_facts(w, report);
	json_w_key(w, "status_ids");
	w_ids(w, &report->post_ids);
	json_w_key(w, "rule_ids");
	if (report->rule_ids.count)
		w_ids(w, &report->rule_ids);
	else
		json_w_null(w);
}

int entity_report(struct json_writer *w, struct arena *arena, struct view *view, const struct report *report)
{
	int r;

	json_w_object(w);
	w_report(w, report);
	json_w_key(w, "target_account");
	r = entity_account(w, arena, view, report->target_id);
	json_w_object_end(w);
	return r;
}

int api_report_show(struct call *call, struct view *view)
{
	const struct report *report = call->state;
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = entity_report(&answer.w, call->arena, view, report);
	return answer_end(&answer, call, r);
}
