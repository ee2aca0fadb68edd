/*
 * The policy of notifications and requests for attention.
 */
#include "node/api/notice_requests.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "storage/access.h"
#include "storage/jobs.h"
#include "storage/notice_policy.h"
#include "storage/notice_requests.h"
#include "storage/users.h"

enum { AT_ONCE = 200, IDS_MAX = 100, SUMMED_MAX = 100 };

static const char *const class_names[SENDER_CLASSES] = {
	[SENDER_NOT_FOLLOWED] = "for_not_following", [SENDER_NO_FOLLOWER] = "for_not_followers",
	[SENDER_NEW] = "for_new_accounts", [SENDER_PRIVATE] = "for_private_mentions",
	[SENDER_LIMITED] = "for_limited_accounts",
};

static const char *const verdict_names[] = {
	[NOTICES_ACCEPT] = "accept", [NOTICES_FILTER] = "filter", [NOTICES_DROP] = "drop",
};

static uint8_t verdict_parse(struct str name)
{
	for (unsigned i = NOTICES_ACCEPT; i <= NOTICES_DROP; i++)
		if (str_eq(name, str_of(verdict_names[i])))
			return (uint8_t)i;
	return 0;
}

/* --- the policy ------------------------------------------------------------------------------------------------- */

static int w_summary(struct json_writer *w, struct call *call, struct view *view)
{
	struct notice_request *requests;
	size_t count = 0, notices = 0;
	int r = notice_requests_page(call->arena, view, call->viewer.account_id, 0, SUMMED_MAX, &requests, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		notices += requests[i].count;
	json_w_key(w, "summary");
	json_w_object(w);
	json_w_member_u64(w, "pending_requests_count", count);
	json_w_member_u64(w, "pending_notifications_count", notices);
	json_w_object_end(w);
	return r;
}

int api_notice_policy(struct call *call, struct view *view)
{
	struct answer answer;
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	for (enum notice_class class = 0; class < SENDER_CLASSES; class++)
		json_w_member_cstr(&answer.w, class_names[class], verdict_names[notice_policy_get(&user, class)]);
	r = w_summary(&answer.w, call, view);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_notice_policy_check(struct call *call, struct view *view)
{
	(void)view;
	for (enum notice_class class = 0; class < SENDER_CLASSES; class++) {
		struct str name = call_param(call, class_names[class]);

		if (name.p && !verdict_parse(name))
			return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s is accept, filter or drop",
			                        class_names[class]);
	}
	return OK;
}

int api_notice_policy_write(struct call *call, struct txn *txn)
{
	struct user user;
	int r = users_get(call->arena, txn_view(txn), call->viewer.account_id, &user);

	if (r != OK)
		return r;
	for (enum notice_class class = 0; class < SENDER_CLASSES; class++) {
		uint8_t verdict = verdict_parse(call_param(call, class_names[class]));

		if (verdict)
			notice_policy_set(&user, class, verdict);
	}
	return users_put(txn, &user);
}

/* --- requests --------------------------------------------------------------------------------------------------- */

static int w_request(struct json_writer *w, struct call *call, struct view *view, const struct notice_request *request)
{
	struct post post;
	int r;

	json_w_object(w);
	json_w_member_id(w, "id", request->actor_id);
	json_w_member_date(w, "created_at", request->first.created_ms);
	json_w_member_date(w, "updated_at", request->last.created_ms);
	json_w_member_id(w, "notifications_count", request->count);
	json_w_key(w, "account");
	r = entity_account(w, call->arena, view, request->actor_id);
	json_w_key(w, "last_status");
	if (r == OK && request->post_id &&
	    access_post(call->arena, view, answer_beholder(call), request->post_id, &post) == OK)
		r = entity_status(w, call->arena, view, call->viewer.account_id, &post);
	else
		json_w_null(w);
	json_w_object_end(w);
	return r;
}

int api_notice_requests(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	struct notice_request *requests;
	struct answer answer;
	size_t count = 0;
	int r = notice_requests_page(call->arena, view, call->viewer.account_id, page.max_id, page.limit + 1, &requests,
	                             &count);

	if (r != OK)
		return r;
	if (count > page.limit) {
		count = page.limit;
		paging_link_after(call, page.limit, requests[count - 1].actor_id);
	}
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++)
		if (access_lives(view, requests[i].actor_id))
			r = w_request(&answer.w, call, view, &requests[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_notice_request(struct call *call, struct view *view)
{
	struct notice_request request;
	struct answer answer;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = notice_requests_get(view, call->viewer.account_id, id, &request);
	if (r == OK && !access_lives(view, id))
		r = ERR_NOT_FOUND;
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = w_request(&answer.w, call, view, &request);
	return answer_end(&answer, call, r);
}

int api_notice_requests_check(struct call *call, struct view *view)
{
	struct id_list *ids = call->state = ARENA_NEW(call->arena, struct id_list);
	bool one = call_path_param(call, "id").p != NULL;
	struct notice_request request;
	struct str *texts;
	size_t count = one ? 1 : call_param_list(call, "id", &texts);
	int r = OK;

	if (count > IDS_MAX)
		return answer_refuse(call, "Validation failed: id: too many (at most 100)");
	*ids = (struct id_list){ ARENA_ARRAY(call->arena, uint64_t, count), count };
	for (size_t i = 0; r == OK && i < count; i++) {
		if (one)
			r = answer_path_id(call, &ids->ids[i]);
		else if (!str_to_u64(texts[i], &ids->ids[i]))
			r = ERR_NOT_FOUND;
		if (r == OK)
			r = notice_requests_get(view, call->viewer.account_id, ids->ids[i], &request);
	}
	return r;
}

/* A page of each at once, so that who looks finds it done; the rest by a job. */
static int decide(struct call *call, struct txn *txn, struct str kind,
                  int (*does)(struct txn *txn, uint64_t account_id, uint64_t actor_id, size_t max, bool *ret_more))
{
	const struct id_list *ids = call->state;
	int r = OK;

	for (size_t i = 0; r == OK && i < ids->count; i++) {
		struct job rest = { .kind = kind, .subject = call->viewer.account_id, .cursor = ids->ids[i] };
		bool more = false;

		r = does(txn, rest.subject, rest.cursor, AT_ONCE, &more);
		if (r == OK && more)
			r = jobs_add(txn, &rest);
	}
	return r;
}

int api_notice_requests_accept_write(struct call *call, struct txn *txn)
{
	const struct id_list *ids = call->state;
	int r = OK;

	for (size_t i = 0; r == OK && i < ids->count; i++)
		r = notice_requests_let(txn, call->viewer.account_id, ids->ids[i]);
	return r == OK ? decide(call, txn, STR("notices_release"), notice_requests_release) : r;
}

int api_notice_requests_dismiss_write(struct call *call, struct txn *txn)
{
	return decide(call, txn, STR("notices_drop"), notice_requests_drop);
}

int api_notice_requests_merged(struct call *call, struct view *view)
{
	struct answer answer;

	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_bool(&answer.w, "merged", !notice_requests_pending(view, call->viewer.account_id));
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}
