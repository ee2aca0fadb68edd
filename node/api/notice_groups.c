/*
 * Grouped notifications of the client API.
 */
#include "node/api/notice_groups.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/notices.h"
#include "node/api/paging.h"
#include "node/api/reports.h"
#include "storage/access.h"
#include "storage/ids.h"
#include "storage/notice_groups.h"
#include "storage/notices.h"
#include "storage/reports.h"

enum { MEMBERS_SHOWN = 200 };

/* Kinds to be put into groups: those of grouped_types[], or all that can be. */
static uint32_t grouped_kinds(struct call *call)
{
	struct str *names;
	size_t count = call_param_list(call, "grouped_types", &names);
	uint32_t kinds = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t kind = notice_kind_parse(names[i]);

		if (kind)
			kinds |= 1u << kind;
	}
	return count ? kinds & NOTICE_GROUPED_KINDS : NOTICE_GROUPED_KINDS;
}

/* --- what is shown beside the groups ---------------------------------------------------------------------------- */

/* Accounts of all groups, each once: those that are shown whole, and those of which a picture is enough. */
struct people {
	struct id_list whole, partial;
};

static void add_once(struct id_list *list, uint64_t id)
{
	if (!ids_have(list, id))
		list->ids[list->count++] = id;
}

static struct people people_of(struct call *call, const struct notice_group *groups, size_t count)
{
	bool partial = str_eq(call_param(call, "expand_accounts"), STR("partial_avatars"));
	size_t room = count * NOTICE_GROUP_SAMPLES;
	struct people people = {
		{ ARENA_ARRAY(call->arena, uint64_t, room), 0 }, { ARENA_ARRAY(call->arena, uint64_t, room), 0 },
	};

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < groups[i].actor_count && (k == 0 || !partial); k++)
			add_once(&people.whole, groups[i].actor_ids[k]);
	for (size_t i = 0; partial && i < count; i++)
		for (size_t k = 1; k < groups[i].actor_count; k++)
			if (!ids_have(&people.whole, groups[i].actor_ids[k]))
				add_once(&people.partial, groups[i].actor_ids[k]);
	return people;
}

/* The few members of an account that a row of pictures needs. */
static int w_partial(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id)
{
	static const char *const texts[] = { "id", "acct", "url", "avatar", "avatar_static" };
	static const char *const flags[] = { "locked", "bot" };
	struct answer account;
	json_t *tree;
	int r;

	answer_begin(&account, call);
	r = entity_account(&account.w, call->arena, view, account_id);
	if (r == OK)
		r = json_parse(call->arena, buf_str(&account.buf), &tree);
	if (r != OK || !json_member(tree, "id"))
		return r;
	json_w_object(w);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_w_member_str(w, texts[i], json_member_str(tree, texts[i]));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		json_w_member_bool(w, flags[i], json_member_bool(tree, flags[i], false));
	json_w_object_end(w);
	return OK;
}

static int w_people(struct json_writer *w, struct call *call, struct view *view, const struct notice_group *groups,
                    size_t count)
{
	struct people people = people_of(call, groups, count);
	int r;

	json_w_key(w, "accounts");
	r = entities_accounts(w, call->arena, view, &people.whole);
	if (!str_eq(call_param(call, "expand_accounts"), STR("partial_avatars")))
		return r;
	json_w_key(w, "partial_accounts");
	json_w_array(w);
	for (size_t i = 0; r == OK && i < people.partial.count; i++)
		r = w_partial(w, call, view, people.partial.ids[i]);
	json_w_array_end(w);
	return r;
}

static int w_statuses(struct json_writer *w, struct call *call, struct view *view, const struct notice_group *groups,
                      size_t count)
{
	struct post *posts = ARENA_ARRAY(call->arena, struct post, count);
	struct id_list ids = { ARENA_ARRAY(call->arena, uint64_t, count), 0 };
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!groups[i].post_id || ids_have(&ids, groups[i].post_id))
			continue;
		add_once(&ids, groups[i].post_id);
		n += access_post(call->arena, view, answer_beholder(call), groups[i].post_id, &posts[n]) == OK;
	}
	json_w_key(w, "statuses");
	return entities_statuses(w, call->arena, view, call->viewer.account_id, posts, n);
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

static int w_group(struct json_writer *w, struct call *call, struct view *view, const struct notice_group *group,
                   uint32_t grouped)
{
	struct report report;
	int r = OK;

	json_w_object(w);
	json_w_member_str(w, "group_key", notice_group_key(call->arena, &group->newest, group->alone_id ? 0 : grouped));
	json_w_member_u64(w, "notifications_count", group->count);
	json_w_member_cstr(w, "type", notice_kind_name(group->kind));
	json_w_member_id(w, "most_recent_notification_id", group->newest.id);
	json_w_member_id(w, "page_min_id", group->oldest.id);
	json_w_member_id(w, "page_max_id", group->newest.id);
	json_w_member_date(w, "latest_page_notification_at", group->newest.created_ms);
	json_w_key(w, "sample_account_ids");
	json_w_array(w);
	for (size_t i = 0; i < group->actor_count; i++)
		json_w_id(w, group->actor_ids[i]);
	json_w_array_end(w);
	if (group->post_id)
		json_w_member_id(w, "status_id", group->post_id);
	if (group->newest.report_id && reports_get(call->arena, view, group->newest.report_id, &report) == OK) {
		json_w_key(w, "report");
		r = entity_report(w, call->arena, view, &report);
	}
	json_w_object_end(w);
	return r;
}

static int show_groups(struct call *call, struct view *view, const struct notice_group *groups, size_t count,
                       uint32_t grouped)
{
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	json_w_object(&answer.w);
	r = w_people(&answer.w, call, view, groups, count);
	if (r == OK)
		r = w_statuses(&answer.w, call, view, groups, count);
	json_w_key(&answer.w, "notification_groups");
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = w_group(&answer.w, call, view, &groups[i], grouped);
	json_w_array_end(&answer.w);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_notification_groups(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	uint32_t kinds, grouped = grouped_kinds(call);
	struct notice_group *groups = NULL;
	uint64_t oldest = UINT64_MAX;
	size_t count = 0;
	bool more = false;
	int r = OK;

	if (notices_wanted(call, &kinds))
		r = notice_groups_page(call->arena, view, call->viewer.account_id, kinds, grouped,
		                       call_param_id(call, "account_id"), &page, &groups, &count, &more);
	for (size_t i = 0; i < count; i++)
		oldest = groups[i].oldest.id < oldest ? groups[i].oldest.id : oldest;
	if (r == OK && count) {
		paging_link(call, &page, groups[0].newest.id, oldest, more);
		r = notice_groups_fill(call->arena, view, call->viewer.account_id, groups, count);
	}
	return r == OK ? show_groups(call, view, groups, count, grouped) : r;
}

int api_notification_groups_unread(struct call *call, struct view *view)
{
	enum { COUNTED = 100, COUNTED_MAX = 1000 };
	struct page page = { .limit = call_param_u64(call, "limit", COUNTED, 1, COUNTED_MAX) };
	struct notice_group *groups;
	size_t count = 0;
	uint32_t kinds;
	bool more;
	int r = notices_read_id(call, view, &page.since_id);

	if (r == OK && notices_wanted(call, &kinds))
		r = notice_groups_page(call->arena, view, call->viewer.account_id, kinds, grouped_kinds(call),
		                       call_param_id(call, "account_id"), &page, &groups, &count, &more);
	return r == OK ? notices_show_count(call, count) : r;
}

static int find_group(struct call *call, struct view *view, struct notice_group *ret_group)
{
	int r = notice_group_parse(call_path_param(call, "key"), ret_group);

	return r == OK ? notice_group_fill(call->arena, view, call->viewer.account_id, ret_group) : r;
}

int api_notification_group(struct call *call, struct view *view)
{
	struct notice_group group;
	int r = find_group(call, view, &group);

	return r == OK ? show_groups(call, view, &group, 1, NOTICE_GROUPED_KINDS) : r;
}

static int find_members(struct call *call, struct view *view, size_t max, struct notice **ret_notices,
                        size_t *ret_count)
{
	struct notice_group group;
	int r = notice_group_parse(call_path_param(call, "key"), &group);

	if (r == OK)
		r = notice_group_members(call->arena, view, call->viewer.account_id, &group, max, ret_notices, ret_count);
	return r == OK && !*ret_count ? ERR_NOT_FOUND : r;
}

int api_notification_group_accounts(struct call *call, struct view *view)
{
	struct notice *notices;
	struct answer answer;
	struct id_list ids;
	size_t count = 0;
	int r = find_members(call, view, MEMBERS_SHOWN, &notices, &count);

	if (r != OK)
		return r;
	ids = (struct id_list){ ARENA_ARRAY(call->arena, uint64_t, count), 0 };
	for (size_t i = 0; i < count; i++)
		add_once(&ids, notices[i].actor_id);
	answer_begin(&answer, call);
	r = entities_accounts(&answer.w, call->arena, view, &ids);
	return answer_end(&answer, call, r);
}

int api_notification_group_dismiss_write(struct call *call, struct txn *txn)
{
	struct notice *notices;
	size_t count = 0;
	int r = find_members(call, txn_view(txn), NOTICE_GROUP_MAX, &notices, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		r = notices_delete(txn, call->viewer.account_id, notices[i].id);
	return r;
}
