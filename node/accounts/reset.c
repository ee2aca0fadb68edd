/*
 * Resets of passwords.
 */
#include "node/accounts/reset.h"

#include "node/accounts/login.h"
#include "node/accounts/people.h"
#include "node/mail/letters.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/attempts.h"
#include "storage/audit.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"
#include "storage/email_links.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"
#include "storage/mails.h"
#include "storage/users.h"

enum { NAME_BYTES_MAX = 254 };

int reset_ask(struct call *call, struct txn *txn, struct str name, int64_t *ret_wait_ms)
{
	const struct seal *seal = &call->node->seal;
	struct str whose = attempts_of_address(call->arena, "reset", (struct str){ (const char *)seal->key, SEAL_KEY_BYTES },
	                                       call->request.peer_address);
	struct job job = { .kind = STR("reset") };
	int err;

	*ret_wait_ms = attempts_wait_ms(txn_view(txn), ATTEMPTS_OF_ADDRESS, whose, txn_now_ms(txn));
	if (*ret_wait_ms > 0)
		return OK;
	if (name.n <= NAME_BYTES_MAX && utf8_valid(name))
		job.argument = name;
	err = attempts_add(txn, ATTEMPTS_OF_ADDRESS, whose);
	return err == OK ? jobs_add(txn, &job) : err;
}

/* --- the job ---------------------------------------------------------------------------------------------------- */

struct mailing {
	struct arena *arena;
	struct mailer mailer;
	struct str name, secret;
};

/* Who signs in elsewhere has no password here, and gets none by mail. */
static int send_body(struct txn *txn, void *arg)
{
	const struct mailing *mailing = arg;
	int64_t hour_ago_ms = txn_now_ms(txn) - HOUR_MS;
	struct email_link link = { .kind = EMAIL_LINK_RESET };
	struct user user;
	uint64_t mail_id;
	int err = login_find(mailing->arena, txn_view(txn), mailing->name, &user);

	if (err != OK)
		return err;
	if (!user.password_hash.n || !user.email.n ||
	    mails_count_to(txn_view(txn), user.email, STR("password-reset"), hour_ago_ms, RESETS_AN_HOUR) == RESETS_AN_HOUR)
		return ERR_NOT_FOUND;
	err = letter_reset(mailing->arena, txn, &mailing->mailer, &user, mailing->secret, &mail_id);
	if (err != OK || !mail_id)
		return err;
	link.account_id = user.account_id;
	link.email = user.email;
	return email_links_put(txn, mailing->secret, &link);
}

int reset_job(struct node *node, struct arena *arena, struct job *job)
{
	struct mailing mailing = {
		.arena = arena, .mailer = mailer_of(node), .name = job->argument, .secret = hash_token(arena),
	};
	int err = writer_run(node->writer, send_body, &mailing);

	/* No such person, nowhere to write to, or too often: nobody is told. */
	return err == ERR_NOT_FOUND || err == ERR_INVALID || err == ERR_LIMIT ? OK : err;
}

/* --- the link --------------------------------------------------------------------------------------------------- */

int reset_link(struct arena *arena, struct view *view, struct str secret, struct account *ret_account)
{
	struct email_link link;
	int err = secret.n ? email_links_get(arena, view, secret, EMAIL_LINK_RESET, &link) : ERR_NOT_FOUND;

	if (err == OK)
		err = accounts_get(arena, view, link.account_id, ret_account);
	return err == OK && (ret_account->disabled || ret_account->deleted) ? ERR_NOT_FOUND : err;
}

int reset_finish(struct call *call, struct txn *txn, struct str secret, struct str hash)
{
	struct audit_entry entry = { .action = "user.password", .detail = STR("by a link that was mailed") };
	struct mailer mailer = mailer_of(call->node);
	struct account account;
	int err = reset_link(call->arena, txn_view(txn), secret, &account);

	if (err == OK)
		err = people_set_password(call->arena, txn, account.username, hash);
	/* Who reads the person's mail is no stranger: guesses of those do not keep this browser out (guard.h). */
	if (err == OK)
		err = login_keep_device(call, txn, account.id);
	if (err != OK)
		return err;
	entry.actor_id = entry.subject_id = account.id;
	err = audit_append(txn, &entry);
	return err == OK ? letter_password_changed(call->arena, txn, &mailer, account.id) : err;
}
