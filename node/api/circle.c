/*
 * One's circle and beyond.
 */
#include "node/api/circle.h"

#include "node/api/accounts.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/people.h"
#include "storage/ties.h"

enum { FAMILIAR_IDS_MAX = 20, FAMILIAR_MAX = 20, DIRECTORY_OFFSET_MAX = 5000 };

/* --- recommendations -------------------------------------------------------------------------------------------- */

int api_endorse_check(struct call *call, struct view *view)
{
	uint64_t id;
	int r = api_relation_check(call, view);

	if (r == OK)
		r = answer_path_id(call, &id);
	if (r == OK && !graph_follows(view, call->viewer.account_id, id))
		return answer_refuse(call, "Validation failed: You must be already following the account you want to endorse");
	return r;
}

/* Changes one mark of the tie to the account in the path. */
static int set_mark(struct call *call, struct txn *txn, size_t offset, bool value)
{
	struct tie tie;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = ties_get(call->arena, txn_view(txn), call->viewer.account_id, id, &tie);
	else
		return r;
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*(bool *)((char *)&tie + offset) = value;
	return ties_put(txn, &tie);
}

int api_endorse_write(struct call *call, struct txn *txn)
{
	return set_mark(call, txn, offsetof(struct tie, endorsed), true);
}

int api_unendorse_write(struct call *call, struct txn *txn)
{
	return set_mark(call, txn, offsetof(struct tie, endorsed), false);
}

static int show_endorsed(struct call *call, struct view *view, uint64_t account_id)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	struct id_list ids = { 0 };
	int r = ties_of(call->arena, view, account_id, TIE_ENDORSED, page.max_id, page.limit + 1, &ids);

	return r == OK ? entities_answer_accounts(call, view, &page, &ids) : r;
}

int api_endorsements(struct call *call, struct view *view)
{
	return show_endorsed(call, view, call->viewer.account_id);
}

int api_account_endorsements(struct call *call, struct view *view)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK && !access_lives(view, id))
		r = ERR_NOT_FOUND;
	return r == OK ? show_endorsed(call, view, id) : r;
}

/* --- known in common -------------------------------------------------------------------------------------------- */

static int w_familiar(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id)
{
	struct id_list ids = { 0 };
	struct account account;
	int r = accounts_get(call->arena, view, account_id, &account);

	if (r == OK && !account.hide_collections && !blocks_has(view, account_id, call->viewer.account_id))
		r = people_familiar(call->arena, view, call->viewer.account_id, account_id, FAMILIAR_MAX, &ids);
	json_w_object(w);
	json_w_member_id(w, "id", account_id);
	json_w_key(w, "accounts");
	if (r == OK)
		r = entities_accounts(w, call->arena, view, &ids);
	json_w_object_end(w);
	return r;
}

int api_familiar_followers(struct call *call, struct view *view)
{
	return answer_each_account(call, view, FAMILIAR_IDS_MAX, w_familiar);
}

/* --- suggestions ------------------------------------------------------------------------------------------------ */

static int w_reasons(struct call *call, struct view *view, struct json_writer *w, const struct suggestion *suggestion)
{
	int r;

	json_w_key(w, "reasons");
	json_w_object(w);
	json_w_key(w, "friends");
	r = entities_accounts(w, call->arena, view, &suggestion->friends);
	json_w_member_u64(w, "friends_count", suggestion->friend_count);
	json_w_key(w, "fields");
	json_w_array(w);
	for (size_t i = 0; i + 1 < suggestion->fields.count; i += 2) {
		json_w_object(w);
		json_w_member_str(w, "name", suggestion->fields.items[i]);
		json_w_member_str(w, "value", suggestion->fields.items[i + 1]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	json_w_object_end(w);
	return r;
}

static int w_suggestion(struct call *call, struct view *view, struct json_writer *w,
                        const struct suggestion *suggestion)
{
	int r;

	json_w_object(w);
	json_w_member_cstr(w, "source", "past_interactions");  /* one of three words of old, for clients of then */
	json_w_key(w, "sources");
	json_w_array(w);
	if (suggestion->friend_count)
		json_w_cstr(w, "friends_of_friends");
	if (suggestion->fields.count)
		json_w_cstr(w, "same_fields");
	json_w_array_end(w);
	r = w_reasons(call, view, w, suggestion);
	json_w_key(w, "account");
	if (r == OK)
		r = entity_account(w, call->arena, view, suggestion->account_id);
	json_w_object_end(w);
	return r;
}

static int show_suggestions(struct call *call, struct view *view, bool whole)
{
	size_t limit = call_param_u64(call, "limit", PAGE_ACCOUNTS, 1, PAGE_ACCOUNTS_MAX), count = 0;
	struct suggestion *suggestions = NULL;
	struct answer answer;
	int r = people_suggest(call->arena, view, call->viewer.account_id, limit, &suggestions, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		r = whole ? w_suggestion(call, view, &answer.w, &suggestions[i])
		          : entity_account(&answer.w, call->arena, view, suggestions[i].account_id);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_suggestions(struct call *call, struct view *view)
{
	return show_suggestions(call, view, true);
}

int api_suggested_accounts(struct call *call, struct view *view)
{
	return show_suggestions(call, view, false);
}

int api_suggestion_dismiss_write(struct call *call, struct txn *txn)
{
	return set_mark(call, txn, offsetof(struct tie, dismissed), true);
}

/* --- the directory ---------------------------------------------------------------------------------------------- */

int api_directory(struct call *call, struct view *view)
{
	size_t limit = call_param_u64(call, "limit", PAGE_ACCOUNTS, 1, PAGE_ACCOUNTS_MAX);
	size_t offset = call_param_u64(call, "offset", 0, 0, DIRECTORY_OFFSET_MAX);
	struct str order = call_param(call, "order");
	struct id_list ids = { 0 };
	struct answer answer;
	int r;

	if (order.n && !str_eq(order, STR("active")) && !str_eq(order, STR("new")))
		return answer_refuse(call, "Validation failed: order is active or new");
	r = people_directory(call->arena, view, call->viewer.account_id, call_param_bool(call, "local", false),
	                     !str_eq(order, STR("new")), offset, limit, &ids);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entities_accounts(&answer.w, call->arena, view, &ids);
	return answer_end(&answer, call, r);
}
