/*
 * Lists of the client API.
 */
#include "node/api/lists.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/access.h"
#include "storage/lists.h"
#include "storage/timelines.h"

enum { TITLE_CHARACTERS_MAX = 256, ACCOUNTS_AT_ONCE = 100 };

struct list_call {
	struct list list;            /* id 0: to be made */
	uint64_t shown_id;
	struct id_list account_ids;
};

static int find_list(struct call *call, struct view *view, struct list *ret_list)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? lists_get(call->arena, view, call->viewer.account_id, id, ret_list) : r;
}

static void w_list(struct json_writer *w, const struct list *list)
{
	json_w_object(w);
	json_w_member_id(w, "id", list->id);
	json_w_member_str(w, "title", list->title);
	json_w_member_cstr(w, "replies_policy", list_replies_name(list->replies));
	json_w_member_bool(w, "exclusive", list->exclusive);
	json_w_object_end(w);
}

static int show_list(struct call *call, const struct list *list)
{
	struct answer answer;

	answer_begin(&answer, call);
	w_list(&answer.w, list);
	return answer_end(&answer, call, OK);
}

/* Those in `only`; NULL: all. */
static int show_lists(struct call *call, struct view *view, const struct id_list *only)
{
	struct list *lists = NULL;
	struct answer answer;
	size_t count = 0;
	int r = lists_of(call->arena, view, call->viewer.account_id, &lists, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at < (only ? only->count : 1); at++)
			if (!only || only->ids[at] == lists[i].id)
				w_list(&answer.w, &lists[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_lists(struct call *call, struct view *view)
{
	return show_lists(call, view, NULL);
}

int api_account_lists(struct call *call, struct view *view)
{
	struct id_list ids = { 0 };
	uint64_t account_id;
	int r = answer_path_id(call, &account_id);

	if (r == OK && !access_lives(view, account_id))
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = lists_holding(call->arena, view, call->viewer.account_id, account_id, &ids);
	return r == OK ? show_lists(call, view, &ids) : r;
}

int api_list_get(struct call *call, struct view *view)
{
	struct list list;
	int r = find_list(call, view, &list);

	return r == OK ? show_list(call, &list) : r;
}

/* --- making and changing ---------------------------------------------------------------------------------------- */

static int read_list(struct call *call, struct list *list)
{
	struct str title = call_param(call, "title"), replies = call_param(call, "replies_policy");

	if (title.p)
		list->title = str_trim(title);
	if (!list->title.n)
		return answer_refuse(call, "Validation failed: title can't be blank");
	if (!utf8_valid(list->title) || utf8_length(list->title) > TITLE_CHARACTERS_MAX)
		return answer_refuse(call, "Validation failed: title is too long (at most 256 characters)");
	if (replies.n)
		list->replies = list_replies_parse(replies);
	if (!list->replies)
		return answer_refuse(call, "Validation failed: replies_policy is followed, list or none");
	list->exclusive = call_param_bool(call, "exclusive", list->exclusive);
	return OK;
}

int api_list_create_check(struct call *call, struct view *view)
{
	struct list_call *state = call->state = ARENA_NEW(call->arena, struct list_call);

	(void)view;
	state->list = (struct list){ .account_id = call->viewer.account_id, .replies = LIST_REPLIES_LIST };
	return read_list(call, &state->list);
}

int api_list_edit_check(struct call *call, struct view *view)
{
	struct list_call *state = call->state = ARENA_NEW(call->arena, struct list_call);
	int r = find_list(call, view, &state->list);

	return r == OK ? read_list(call, &state->list) : r;
}

int api_list_write(struct call *call, struct txn *txn)
{
	struct list_call *state = call->state;
	struct list list = state->list, there;
	int r = OK;

	/* it may have been deleted meanwhile */
	if (list.id)
		r = lists_get(call->arena, txn_view(txn), list.account_id, list.id, &there);
	if (r == OK)
		r = lists_put(txn, &list);
	if (r == ERR_LIMIT)
		return answer_refuse(call, "Validation failed: there are as many lists as may be");
	state->shown_id = list.id;
	return r;
}

int api_list_show(struct call *call, struct view *view)
{
	const struct list_call *state = call->state;
	struct list list;
	int r = lists_get(call->arena, view, call->viewer.account_id, state->shown_id, &list);

	return r == OK ? show_list(call, &list) : r;
}

int api_list_delete_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? lists_delete(txn, call->viewer.account_id, id) : r;
}

/* --- members ---------------------------------------------------------------------------------------------------- */

int api_list_accounts(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	struct id_list ids = { 0 };
	struct list list;
	int r = find_list(call, view, &list);

	if (str_eq(call_param(call, "limit"), STR("0")))
		page.limit = LIST_MEMBERS_MAX;
	if (r == OK)
		r = lists_members(call->arena, view, list.id, page.max_id, page.limit + 1, &ids);
	return r == OK ? entities_answer_accounts(call, view, &page, &ids) : r;
}

int api_list_accounts_check(struct call *call, struct view *view)
{
	struct list_call *state = call->state = ARENA_NEW(call->arena, struct list_call);
	struct str *texts;
	size_t count = call_param_list(call, "account_ids", &texts);
	int r = find_list(call, view, &state->list);

	if (r != OK)
		return r;
	if (count > ACCOUNTS_AT_ONCE)
		return answer_refuse(call, "Validation failed: account_ids are too many (at most 100)");
	state->account_ids.ids = ARENA_ARRAY(call->arena, uint64_t, count);
	for (size_t i = 0; i < count; i++) {
		uint64_t *id = &state->account_ids.ids[state->account_ids.count++];

		if (!str_to_u64(texts[i], id) || !access_lives(view, *id))
			return call_fail(call, ERR_NOT_FOUND, "Record not found: account_ids names nobody");
	}
	return OK;
}

int api_list_add_write(struct call *call, struct txn *txn)
{
	struct list_call *state = call->state;
	struct list list;
	int r = lists_get(call->arena, txn_view(txn), state->list.account_id, state->list.id, &list);

	for (size_t i = 0; r == OK && i < state->account_ids.count; i++)
		r = lists_add(txn, &list, state->account_ids.ids[i]);
	if (r == ERR_DENIED)
		return answer_refuse(call, "Validation failed: account_ids names somebody whom you do not follow");
	if (r == ERR_LIMIT)
		return answer_refuse(call, "Validation failed: account_ids do not fit, a list holds 250 accounts");
	return r;
}

int api_list_remove_write(struct call *call, struct txn *txn)
{
	struct list_call *state = call->state;
	int r = OK;

	for (size_t i = 0; r == OK && i < state->account_ids.count; i++)
		r = lists_remove(txn, &state->list, state->account_ids.ids[i]);
	return r;
}

/* --- what it shows ---------------------------------------------------------------------------------------------- */

int api_timeline_list(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct post_page found;
	struct list list;
	int r = find_list(call, view, &list);

	if (r == OK)
		r = timeline_list(call->arena, view, &list, &page, &found);
	return r == OK ? entities_answer_posts(call, view, &page, &found) : r;
}
