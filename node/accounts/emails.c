/*
 * The change of an address, in two steps.
 */
#include "node/accounts/emails.h"

#include "node/accounts/email_domains.h"
#include "node/accounts/people.h"
#include "node/mail/address.h"
#include "node/mail/letters.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/email_links.h"
#include "storage/users.h"

struct str emails_waiting(const struct user *user)
{
	if (user->new_email.n)
		return user->new_email;
	return people_holds(user) & HOLD_UNCONFIRMED ? user->email : STR_NONE;
}

/* Somebody else's? */
static int check_free(struct arena *arena, struct view *view, const struct user *user, struct str address)
{
	struct user holder;
	int r = users_by_email(arena, view, address, &holder);

	if (r == OK)
		return holder.account_id == user->account_id ? OK : ERR_EXISTS;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* The mail first: when it cannot be queued nothing was put. */
static int send_link(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                     struct str address, struct str secret)
{
	struct email_link link = { .account_id = user->account_id, .kind = EMAIL_LINK_CONFIRM, .email = address };
	uint64_t mail_id;
	int r = mail_is_on(mailer->config) ? letter_confirm(arena, txn, mailer, user, address, secret, &mail_id) : ERR_GONE;

	return r == OK ? email_links_put(txn, secret, &link) : r;
}

int emails_ask(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id, struct str address,
               struct str secret)
{
	struct user user;
	struct str parsed;
	const char *fault;
	int r = users_get(arena, txn_view(txn), account_id, &user);

	if (r == OK)
		r = mail_address_parse(arena, address, &parsed, &fault);
	if (r == OK && email_fault(arena, txn_view(txn), mailer->config, &address))
		r = ERR_DENIED;
	if (r == OK)
		r = check_free(arena, txn_view(txn), &user, parsed);
	if (r == OK)
		r = send_link(arena, txn, mailer, &user, parsed, secret);
	if (r != OK)
		return r;
	/* Who has not been let in yet has no other address that counts. */
	if (people_holds(&user) & HOLD_UNCONFIRMED)
		user.email = parsed;
	else
		user.new_email = parsed;
	return users_put(txn, &user);
}

int emails_ask_again(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id,
                     struct str secret)
{
	struct user user;
	int r = users_get(arena, txn_view(txn), account_id, &user);

	if (r == OK && !emails_waiting(&user).n)
		r = ERR_NOT_FOUND;
	return r == OK ? send_link(arena, txn, mailer, &user, emails_waiting(&user), secret) : r;
}

int emails_take_back(struct arena *arena, struct txn *txn, uint64_t account_id)
{
	struct user user;
	int r = users_get(arena, txn_view(txn), account_id, &user);

	if (r != OK || !user.new_email.n)
		return r;
	user.new_email = STR_NONE;
	users_put(txn, &user);
	return email_links_end(txn, account_id, EMAIL_LINK_CONFIRM);
}

int emails_link(struct arena *arena, struct view *view, struct str secret, struct email_link *ret_link)
{
	struct user user;
	int r = secret.n ? email_links_get(arena, view, secret, EMAIL_LINK_CONFIRM, ret_link) : ERR_NOT_FOUND;

	if (r == OK)
		r = users_get(arena, view, ret_link->account_id, &user);
	return r == OK && !str_eq(emails_waiting(&user), ret_link->email) ? ERR_NOT_FOUND : r;
}

/* What went to the former address opens nothing any more. From the first put on an error takes all of it back. */
static int change(struct arena *arena, struct txn *txn, const struct mailer *mailer, struct user *user, struct str address)
{
	struct str former = user->email;
	int r;

	user->email = address;
	user->new_email = STR_NONE;
	r = users_put(txn, user);
	if (r == OK)
		r = email_links_end(txn, user->account_id, 0);
	return r == OK && former.n ? letter_address_changed(arena, txn, mailer, user, former) : r;
}

static int note_change(struct txn *txn, uint64_t account_id)
{
	return audit_append(txn, &(struct audit_entry){ .actor_id = account_id, .action = "user.email", .subject_id = account_id });
}

int emails_set(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id, struct str address)
{
	struct user user;
	struct str parsed;
	const char *fault;
	int r = users_get(arena, txn_view(txn), account_id, &user);

	if (r == OK)
		r = mail_address_parse(arena, address, &parsed, &fault);
	if (r == OK)
		r = check_free(arena, txn_view(txn), &user, parsed);
	return r == OK ? change(arena, txn, mailer, &user, parsed) : r;
}

int emails_confirm(struct arena *arena, struct txn *txn, const struct mailer *mailer, struct str secret)
{
	struct email_link link;
	struct user user;
	int r = emails_link(arena, txn_view(txn), secret, &link);

	if (r == OK)
		r = users_get(arena, txn_view(txn), link.account_id, &user);
	if (r == OK && email_fault(arena, txn_view(txn), mailer->config, &link.email))
		r = ERR_DENIED;
	if (r == OK)
		r = check_free(arena, txn_view(txn), &user, link.email);
	if (r != OK)
		return r;
	if (user.new_email.n) {
		r = change(arena, txn, mailer, &user, user.new_email);
		return r == OK ? note_change(txn, user.account_id) : r;
	}
	r = email_links_end(txn, link.account_id, EMAIL_LINK_CONFIRM);
	return r == OK ? people_hold(arena, txn, link.account_id, HOLD_UNCONFIRMED, false) : r;
}
