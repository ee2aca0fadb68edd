/*
 * From the first proof to the session. Decided in the transaction that begins the session, so that a factor that was set up
 * a moment ago counts.
 */
#include "node/accounts/entry.h"

#include "node/accounts/cookies.h"
#include "node/accounts/factor.h"
#include "node/accounts/login.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/second_factors.h"
#include "storage/tokens.h"
#include "storage/users.h"

static const char half_cookie[] = "half";

bool entry_requires_factor(const struct call *call, const struct user *user)
{
	uint8_t roles = call->node && call->node->config ? call->node->config->second_factor_required_for : 0;

	return roles & (user->roles | CONFIG_EVERYBODY);
}

int entry_owes(struct call *call, struct view *view, uint64_t account_id, enum entry_owes *ret_owes)
{
	struct second_factor factor;
	struct user user;
	int err = second_factors_get(call->arena, view, account_id, &factor);

	if (err == OK)
		err = users_get(call->arena, view, account_id, &user);
	if (err == OK)
		*ret_owes = second_factors_kinds(view, &factor)       ? ENTRY_OWES_CODE
		            : entry_requires_factor(call, &user) ? ENTRY_OWES_SET_UP
		                                                 : ENTRY_OWES_NOTHING;
	return err;
}

static struct str step_path(struct arena *arena, const char *page, struct str path)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_printf(&buf, "%s?return=", page);
	buf_add_percent(&buf, path);
	return buf_str(&buf);
}

static int begin_half(struct call *call, struct txn *txn, uint64_t account_id, struct str secret)
{
	const struct instance *instance = instance_of(txn_view(txn));
	int64_t now_ms = txn_now_ms(txn), lasts_ms = (int64_t)HALF_SESSION_MINUTES * MINUTE_MS;
	struct session half = { .account_id = account_id, .created_ms = now_ms, .expires_ms = now_ms + lasts_ms };
	struct user user;
	int err = users_get(call->arena, txn_view(txn), account_id, &user);

	if (err == OK && user.disabled)
		err = ERR_NOT_FOUND;
	if (err == OK)
		err = half_sessions_put(txn, secret, &half);
	if (err == OK)
		cookie_set(call, instance, half_cookie, secret, lasts_ms / SECOND_MS);
	return err;
}

int entry_begin_whole(struct call *call, struct txn *txn, uint64_t account_id, struct str secret)
{
	int err = login_session_put(call, txn, account_id, secret);

	if (err == OK)
		login_session_cookie(call, instance_of(txn_view(txn)), secret);
	return err;
}

int entry_begin(struct call *call, struct txn *txn, uint64_t account_id, struct str secret, struct str path,
                struct str *ret_next, bool *ret_whole)
{
	enum entry_owes owes;
	int err = entry_owes(call, txn_view(txn), account_id, &owes);

	if (err != OK)
		return err;
	*ret_whole = owes == ENTRY_OWES_NOTHING;
	*ret_next = path;
	if (*ret_whole)
		return entry_begin_whole(call, txn, account_id, secret);
	*ret_next = step_path(call->arena, owes == ENTRY_OWES_CODE ? "/sign-in/code" : "/sign-in/set-up", path);
	err = begin_half(call, txn, account_id, secret);
	/* The page that shows it writes nothing. */
	return err == OK && owes == ENTRY_OWES_SET_UP ? factor_begin(call, txn, account_id, false) : err;
}

int entry_half(struct call *call, struct view *view, uint64_t *ret_account_id)
{
	struct str cookie = cookie_get(call, instance_of(view), half_cookie);
	struct session half;
	struct user user;
	int err = cookie.n ? half_sessions_get(view, cookie, &half) : ERR_NOT_FOUND;

	if (err == OK)
		err = users_get(call->arena, view, half.account_id, &user);
	if (err != OK)
		return err;
	*ret_account_id = half.account_id;
	return user.disabled ? ERR_NOT_FOUND : OK;
}

int entry_finish(struct call *call, struct txn *txn, uint64_t account_id, struct str secret)
{
	const struct instance *instance = instance_of(txn_view(txn));
	struct str cookie = cookie_get(call, instance, half_cookie);
	int err = half_sessions_delete(txn, cookie);

	if (err == OK)
		err = entry_begin_whole(call, txn, account_id, secret);
	if (err == OK)
		cookie_set(call, instance, half_cookie, STR_NONE, 0);
	return err;
}
