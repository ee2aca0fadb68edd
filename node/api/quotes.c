/*
 * Quotes through the client API. Which posts quote what, and who may, is storage/quotes.h's.
 */
#include "node/api/quotes.h"

#include "federation/apply.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "node/api/status_views.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

struct quote_call {
	uint64_t quoting_id;  /* what the show stage shows */
	uint8_t policy;
};

/* --- who may ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	uint8_t policy;
} policies[] = {
	{ "public", QUOTE_SAID | QUOTE_AUTOMATIC_PUBLIC },
	{ "followers", QUOTE_SAID | QUOTE_AUTOMATIC_FOLLOWERS },
	{ "nobody", QUOTE_SAID },
};

static int read_policy(struct call *call, const char *name, const char *shown, uint8_t *policy)
{
	struct str word = call_param(call, name);

	if (!word.n)
		return OK;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		if (str_eq(word, str_of(policies[i].word))) {
			*policy = policies[i].policy;
			return OK;
		}
	return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s is not included in the list", shown);
}

int quote_read_policy(struct call *call, uint8_t *policy)
{
	return read_policy(call, "quote_approval_policy", "Quote approval policy", policy);
}

int quote_read_default(struct call *call, uint8_t *policy)
{
	return read_policy(call, "source[quote_policy]", "Quote policy", policy);
}

const char *quote_policy_word(uint8_t policy)
{
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		if (policy == policies[i].policy)
			return policies[i].word;
	return policies[0].word;
}

static void w_circles(struct json_writer *w, const char *key, uint8_t everybody, uint8_t followers, uint8_t following)
{
	json_w_key(w, key);
	json_w_array(w);
	if (everybody)
		json_w_cstr(w, "public");
	if (followers)
		json_w_cstr(w, "followers");
	if (following)
		json_w_cstr(w, "following");
	json_w_array_end(w);
}

void quote_approval_w(struct json_writer *w, uint8_t policy, enum quote_answer answer)
{
	static const char *const words[] = {
		[QUOTE_DENIED] = "denied", [QUOTE_UNKNOWN] = "unknown", [QUOTE_MANUAL] = "manual",
		[QUOTE_AUTOMATIC] = "automatic",
	};

	json_w_key(w, "quote_approval");
	json_w_object(w);
	w_circles(w, "automatic", policy & QUOTE_AUTOMATIC_PUBLIC, policy & QUOTE_AUTOMATIC_FOLLOWERS,
	          policy & QUOTE_AUTOMATIC_FOLLOWING);
	w_circles(w, "manual", policy & QUOTE_MANUAL_PUBLIC, policy & QUOTE_MANUAL_FOLLOWERS,
	          policy & QUOTE_MANUAL_FOLLOWING);
	json_w_member_cstr(w, "current_user", words[answer]);
	json_w_object_end(w);
}

static struct quote_call *state_of(struct call *call)
{
	if (!call->state)
		call->state = ARENA_NEW(call->arena, struct quote_call);
	return call->state;
}

int api_quote_policy_check(struct call *call, struct view *view)
{
	struct quote_call *state = state_of(call);
	struct post post;
	int r = status_find_own(call, view, &post);

	if (r == OK && post.reblog_of_id)
		r = ERR_NOT_FOUND;
	if (r == OK && !call_param(call, "quote_approval_policy").n)
		return answer_refuse(call, "Validation failed: Quote approval policy can't be blank");
	state->quoting_id = post.id;
	return r == OK ? quote_read_policy(call, &state->policy) : r;
}

int api_quote_policy_write(struct call *call, struct txn *txn)
{
	struct quote_call *state = state_of(call);

	return act_set_quote_policy(call->arena, txn, call->viewer.account_id, state->quoting_id, state->policy);
}

/* --- what quotes ------------------------------------------------------------------------------------------------ */

int api_status_quotes(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct post_page found;
	struct post post;
	int r = status_find(call, view, &post);

	if (r == OK)
		r = quotes_page(call->arena, view, answer_beholder(call), post.id, &page, &found);
	return r == OK ? entities_answer_posts(call, view, &page, &found) : r;
}

int api_quote_revoke_check(struct call *call, struct view *view)
{
	struct quote_call *state = state_of(call);
	struct post post, quoting;
	int r = status_find_own(call, view, &post);

	if (r == OK && !str_to_u64(call_path_param(call, "quoting"), &state->quoting_id))
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = access_post(call->arena, view, answer_beholder(call), state->quoting_id, &quoting);
	if (r != OK)
		return r;
	if (quoting.quote_account_id != post.account_id || !str_eq(quoting.quote_uri, post.uri))
		return ERR_NOT_FOUND;
	return OK;
}

int api_quote_revoke_write(struct call *call, struct txn *txn)
{
	return act_revoke_quote(call->arena, txn, call->viewer.account_id, state_of(call)->quoting_id);
}

int api_quote_show(struct call *call, struct view *view)
{
	struct answer answer;
	struct post post;
	int r = access_post(call->arena, view, answer_beholder(call), state_of(call)->quoting_id, &post);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_status(&answer.w, call->arena, view, call->viewer.account_id, &post);
	return answer_end(&answer, call, r);
}
