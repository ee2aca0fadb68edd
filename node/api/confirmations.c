/*
 * Confirmation of addresses through the client API. Its rules are node/accounts/emails.h's.
 */
#include "node/api/confirmations.h"

#include "node/accounts/emails.h"
#include "node/accounts/people.h"
#include "node/api/answer.h"
#include "node/node.h"
#include "storage/base/hash.h"
#include "storage/users.h"

int api_confirmation_check(struct call *call, struct view *view)
{
	struct str *secret = ARENA_NEW(call->arena, struct str);
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	if (r != OK)
		return r;
	if (!emails_waiting(&user).n)
		return call_fail(call, ERR_DENIED, "This method is only available while the e-mail is awaiting confirmation");
	*secret = hash_token(call->arena);
	call->state = secret;
	return OK;
}

static int refuse(struct call *call, int err)
{
	switch (err) {
	case ERR_INVALID:
		return answer_refuse(call, "Validation failed: email is no address that mail can be sent to");
	case ERR_DENIED:
		return answer_refuse(call, "Validation failed: email is of a domain that does not sign up here");
	case ERR_EXISTS:
		return answer_refuse(call, "Validation failed: email is taken");
	case ERR_GONE:
		return call_fail(call, ERR_DENIED, "This server sends no mail: ask who runs it");
	case ERR_LIMIT:
		return call_fail_status(call, ERR_LIMIT, 429, NULL, "Too many mails went to this address: try again in an hour");
	case ERR_NOT_FOUND:
		return call_fail(call, ERR_DENIED, "This method is only available while the e-mail is awaiting confirmation");
	default:
		return err;
	}
}

/* All of these errors come before anything is put. */
int api_confirmation_write(struct call *call, struct txn *txn)
{
	struct mailer mailer = mailer_of(call->node);
	struct str address = str_trim(call_param(call, "email")), secret = *(struct str *)call->state;
	struct user user;
	int r = users_get(call->arena, txn_view(txn), call->viewer.account_id, &user);

	if (r != OK)
		return r;
	/* Who is in already gives the password with another address, at /settings/email: a token alone moves no account. */
	if (address.n && !(people_holds(&user) & HOLD_UNCONFIRMED) && !str_eq_nocase(address, emails_waiting(&user)))
		return call_fail(call, ERR_DENIED, "This method takes another address only from who is not confirmed yet");
	if (address.n && people_holds(&user) & HOLD_UNCONFIRMED)
		r = emails_ask(call->arena, txn, &mailer, call->viewer.account_id, address, secret);
	else
		r = emails_ask_again(call->arena, txn, &mailer, call->viewer.account_id, secret);
	return r == OK || txn_touched(txn) ? r : refuse(call, r);
}

int api_confirmation_show(struct call *call, struct view *view)
{
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	return r == OK ? call_reply_json(call, emails_waiting(&user).n ? STR("false") : STR("true")) : r;
}
