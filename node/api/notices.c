/*
 * Notifications of the client API.
 */
#include "node/api/notices.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/notices.h"

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

/* false: nothing is wanted at all. */
static bool wanted_kinds(struct call *call, uint32_t *ret_kinds)
{
	uint32_t all = 0, wanted, unwanted;
	bool given;

	for (uint8_t kind = 0; kind < 32; kind++)
		if (notice_kind_name(kind))
			all |= (uint32_t)1 << kind;
	wanted = read_kinds(call, "types", &given);
	if (!given)
		wanted = all;
	unwanted = read_kinds(call, "exclude_types", &given);
	*ret_kinds = wanted & ~unwanted;
	return *ret_kinds != 0;
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

	if (wanted_kinds(call, &kinds) && (actor_id || !call_param(call, "account_id").n))
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
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_notification(&answer.w, call->arena, view, &notice);
	return answer_end(&answer, call, r);
}
