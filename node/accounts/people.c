/*
 * People of this node as the command line and the API change them: a person is an account with a key, and a user
 * record with what signs them in; both always change in one transaction. Knows nothing of requests.
 */
#include "node/accounts/people.h"

#include "federation/actor.h"
#include "federation/apply.h"
#include "federation/staff.h"
#include "node/mail/address.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/email_links.h"
#include "storage/instance.h"
#include "storage/invitations.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* 254 is what an SMTP path can hold (RFC 5321 section 4.5.3.1.3), 64 its local part. */
enum { NAME_BYTES_MAX = 30, DISPLAY_NAME_CHARS_MAX = 100 };

/* Names that would be read as the node itself, or as everybody. */
static const struct str reserved_names[] = {
	STR("actor"), STR("instance"), STR("instance.actor"), STR("relay"), STR("rse-node"), STR("everyone"),
	STR("all"), STR("here"), STR("nobody"), STR("anonymous"), STR("anonyme"), STR("tous"),
};
enum { RESERVED_COUNT = sizeof(reserved_names) / sizeof(reserved_names[0]) };

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const char *name_fault(const struct instance *instance, struct str name)
{
	bool shaped = name.n && is_word(name.p[0]) && is_word(name.p[name.n - 1]);

	if (name.n > NAME_BYTES_MAX)
		return "a name has at most 30 characters";
	for (size_t i = 0; i < name.n; i++)
		shaped = shaped && (is_word(name.p[i]) || name.p[i] == '.' || name.p[i] == '-');
	if (!shaped)
		return "a name has letters a to z, digits and '_', and '.' or '-' between them";
	for (size_t i = 0; i < RESERVED_COUNT; i++)
		if (str_eq_nocase(name, reserved_names[i]))
			return "this name is reserved";
	/* The instance actor is called after the domain. */
	return str_eq_nocase(name, instance->domain) ? "this name is reserved" : NULL;
}

/* One that mail can be sent to. */
static const char *email_fault(struct str email)
{
	struct arena *scratch = arena_new();
	struct str address;
	const char *fault;

	mail_address_parse(scratch, email, &address, &fault);
	arena_free(scratch);
	return fault;
}

static const char *display_name_fault(struct str text)
{
	if (!utf8_valid(text))
		return "the display name is not UTF-8";
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return "the display name holds control characters";
	return utf8_length(text) > DISPLAY_NAME_CHARS_MAX ? "the display name is longer than 100 characters" : NULL;
}

const char *people_fault(const struct instance *instance, const struct new_person *person, const char **ret_field)
{
	const char *fault = name_fault(instance, person->name);

	*ret_field = "username";
	if (!fault) {
		*ret_field = "email";
		fault = email_fault(person->email);
	}
	if (!fault) {
		*ret_field = "display_name";
		fault = display_name_fault(person->display_name);
	}
	return fault;
}

int people_prepare(struct arena *arena, const struct instance *instance, struct new_person *person,
                   const char **ret_reason)
{
	const char *field, *fault = people_fault(instance, person, &field);
	int err;

	if (!fault)
		mail_address_parse(arena, person->email, &person->email, &fault);
	if (!fault && person->roles > ROLES_ALL)
		fault = "there is no such role";
	if (fault) {
		*ret_reason = fault;
		return ERR_INVALID;
	}
	err = actor_prepare_local(arena, instance, ACCOUNT_PERSON, person->name,
	                          person->display_name.n ? person->display_name : person->name, &person->account,
	                          &person->private_pem);
	/* Posts are found unless their author says no: only who may see one finds it. */
	person->account.indexable = err == OK;
	return err;
}

int people_add(struct arena *arena, struct txn *txn, struct new_person *person)
{
	struct account account = person->account;
	struct user user = {
		.email = person->email, .password_hash = person->password_hash, .roles = person->roles,
		.locale = person->locale, .reason = person->reason, .disabled = person->waits || person->unconfirmed,
		.holds = (uint8_t)((person->waits ? HOLD_PENDING : 0) | (person->unconfirmed ? HOLD_UNCONFIRMED : 0)),
		.invitation_id = person->invitation_id, .invited_by_id = person->invited_by_id,
		.department = person->department, .job_title = person->job_title, .communities = person->communities,
	};
	struct user other;
	int err;

	/* Asked before the first put, so that a name that is taken costs the rest of the batch nothing. */
	err = users_by_email(arena, txn_view(txn), person->email, &other);
	if (err != ERR_NOT_FOUND)
		return err == OK ? ERR_EXISTS : err;
	account.disabled = account.withheld = user.disabled;
	account.id = 0;  /* a body may run again: each run takes an id of its own */
	err = actor_create_local(txn, &account, person->private_pem);
	if (err != OK)
		return err;
	user.account_id = account.id;
	user.created_ms = txn_now_ms(txn);
	err = users_put(txn, &user);
	if (err == OK)
		person->account = account;
	return err;
}

/* One of our people by name. */
static int find_person(struct arena *arena, struct view *view, struct str name, struct account *ret_account,
                       struct user *ret_user)
{
	int err;

	if (str_starts(name, STR("@")))
		name = str_sub(name, 1, SIZE_MAX);
	err = accounts_of_name(arena, view, name, STR_NONE, ret_account);
	return err == OK ? users_get(arena, view, ret_account->id, ret_user) : err;
}

uint8_t people_holds(const struct user *user)
{
	return user->holds || !user->disabled ? user->holds : HOLD_DISABLED;
}

/* Both records say so; who is held is signed out in the same transaction. Of who signed up, moderators hear once the
 * account can be shown to them; siblings hear of a suspension and of its end, but never of who waits. */
static int put_holds(struct arena *arena, struct txn *txn, struct account *account, struct user *user, uint8_t holds)
{
	uint8_t before = people_holds(user), changed = before ^ holds;
	bool others = true;
	int err;

	/* Somebody has to be left who can give roles. */
	if (holds && (user->roles & ROLE_ADMIN)) {
		err = users_others_hold(txn_view(txn), user->account_id, ROLE_ADMIN, &others);
		if (err != OK || !others)
			return err != OK ? err : ERR_DENIED;
	}
	user->holds = holds;
	account->disabled = user->disabled = holds != 0;
	account->withheld = (holds & (HOLD_SUSPENDED | HOLD_SIGN_UP)) != 0;
	users_put(txn, user);
	err = accounts_put(txn, account);
	if (err == OK && before & HOLD_SIGN_UP && !(holds & HOLD_SIGN_UP))
		err = staff_signed_up(txn, account->id);
	if (err == OK && changed & HOLD_SUSPENDED && !((before | holds) & HOLD_SIGN_UP))
		err = act_update_actor(arena, txn, account->id);
	/* Who signed up keeps the token that lets in one day. */
	if (err == OK && holds & ~(before & HOLD_SIGN_UP))
		err = tokens_delete_all(txn, account->id);
	/* From the first put on half of it is written: an error takes all of it back. */
	return err != OK && txn_touched(txn) ? txn_fail(txn, err) : err;
}

int people_hold(struct arena *arena, struct txn *txn, uint64_t account_id, uint8_t hold, bool on)
{
	struct account account;
	struct user user;
	uint8_t holds;
	int err = accounts_get(arena, txn_view(txn), account_id, &account);

	if (err == OK)
		err = users_get(arena, txn_view(txn), account_id, &user);
	if (err != OK)
		return err;
	holds = people_holds(&user);
	if (((holds & hold) != 0) == on)
		return OK;
	return put_holds(arena, txn, &account, &user, (uint8_t)(on ? holds | hold : holds & ~hold));
}

int people_set_disabled(struct arena *arena, struct txn *txn, struct str name, bool disabled)
{
	struct account account;
	struct user user;
	int err = find_person(arena, txn_view(txn), name, &account, &user);

	if (err != OK)
		return err;
	return put_holds(arena, txn, &account, &user, disabled ? people_holds(&user) | HOLD_DISABLED
	                                                                : people_holds(&user) & HOLD_DIRECTORY);
}

int people_erase(struct arena *arena, struct txn *txn, uint64_t account_id)
{
	struct user user;
	int err = users_get(arena, txn_view(txn), account_id, &user);

	if (err == OK && !(people_holds(&user) & HOLD_SUSPENDED))
		err = ERR_DENIED;
	if (err == OK)
		err = act_delete_actor(arena, txn, account_id);
	if (err == OK)
		err = invitations_unname(txn, user.invitation_id);
	return err == OK ? users_delete(txn, account_id) : err;
}

int people_set_password(struct arena *arena, struct txn *txn, struct str name, struct str hash)
{
	struct account account;
	struct user user;
	int err = find_person(arena, txn_view(txn), name, &account, &user);

	if (err != OK)
		return err;
	user.password_hash = hash;
	users_put(txn, &user);
	return tokens_delete_all(txn, account.id);
}

/* Nobody was shown the account: its name is free again. */
int people_reject(struct arena *arena, struct txn *txn, uint64_t account_id)
{
	struct user user;
	int err = users_get(arena, txn_view(txn), account_id, &user);

	if (err == OK && !(people_holds(&user) & HOLD_PENDING))
		err = ERR_DENIED;
	if (err == OK)
		err = invitations_unname(txn, user.invitation_id);
	if (err == OK)
		err = users_delete(txn, account_id);
	if (err == OK)
		err = email_links_end(txn, account_id, 0);
	if (err == OK)
		err = accounts_forget(txn, account_id);
	return err == OK ? tokens_delete_all(txn, account_id) : err;
}
