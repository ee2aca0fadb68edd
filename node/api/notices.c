/*
 * Notifications of the client API.
 */
#include "node/api/notices.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/base/clock.h"
#include "storage/jobs.h"
#include "storage/notices.h"
#include "storage/users.h"

/* Which kinds a list of type names means; names of types we do not have mean none. */
static uint32_t read_kinds(struct call *call, const char *name, bool *ret_given)
{
	struct str *names;
	size_t count = call_param_list(call, name, &names);
	uint32_t kinds = 0;

	*ret_given = count > 0;
	for (size_t i = 0; i < count; i++) {
		uint8_t kind = notice_kind_parse(names[i]);

		if (kind)
			kinds |= (uint32_t)1 << kind;
	}
	return kinds;
}

bool notices_wanted(struct call *call, uint32_t *ret_kinds)
{
	uint32_t all = 0, wanted, unwanted;
	bool given;

	if (call_param(call, "account_id").n && !call_param_id(call, "account_id"))
		return false;

	for (uint8_t kind = 0; kind < 32; kind++)
		if (notice_kind_name(kind))
			all |= (uint32_t)1 << kind;
	wanted = read_kinds(call, "types", &given);
	if (!given)
		wanted = all;
	unwanted = read_kinds(call, "exclude_types", &given);
	*ret_kinds = wanted & ~unwanted;
	if (!*ret_kinds)
		return false;
	if (call_param_bool(call, "include_filtered", false))
		*ret_kinds |= NOTICES_FILTERED_TOO;
	return true;
}

int api_notifications(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX), wider = paging_one_more(&page);
	uint64_t actor_id = call_param_id(call, "account_id");
	struct notice *notices = NULL;
	struct answer answer;
	size_t count = 0, first;
	uint32_t kinds;
	bool more;
	int r = OK;

	if (notices_wanted(call, &kinds))
		r = notices_page(call->arena, view, call->viewer.account_id, kinds, actor_id, &wider, &notices,
		                 &count);
	if (r != OK)
		return r;
	if (!notices || !count)
		return api_show_empty_list(call, view);
	count = paging_cut(&page, count, &first, &more);
	paging_link(call, &page, notices[first].id, notices[first + count - 1].id, more);
	answer_begin(&answer, call);
	r = entities_notifications(&answer.w, call->arena, view, notices + first, count);
	return answer_end(&answer, call, r);
}

int api_notification(struct call *call, struct view *view)
{
	struct notice notice;
	struct answer answer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = notices_get(call->arena, view, call->viewer.account_id, id, &notice);
	if (r == OK && !notices_hold(view, &notice))
		r = ERR_NOT_FOUND;
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_notification(&answer.w, call->arena, view, &notice);
	return answer_end(&answer, call, r);
}

int api_notifications_unread(struct call *call, struct view *view)
{
	enum { COUNTED = 100, COUNTED_MAX = 1000 };
	size_t limit = call_param_u64(call, "limit", COUNTED, 1, COUNTED_MAX), n = 0, count = PAGE_LIMIT_MAX;
	struct page page = { .limit = PAGE_LIMIT_MAX };
	struct notice *notices;
	uint32_t kinds;
	int r = notices_read_id(call, view, &page.since_id);

	if (r == OK && !notices_wanted(call, &kinds))
		return notices_show_count(call, 0);
	while (r == OK && n < limit && count == PAGE_LIMIT_MAX) {
		r = notices_page(call->arena, view, call->viewer.account_id, kinds, call_param_id(call, "account_id"), &page,
		                 &notices, &count);
		if (r == OK && count)
			page.max_id = notices[count - 1].id;
		n += r == OK ? count : 0;
	}
	return r == OK ? notices_show_count(call, n < limit ? n : limit) : r;
}

int notices_read_id(struct call *call, struct view *view, uint64_t *ret_id)
{
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	*ret_id = r == OK ? user.notices_read_id : 0;
	return r == ERR_NOT_FOUND ? OK : r;
}

int notices_show_count(struct call *call, size_t count)
{
	struct answer answer;

	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_u64(&answer.w, "count", count);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_notification_dismiss_write(struct call *call, struct txn *txn)
{
	uint64_t id = call_param_id(call, "id");
	int r = OK;

	if (call_path_param(call, "id").p)
		r = answer_path_id(call, &id);
	return r == OK ? notices_delete(txn, call->viewer.account_id, id) : r;
}

/* What is there now; the first page at once, so that who looks finds none, and the rest by a job. */
int api_notifications_clear_write(struct call *call, struct txn *txn)
{
	enum { AT_ONCE = 200 };
	struct job rest = {
		.kind = STR("notices_clear"), .subject = call->viewer.account_id, .cursor = id_of_ms(txn_now_ms(txn) + 1),
	};
	bool more = false;
	int r = notices_clear(txn, rest.subject, rest.cursor, AT_ONCE, &more);

	return r == OK && more ? jobs_add(txn, &rest) : r;
}
