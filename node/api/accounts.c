/*
 * People through the client API.
 */
#include "node/api/accounts.h"

#include "federation/actor.h"
#include "federation/apply.h"
#include "federation/compose.h"
#include "federation/resolve.h"
#include "federation/text.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/paging.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/pins.h"
#include "storage/posts.h"
#include "storage/shuns.h"
#include "storage/timelines.h"

enum { RELATIONSHIPS_MAX = 200 };

/* A person who is there; tombstones are not. */
static int find_account(struct call *call, struct view *view, struct account *ret_account)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = accounts_get(call->arena, view, id, ret_account);
	return r == OK && (ret_account->deleted || ret_account->withheld) ? ERR_NOT_FOUND : r;
}

static int show_account(struct call *call, struct view *view, uint64_t account_id)
{
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = entity_account(&answer.w, call->arena, view, account_id);
	return answer_end(&answer, call, r);
}

int api_account_get(struct call *call, struct view *view)
{
	struct account account;
	int r = find_account(call, view, &account);

	return r == OK ? show_account(call, view, account.id) : r;
}

int api_accounts(struct call *call, struct view *view)
{
	struct id_list ids;
	struct answer answer;
	int r = answer_param_ids(call, RELATIONSHIPS_MAX, &ids);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entities_accounts(&answer.w, call->arena, view, &ids);
	return answer_end(&answer, call, r);
}

int api_account_lookup(struct call *call, struct view *view)
{
	struct account account;
	int r = accounts_by_acct(call->arena, view, call_param(call, "acct"), &account);

	if (r == ERR_INVALID)
		r = ERR_NOT_FOUND;
	return r == OK ? show_account(call, view, account.id) : r;
}

/* What an account shows first, of that what the viewer may see. */
static int find_pinned(struct call *call, struct view *view, uint64_t account_id, struct post_page *ret_page)
{
	struct post_page found = { 0 };
	struct id_list ids;
	int r = pins_of(call->arena, view, account_id, &ids);

	if (r != OK)
		return r;
	found.posts = ARENA_ARRAY(call->arena, struct post, ids.count);
	for (size_t i = 0; i < ids.count; i++)
		if (access_post(call->arena, view, answer_beholder(call), ids.ids[i], &found.posts[found.count]) == OK)
			found.count++;
	*ret_page = found;
	return OK;
}

int api_account_statuses(struct call *call, struct view *view)
{
	struct page page = paging_read(call, PAGE_STATUSES, PAGE_STATUSES_MAX);
	struct post_page found = { 0 };
	struct account_query query;
	struct account account;
	struct answer answer;
	int r = find_account(call, view, &account);

	if (r != OK)
		return r;
	query = (struct account_query){
		.account_id = account.id,
		.exclude_replies = call_param_bool(call, "exclude_replies", false),
		.exclude_reblogs = call_param_bool(call, "exclude_reblogs", false),
		.only_media = call_param_bool(call, "only_media", false),
		.tagged = text_fold_hashtag(call->arena, call_param(call, "tagged")),
	};
	if (call_param_bool(call, "pinned", false))
		r = find_pinned(call, view, account.id, &found);
	else
		r = timeline_account(call->arena, view, answer_beholder(call), &query, &page, &found);
	if (r != OK)
		return r;
	if (found.count && !call_param_bool(call, "pinned", false))
		paging_link(call, &page, found.posts[0].id, found.posts[found.count - 1].id, found.more);
	answer_begin(&answer, call);
	r = entities_statuses(&answer.w, call->arena, view, call->viewer.account_id, found.posts, found.count);
	return answer_end(&answer, call, r);
}

/* --- lists of accounts ------------------------------------------------------------------------------------------ */

typedef int who_follows(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                        struct id_list *ret_ids);

static int show_who(struct call *call, struct view *view, uint64_t account_id, who_follows *who)
{
	struct page page = paging_read(call, PAGE_ACCOUNTS, PAGE_ACCOUNTS_MAX);
	struct id_list ids = { 0 };
	int r = who(call->arena, view, account_id, page.max_id, page.limit + 1, &ids);

	return r == OK ? entities_answer_accounts(call, view, &page, &ids) : r;
}

static int show_circle(struct call *call, struct view *view, who_follows *who)
{
	struct account account;
	int r = find_account(call, view, &account);

	if (r != OK)
		return r;
	if ((account.hide_collections && account.id != call->viewer.account_id) ||
	    blocks_has(view, account.id, call->viewer.account_id))
		return api_show_empty_list(call, view);
	return show_who(call, view, account.id, who);
}

int api_account_followers(struct call *call, struct view *view)
{
	return show_circle(call, view, graph_followers);
}

int api_account_following(struct call *call, struct view *view)
{
	return show_circle(call, view, graph_following);
}

int api_requests(struct call *call, struct view *view)
{
	return show_who(call, view, call->viewer.account_id, graph_requests);
}

int api_blocks(struct call *call, struct view *view)
{
	return show_who(call, view, call->viewer.account_id, blocks_of);
}

static int w_relationship(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id)
{
	return entity_relationship(w, call->arena, view, call->viewer.account_id, account_id);
}

int api_relationships(struct call *call, struct view *view)
{
	return answer_each_account(call, view, RELATIONSHIPS_MAX, w_relationship);
}

/* --- following -------------------------------------------------------------------------------------------------- */

struct relation_call {
	uint64_t account_id;
	bool show_reblogs, notify;
	struct str_list languages;
	struct str ask_uri;   /* the account's, when it is to be asked for again; else empty */
};

static struct relation_call *state_of(struct call *call)
{
	if (!call->state)
		call->state = ARENA_NEW(call->arena, struct relation_call);
	return call->state;
}

int api_relation_check(struct call *call, struct view *view)
{
	struct account account;
	int r = find_account(call, view, &account);

	if (r != OK)
		return r;
	if (account.id == call->viewer.account_id)
		return call_fail(call, ERR_DENIED, "This action is not allowed");
	state_of(call)->account_id = account.id;
	if (actor_is_stale(&account))
		state_of(call)->ask_uri = account.uri;
	return OK;
}

int api_relation_show(struct call *call, struct view *view)
{
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = entity_relationship(&answer.w, call->arena, view, call->viewer.account_id, state_of(call)->account_id);
	return answer_end(&answer, call, r);
}

/* Which languages are wanted; an empty one alone: all again. */
static struct str_list read_languages(struct call *call, struct str_list fallback)
{
	struct str_list wanted = { 0 };
	struct str *values;
	size_t count = call_param_list(call, "languages", &values);

	if (!count)
		return fallback;
	wanted.items = ARENA_ARRAY(call->arena, struct str, count);
	for (size_t i = 0; i < count; i++)
		if (str_trim(values[i]).n)
			wanted.items[wanted.count++] = str_trim(values[i]);
	return wanted;
}

/* What is not said stays as it is. */
int api_follow_check(struct call *call, struct view *view)
{
	struct relation_call *state = state_of(call);
	struct follow follow = { .show_reblogs = true };
	int r = api_relation_check(call, view);

	if (r != OK)
		return r;
	if (shuns_domain(view, call->viewer.account_id, state->account_id))
		return call_fail(call, ERR_DENIED, "This action is not allowed: you blocked the domain of this account");
	r = graph_follow_get(call->arena, view, call->viewer.account_id, state->account_id, &follow);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	state->show_reblogs = call_param_bool(call, "reblogs", follow.show_reblogs);
	state->notify = call_param_bool(call, "notify", follow.notify);
	state->languages = read_languages(call, follow.languages);
	return state->ask_uri.n ? OK : CALL_SKIP_WORK;
}

/* Whoever took a move back can be followed. When its node does not answer, what is known counts. */
int api_follow_work(struct call *call)
{
	const struct node *node = call->node;
	struct resolved found = { 0 };
	uint64_t account_id, post_id;
	int r = resolve_actor(&node->federation, call->arena, node->store, state_of(call)->ask_uri, &found);

	if (r != OK)
		return OK;
	r = compose_keep(call->arena, node->store, node->writer, &found, &account_id, &post_id);
	return r == ERR_BUSY || r == ERR_FULL || r == ERR_IO ? r : OK;
}

int api_follow_write(struct call *call, struct txn *txn)
{
	struct relation_call *state = state_of(call);
	int r = act_follow(call->arena, txn, call->viewer.account_id, state->account_id, state->show_reblogs,
	                   state->notify, &state->languages);

	return r == ERR_EXISTS ? OK : r;
}

int api_unfollow_write(struct call *call, struct txn *txn)
{
	int r = act_unfollow(call->arena, txn, call->viewer.account_id, state_of(call)->account_id);

	return r == ERR_NOT_FOUND ? OK : r;
}

int api_remove_follower_write(struct call *call, struct txn *txn)
{
	int r = act_answer_follow(call->arena, txn, call->viewer.account_id, state_of(call)->account_id, false);

	return r == ERR_NOT_FOUND ? OK : r;
}

static int answer_request(struct call *call, struct txn *txn, bool accept)
{
	uint64_t follower_id = state_of(call)->account_id;

	/* Only what waits can be answered: rejecting must not end a follow that was granted in the meantime. */
	if (!graph_requested(txn_view(txn), follower_id, call->viewer.account_id))
		return ERR_NOT_FOUND;
	return act_answer_follow(call->arena, txn, call->viewer.account_id, follower_id, accept);
}

int api_request_accept_write(struct call *call, struct txn *txn)
{
	return answer_request(call, txn, true);
}

int api_request_reject_write(struct call *call, struct txn *txn)
{
	return answer_request(call, txn, false);
}

int api_block_write(struct call *call, struct txn *txn)
{
	return act_block(call->arena, txn, call->viewer.account_id, state_of(call)->account_id);
}

int api_unblock_write(struct call *call, struct txn *txn)
{
	return act_unblock(call->arena, txn, call->viewer.account_id, state_of(call)->account_id);
}
