/*
 * Sign-up by an app. The key and the hash are made on a pool thread, after all that can be refused was.
 *
 * Where the node sends mail, the address has to be confirmed too; otherwise nobody proves to have it.
 */
#include "node/accounts/registration.h"

#include "node/accounts/email_domains.h"
#include "node/accounts/emails.h"
#include "node/accounts/entry.h"
#include "node/accounts/inviting.h"
#include "node/accounts/login.h"
#include "node/accounts/oauth.h"
#include "node/accounts/people.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/networks.h"
#include "storage/tokens.h"
#include "storage/users.h"

enum { WAITING_MAX = 500, WAITING_LOOKED_AT = 5000, REASON_CHARS_MAX = 2000 };

struct registration {
	struct new_person person;
	struct str invite_code;   /* empty: comes without one */
	struct token token;
	struct str secret, email_secret;
};

/* One field that is wrong, with a code that clients know. */
static int refuse_field(struct call *call, const char *field, const char *code, const char *sentence)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "error", arena_printf(call->arena, "Validation failed: %s: %s", field, sentence));
	json_w_key(&w, "details");
	json_w_object(&w);
	json_w_key(&w, field);
	json_w_array(&w);
	json_w_object(&w);
	json_w_member_cstr(&w, "error", code);
	json_w_member_cstr(&w, "description", sentence);
	json_w_object_end(&w);
	json_w_array_end(&w);
	json_w_object_end(&w);
	json_w_object_end(&w);
	call_reply(call, 422, "application/json; charset=utf-8", buf_str(&buf));
	return CALL_DONE;
}

bool registration_network_may(struct view *view, struct str address)
{
	return !(networks_severities(view, address, clock_now_ms()) & (1U << NETWORK_NO_ACCESS | 1U << NETWORK_NO_SIGN_UP));
}

/* An invitation opens the door, unless who comes by it is to wait as well. */
static int check_door(struct call *call, struct view *view, const struct registration *registration)
{
	size_t waiting = 0;
	int err;

	if (call->viewer.account_id)
		return call_fail(call, ERR_DENIED, "Only an app can sign somebody up");
	if (!registration->invite_code.n && !config_door_is_open(call->node->config))
		return call_fail(call, ERR_DENIED, "This server takes no sign-ups: who runs it lets people in");
	if (!registration_network_may(view, call->request.peer_address))
		return call_fail(call, ERR_DENIED, "This server takes no sign-ups from your network");
	if (!registration->person.waits)
		return OK;
	err = users_waiting(view, WAITING_LOOKED_AT, &waiting);
	if (err == OK && waiting >= WAITING_MAX)
		return call_fail(call, ERR_DENIED, "This server takes no sign-ups now: too many wait to be let in");
	return err;
}

static bool is_taken(struct call *call, struct view *view, const struct new_person *person, const char **ret_field)
{
	struct account account;
	struct user user;

	*ret_field = "username";
	if (accounts_of_name(call->arena, view, person->name, STR_NONE, &account) != ERR_NOT_FOUND)
		return true;
	*ret_field = "email";
	return users_by_email(call->arena, view, person->email, &user) != ERR_NOT_FOUND;
}

static int check_fields(struct call *call, struct view *view, struct new_person *person)
{
	struct str password = call_param(call, "password");
	const char *field, *fault;

	if (!person->name.n)
		return refuse_field(call, "username", "ERR_BLANK", "must be given");
	if (!person->email.n)
		return refuse_field(call, "email", "ERR_BLANK", "must be given");
	fault = people_fault(&call->node->instance, person, &field);
	if (fault)
		return refuse_field(call, field, "ERR_INVALID", fault);
	fault = email_fault(call->arena, view, call->node->config, &person->email);
	if (fault)
		return refuse_field(call, "email", "ERR_BLOCKED", fault);
	if (is_taken(call, view, person, &field))
		return refuse_field(call, field, "ERR_TAKEN", "is taken");
	if (utf8_length(password) < PASSWORD_CHARACTERS_MIN)
		return refuse_field(call, "password", password.n ? "ERR_TOO_SHORT" : "ERR_BLANK", "must have at least 10 characters");
	if (password.n > PASSWORD_BYTES_MAX || str_find_char(password, '\0') != SIZE_MAX)
		return refuse_field(call, "password", "ERR_TOO_LONG", "must have at most 511 bytes, none of them zero");
	if (!call_param_bool(call, "agreement", false))
		return refuse_field(call, "agreement", "ERR_ACCEPTED", "must be accepted");
	if (!utf8_valid(person->reason) || utf8_length(person->reason) > REASON_CHARS_MAX)
		return refuse_field(call, "reason", "ERR_TOO_LONG", "must have at most 2000 characters");
	return OK;
}

/* The pages and mails of this node speak these. */
static struct str read_locale(const struct call *call)
{
	struct str language = str_sub(call_param(call, "locale"), 0, 2);

	return str_eq(language, STR("fr")) ? STR("fr") : str_eq(language, STR("en")) ? STR("en") : STR_NONE;
}

static int refuse_invitation(struct call *call)
{
	return refuse_field(call, "invite_code", "ERR_INVALID", "is not valid, or not any more");
}

/* What the invitation says of the person counts, too; for the address it is for no other does. */
static int read_invitation(struct call *call, struct view *view, struct registration *registration)
{
	struct new_person *person = &registration->person;
	struct str email = person->email;
	struct invitation invitation;
	int err;

	registration->invite_code = call_param(call, "invite_code");
	if (!registration->invite_code.n)
		return OK;
	err = invitation_find(call->arena, view, registration->invite_code, clock_now_ms(), &invitation);
	if (err == ERR_NOT_FOUND)
		return refuse_invitation(call);
	if (err != OK)
		return err;
	invitation_fill(&invitation, call->node->config, person);
	/* An app would have a token before there is a factor; the page of the invitation has them set it up. */
	if (entry_requires_factor(call, &(struct user){ .roles = person->roles }))
		return call_fail(call, ERR_DENIED, "Who comes by this invitation needs a second factor: open its link in a browser");
	return str_eq_nocase(email, person->email) ? OK
	       : refuse_field(call, "email", "ERR_INVALID", "is not the one that the invitation is for");
}

int registration_check(struct call *call, struct view *view)
{
	struct registration *registration = ARENA_NEW(call->arena, struct registration);
	struct app app;
	int err;

	*registration = (struct registration){ .person = {
		.name = call_param(call, "username"), .email = call_param(call, "email"), .waits = true,
		.locale = read_locale(call), .reason = call_param(call, "reason"), .unconfirmed = mail_is_on(call->node->config),
	} };
	err = read_invitation(call, view, registration);
	if (err == OK)
		err = check_door(call, view, registration);
	if (err == OK)
		err = check_fields(call, view, &registration->person);
	if (err == OK)
		err = apps_get(call->arena, view, call->viewer.app_id, &app);
	if (err != OK)
		return err;
	registration->token = (struct token){ .app_id = app.id, .scopes = app.scopes };
	registration->secret = hash_token(call->arena);
	registration->email_secret = hash_token(call->arena);
	call->state = registration;
	return OK;
}

int registration_work(struct call *call)
{
	struct registration *registration = call->state;
	const char *reason = NULL;
	int err = password_hash(call->arena, call_param(call, "password"), &registration->person.password_hash);

	return err == OK ? people_prepare(call->arena, &call->node->instance, &registration->person, &reason) : err;
}

/* An address that was written to too often is asked again later (POST /api/v1/emails/confirmations). */
static int ask_to_confirm(struct call *call, struct txn *txn, const struct registration *made)
{
	struct mailer mailer = mailer_of(call->node);

	emails_ask_again(call->arena, txn, &mailer, made->person.account.id, made->email_secret);
	return txn_err(txn);
}

int registration_write(struct call *call, struct txn *txn)
{
	struct registration made = *(struct registration *)call->state;  /* a body may run again */
	int err = made.invite_code.n
	          ? invitation_accept(call->arena, txn, call->node->config, made.invite_code, &made.person)
	          : people_add(call->arena, txn, &made.person);

	if (made.invite_code.n && err == ERR_NOT_FOUND)  /* used meanwhile */
		return refuse_invitation(call);
	if (err == ERR_EXISTS)
		return refuse_field(call, "username", "ERR_TAKEN", "is taken, or the e-mail address is");
	if (err != OK)
		return err;
	made.token.account_id = made.person.account.id;
	made.token.created_ms = txn_now_ms(txn);
	apps_note_asked(call->arena, txn, made.token.app_id, true);
	err = tokens_put(txn, made.secret, &made.token);
	if (err == OK && made.person.unconfirmed)
		err = ask_to_confirm(call, txn, &made);
	return err == OK ? oauth_reply_token(call, &made.token, made.secret) : err;
}
