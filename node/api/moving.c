/*
 * Aliases and moves through the client API. A token may have been left on a lost phone, so who moves says the password again,
 * and guesses are counted as those of the sign-in page are.
 */
#include "node/api/moving.h"

#include "federation/actor.h"
#include "federation/compose.h"
#include "federation/on_move.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "node/accounts/guard.h"
#include "node/api/answer.h"
#include "node/api/profile.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/users.h"

/* --- aliases ---------------------------------------------------------------------------------------------------- */

int api_alias_check(struct call *call, struct view *view)
{
	struct str_list *aliases = call->state = ARENA_NEW(call->arena, struct str_list);
	struct account account;
	size_t count = call_param_list(call, "also_known_as_uris", &aliases->items);
	int r = accounts_get(call->arena, view, call->viewer.account_id, &account);

	if (r != OK)
		return r;
	if (count > ACTOR_ALIASES_MAX)
		return answer_refuse(call, "Validation failed: also_known_as_uris: there are too many");
	for (size_t i = 0; i < count; i++) {
		struct str uri = str_trim(aliases->items[i]);
		struct url url;

		if (!uri.n)
			continue;
		if (!utf8_valid(uri) || url_parse(call->arena, uri, &url) != OK || str_eq(uri, account.uri))
			return answer_refuse(call, "Validation failed: also_known_as_uris must be addresses of other accounts");
		aliases->items[aliases->count++] = uri;
	}
	return OK;
}

int api_alias_write(struct call *call, struct txn *txn)
{
	const struct str_list *aliases = call->state;

	return act_aliases(call->arena, txn, call->viewer.account_id, aliases);
}

/* --- the password ----------------------------------------------------------------------------------------------- */

struct moving {
	struct str password_hash;
	struct str target;           /* as asked for */
	uint64_t target_id;
};

int api_unmove_check(struct call *call, struct view *view)
{
	struct moving *moving = call->state = ARENA_NEW(call->arena, struct moving);
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	if (r != OK)
		return r;
	if (!call_param(call, "password").n)
		return answer_refuse(call, "Validation failed: password can't be blank");
	moving->password_hash = user.password_hash;
	return OK;
}

int api_unmove_work(struct call *call)
{
	const struct moving *moving = call->state;
	int err = guard_own_password(call, call_param(call, "password"), moving->password_hash);

	if (err == ERR_LIMIT)
		return call_fail_status(call, err, 429, NULL, "Too many tries. Please try again in some minutes");
	return err == ERR_DENIED ? call_fail(call, err, "This action is not allowed: the password is wrong") : err;
}

/* --- moves ------------------------------------------------------------------------------------------------------ */

int api_move_check(struct call *call, struct view *view)
{
	int r = api_unmove_check(call, view);
	struct moving *moving = call->state;

	if (r != OK)
		return r;
	moving->target = str_trim(call_param(call, "moved_to_uri"));
	if (!moving->target.n || !utf8_valid(moving->target))
		return answer_refuse(call, "Validation failed: moved_to_uri must be the address of an account");
	return OK;
}

static bool is_address(struct str text)
{
	return str_find(text, STR("://")) != SIZE_MAX;
}

/* One of ours, who need not be asked; ERR_NOT_FOUND: it is none. */
static int find_ours(struct call *call, struct moving *moving)
{
	struct account account;
	struct view *view;
	int r = view_begin(call->node->store, &view);

	if (r != OK)
		return r;
	r = is_address(moving->target) ? accounts_by_uri(call->arena, view, moving->target, &account)
	                               : accounts_by_acct(call->arena, view, moving->target, &account);
	view_end(view);
	if (r == OK && (account.host.n || account.withheld))
		r = ERR_NOT_FOUND;
	if (r == OK)
		moving->target_id = account.id;
	return r;
}

int api_move_work(struct call *call)
{
	const struct node *node = call->node;
	struct moving *moving = call->state;
	struct resolved found = { 0 };
	uint64_t post_id;
	int r = api_unmove_work(call);

	if (r != OK)
		return r;
	r = find_ours(call, moving);
	if (r != ERR_NOT_FOUND)
		return r;
	r = is_address(moving->target)
		? resolve_actor(&node->federation, call->arena, node->store, moving->target, &found)
		: resolve_acct(&node->federation, call->arena, node->store, moving->target, &found);
	if (r == OK)
		r = compose_keep(call->arena, node->store, node->writer, &found, &moving->target_id, &post_id);
	if (r == ERR_BUSY || r == ERR_FULL || r == ERR_IO)
		return r;
	return r == OK ? OK : answer_refuse(call, "Validation failed: moved_to_uri could not be asked for");
}

int api_move_write(struct call *call, struct txn *txn)
{
	const struct moving *moving = call->state;
	struct account account, target;
	const char *obstacle;
	int r = accounts_get(call->arena, txn_view(txn), call->viewer.account_id, &account);

	if (r == OK)
		r = accounts_get(call->arena, txn_view(txn), moving->target_id, &target);
	if (r != OK)
		return r;
	obstacle = move_obstacle(&account, &target, txn_now_ms(txn));
	if (obstacle)
		return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: moved_to_uri: %s", obstacle);
	return act_move(call->arena, txn, account.id, target.id);
}

int api_move_show(struct call *call, struct view *view)
{
	int r = api_credentials(call, view);

	if (r == OK)
		call->reply.status = 202;
	return r;
}

int api_unmove_write(struct call *call, struct txn *txn)
{
	int r = act_unmove(call->arena, txn, call->viewer.account_id);

	return r == ERR_NOT_FOUND ? answer_refuse(call, "Validation failed: this account has not moved") : r;
}
