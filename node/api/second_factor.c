/*
 * Second factors as an entity, and the same deeds as those of the page.
 */
#include "node/api/second_factor.h"

#include "node/accounts/entry.h"
#include "node/accounts/factor.h"
#include "node/accounts/guard.h"
#include "node/accounts/totp.h"
#include "node/api/answer.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/passkeys.h"
#include "storage/users.h"

/* From stage to stage. */
struct change {
	struct user user;
	struct guard guard;
	struct str_list codes;    /* new recovery codes */
};

static void w_passkey(struct json_writer *w, const struct passkey *passkey)
{
	json_w_object(w);
	json_w_member_id(w, "id", passkey->id);
	json_w_member_str(w, "name", passkey->name);
	json_w_member_date(w, "created_at", passkey->created_ms);
	json_w_member_date(w, "last_used", passkey->used_ms);
	json_w_member_bool(w, "synced", passkey->synced);
	json_w_member_bool(w, "suspect", passkey->suspect_ms != 0);
	json_w_object_end(w);
}

int api_second_factor(struct call *call, struct view *view)
{
	uint64_t account_id = call->viewer.account_id;
	struct second_factor factor;
	struct passkey *passkeys;
	struct answer answer;
	struct user user;
	size_t count;
	int r = users_get(call->arena, view, account_id, &user);

	if (r == OK)
		r = second_factors_get(call->arena, view, account_id, &factor);
	if (r == OK)
		r = passkeys_of(call->arena, view, account_id, &passkeys, &count);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_bool(&answer.w, "required", entry_requires_factor(call, &user));
	json_w_member_date(&answer.w, "app_since", factor.totp_sealed.n ? factor.totp_ms : 0);
	json_w_member_u64(&answer.w, "recovery_codes_left", factor.recovery.count);
	json_w_key(&answer.w, "passkeys");
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_passkey(&answer.w, &passkeys[i]);
	json_w_array_end(&answer.w);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}

/* --- who may ---------------------------------------------------------------------------------------------------- */

int api_second_factor_check(struct call *call, struct view *view)
{
	struct change *change = call->state = ARENA_NEW(call->arena, struct change);
	int r = users_get(call->arena, view, call->viewer.account_id, &change->user);

	change->guard = guard_of(call, &change->user, STR_NONE);
	change->codes = factor_codes_new(call->arena);
	return r;
}

static int refuse_wait(struct call *call)
{
	return call_fail_status(call, ERR_LIMIT, 429, NULL, "Too many tries. Please try again in some minutes");
}

int api_second_factor_work(struct call *call)
{
	const struct change *change = call->state;
	int err;

	if (!call_param(call, "password").n)
		return answer_refuse(call, "Validation failed: password can't be blank");
	err = guard_password(call, &change->guard, call_param(call, "password"), change->user.password_hash);
	if (err == ERR_LIMIT)
		return refuse_wait(call);
	return err == ERR_DENIED ? call_fail(call, err, "This action is not allowed: the password is wrong") : err;
}

/* A wrong code has been counted, so its refusal is a reply: an error would take the count back. */
static int refuse_code(struct call *call, const struct factor_answer *answer)
{
	bool waits = answer->verdict == FACTOR_WAIT;

	call_reply(call, waits ? 429 : 422, "application/json; charset=utf-8",
	           waits ? STR("{\"error\":\"Too many tries. Please try again in some minutes\"}")
	                 : STR("{\"error\":\"Validation failed: code is wrong or was used already\"}"));
	return CALL_DONE;
}

/* The password was right; a code where there is a factor. OK, or CALL_DONE with the refusal. */
static int pass(struct call *call, struct txn *txn, uint8_t *ret_kinds)
{
	const struct change *change = call->state;
	struct factor_answer answer = { FACTOR_RIGHT, 0 };
	struct second_factor factor;
	int err = guard_passed(txn, &change->guard);

	if (err == OK)
		err = second_factors_get(call->arena, txn_view(txn), call->viewer.account_id, &factor);
	if (err != OK)
		return err;
	*ret_kinds = second_factors_kinds(txn_view(txn), &factor);
	if (*ret_kinds)
		err = factor_try(call, txn, call->viewer.account_id, call_param(call, "code"), &answer);
	return err == OK && answer.verdict != FACTOR_RIGHT ? refuse_code(call, &answer) : err;
}

/* Without it, what a role asks for would not be there any more. */
static int refuse_last(struct call *call)
{
	call_reply(call, 403, "application/json; charset=utf-8",
	           STR("{\"error\":\"This action is not allowed: your role needs a second factor, and this is the last\"}"));
	return CALL_DONE;
}

/* --- the deeds -------------------------------------------------------------------------------------------------- */

static int show_codes(struct call *call)
{
	const struct change *change = call->state;
	struct answer answer;

	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_key(&answer.w, "recovery_codes");
	json_w_array(&answer.w);
	for (size_t i = 0; i < change->codes.count; i++)
		json_w_str(&answer.w, change->codes.items[i]);
	json_w_array_end(&answer.w);
	json_w_object_end(&answer.w);
	call_header(call, "Cache-Control", STR("no-store"));
	answer_end(&answer, call, OK);
	return CALL_DONE;
}

int api_second_factor_begin_write(struct call *call, struct txn *txn)
{
	uint8_t kinds;
	int r = pass(call, txn, &kinds);

	return r == OK ? factor_begin(call, txn, call->viewer.account_id, true) : r;
}

int api_second_factor_pending(struct call *call, struct view *view)
{
	const struct instance *instance = instance_of(view);
	struct answer answer;
	struct account account;
	struct str secret, name;
	int r = accounts_get(call->arena, view, call->viewer.account_id, &account);

	if (r == OK)
		r = factor_pending(call, view, call->viewer.account_id, &secret);
	if (r != OK)
		return r;
	name = arena_printf(call->arena, "%.*s@%.*s", STR_ARG(account.username), STR_ARG(instance->domain));
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_str(&answer.w, "secret", totp_text(call->arena, secret, false));
	json_w_member_str(&answer.w, "uri", totp_uri(call->arena, call->node->config->title, name, secret));
	json_w_object_end(&answer.w);
	call_header(call, "Cache-Control", STR("no-store"));
	return answer_end(&answer, call, OK);
}

int api_second_factor_confirm_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	struct factor_answer answer;
	int r = factor_confirm(call, txn, call->viewer.account_id, call_param(call, "code"), change->codes, &answer);

	if (r != OK)
		return r;
	return answer.verdict == FACTOR_RIGHT ? show_codes(call) : refuse_code(call, &answer);
}

int api_second_factor_app_end_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	uint8_t kinds;
	int r = pass(call, txn, &kinds);

	if (r != OK)
		return r;
	if (kinds == FACTOR_TOTP && entry_requires_factor(call, &change->user))
		return refuse_last(call);
	return factor_totp_end(call, txn, call->viewer.account_id);
}

int api_second_factor_codes_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	uint8_t kinds;
	int r = pass(call, txn, &kinds);

	if (r != OK)
		return r;
	if (!kinds)  /* codes stand in for a factor */
		return ERR_NOT_FOUND;
	r = factor_codes_put(call, txn, call->viewer.account_id, change->codes);
	return r == OK ? show_codes(call) : r;
}

int api_second_factor_passkey_end_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	struct passkey *passkeys, passkey;
	uint64_t id;
	uint8_t kinds;
	size_t count;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = passkeys_get(call->arena, txn_view(txn), call->viewer.account_id, id, &passkey);
	if (r == OK)
		r = pass(call, txn, &kinds);
	if (r == OK)
		r = passkeys_of(call->arena, txn_view(txn), call->viewer.account_id, &passkeys, &count);
	if (r != OK)
		return r;
	if (kinds == FACTOR_PASSKEY && count == 1 && entry_requires_factor(call, &change->user))
		return refuse_last(call);
	return factor_passkey_end(call, txn, call->viewer.account_id, id);
}
