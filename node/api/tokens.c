/*
 * Tokens as entities. Their secrets are not kept, so nothing here can show one.
 */
#include "node/api/tokens.h"

#include "node/api/answer.h"
#include "node/api/paging.h"
#include "storage/keyring.h"
#include "storage/tokens.h"

enum { TOKENS_PAGE = 20, TOKENS_PAGE_MAX = 80 };

static int w_app(struct json_writer *w, struct arena *arena, struct view *view, uint64_t app_id)
{
	/* a token of the command line belongs to no app */
	struct app app = { .name = STR("rse-node") };
	int r = app_id ? apps_get(arena, view, app_id, &app) : OK;

	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	json_w_key(w, "application");
	json_w_object(w);
	json_w_member_str(w, "name", app.name);
	json_w_member_str_or_null(w, "website", app.website);
	json_w_object_end(w);
	return OK;
}

static int w_token(struct json_writer *w, struct arena *arena, struct view *view, const struct token *token)
{
	int r;

	json_w_object(w);
	json_w_member_id(w, "id", token->id);
	json_w_member_date(w, "created_at", token->created_ms);
	json_w_member_date(w, "last_used", token->used_ms ? token->used_ms : token->created_ms);
	json_w_member_str(w, "scope", scope_render(arena, token->scopes));
	r = w_app(w, arena, view, token->app_id);
	json_w_object_end(w);
	return r;
}

int api_tokens(struct call *call, struct view *view)
{
	struct page page = paging_read(call, TOKENS_PAGE, TOKENS_PAGE_MAX), wide = paging_one_more(&page);
	struct answer answer;
	struct token *tokens;
	size_t count, first;
	bool more;
	int r = keyring_tokens(call->arena, view, call->viewer.account_id, &wide, &tokens, &count);

	if (r != OK)
		return r;
	count = paging_cut(&page, count, &first, &more);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count && r == OK; i++)
		r = w_token(&answer.w, call->arena, view, &tokens[first + i]);
	json_w_array_end(&answer.w);
	if (count)
		paging_link(call, &page, tokens[first].id, tokens[first + count - 1].id, more);
	return answer_end(&answer, call, r);
}

static int show(struct call *call, struct view *view, const struct token *token)
{
	struct answer answer;

	answer_begin(&answer, call);
	return answer_end(&answer, call, w_token(&answer.w, call->arena, view, token));
}

int api_token_get(struct call *call, struct view *view)
{
	struct token token;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = keyring_token(view, call->viewer.account_id, id, &token);
	return r == OK ? show(call, view, &token) : r;
}

int api_token_end_write(struct call *call, struct txn *txn)
{
	struct token *token = call->state = ARENA_NEW(call->arena, struct token);
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = keyring_token(txn_view(txn), call->viewer.account_id, id, token);
	return r == OK ? keyring_end_token(txn, call->viewer.account_id, id) : r;
}

int api_token_ended_show(struct call *call, struct view *view)
{
	return show(call, view, call->state);
}
