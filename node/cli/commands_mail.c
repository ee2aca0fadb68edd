/*
 * Commands about mail: mail list, show, retry, test. Whom the node wrote to, and what came of it; never what a mail said.
 */
#include "node/cli/commands.h"
#include "node/mail/queue.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/mails.h"

enum { LISTED_MAX = 500 };

int cli_mailer(struct cli *cli, struct mailer *ret_mailer)
{
	struct seal *seal;
	int err;

	if (cli->node) {
		*ret_mailer = mailer_of(cli->node);
		return OK;
	}
	seal = ARENA_NEW(cli->arena, struct seal);
	err = seal_load(arena_cstr(cli->arena, cli->data), seal);
	*ret_mailer = (struct mailer){ .config = cli->config, .seal = seal };
	return err;
}

static void print_mail(struct cli *cli, const struct mail *mail)
{
	char date[DATE_ISO_BYTES];

	date_iso_seconds(mail->created_ms, date);
	buf_printf(&cli->out, "%llu\t%s\t%s\t%.*s\t%.*s\t%llu tries\t%.*s\n", (unsigned long long)mail->id, date,
	           mail_state_name(mail->state), STR_ARG(mail->template), STR_ARG(mail->to), (unsigned long long)mail->tries,
	           STR_ARG(mail->answer));
}

int command_mail_list(struct cli *cli)
{
	struct str wanted = cli_option(cli, "state");
	uint8_t state = wanted.p ? mail_state_parse(wanted) : 0;
	struct mail *mails;
	struct view *view;
	size_t count = 0;
	int err;

	if (wanted.p && !state)
		return cli_usage(cli, "--state is waiting, sent, bounced, given-up or void");
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = mails_list(cli->arena, view, 0, state, LISTED_MAX, &mails, &count);
	for (size_t i = 0; err == OK && i < count; i++)
		print_mail(cli, &mails[i]);
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

static void print_time(struct cli *cli, const char *name, int64_t ms)
{
	char date[DATE_ISO_BYTES];

	if (!ms)
		return;
	date_iso_seconds(ms, date);
	buf_printf(&cli->out, "%s: %s\n", name, date);
}

static void print_person(struct cli *cli, struct view *view, const char *name, uint64_t account_id)
{
	struct account account;

	if (account_id && accounts_get(cli->arena, view, account_id, &account) == OK)
		buf_printf(&cli->out, "%s: %.*s\n", name, STR_ARG(accounts_acct(cli->arena, &account)));
}

static void print_whole(struct cli *cli, struct view *view, const struct mail *mail)
{
	buf_printf(&cli->out, "mail: %llu\nstate: %s\ntemplate: %.*s\nto: %.*s\nlanguage: %.*s\n",
	           (unsigned long long)mail->id, mail_state_name(mail->state), STR_ARG(mail->template), STR_ARG(mail->to),
	           STR_ARG(mail->locale));
	print_person(cli, view, "whose", mail->account_id);
	print_person(cli, view, "asked by", mail->asked_by);
	print_time(cli, "made", mail->created_ms);
	print_time(cli, "void from", mail->expires_ms);
	print_time(cli, "ended", mail->ended_ms);
	buf_printf(&cli->out, "tries: %llu\nanswer: %.*s\n", (unsigned long long)mail->tries, STR_ARG(mail->answer));
}

static int no_such_mail(struct cli *cli)
{
	return cli_fail(cli, "no such mail: %.*s", STR_ARG(cli->arguments[0]));
}

int command_mail_show(struct cli *cli)
{
	struct mail mail;
	struct view *view;
	uint64_t id;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = str_to_u64(cli->arguments[0], &id) ? mails_get(cli->arena, view, id, &mail) : ERR_NOT_FOUND;
	if (err == OK)
		print_whole(cli, view, &mail);
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return no_such_mail(cli);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

static int retry_body(struct txn *txn, void *arg)
{
	return mails_retry(txn, *(const uint64_t *)arg);
}

int command_mail_retry(struct cli *cli)
{
	uint64_t id;
	int err = str_to_u64(cli->arguments[0], &id) ? cli_write(cli, retry_body, &id) : ERR_NOT_FOUND;

	if (err == ERR_NOT_FOUND)
		return no_such_mail(cli);
	if (err == ERR_GONE)
		return cli_fail(cli, "mail %llu is over, and what it said is forgotten: have it made anew",
		                (unsigned long long)id);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

struct test_body {
	struct cli *cli;
	struct mailer mailer;
	uint64_t id;
};

static int test_body(struct txn *txn, void *arg)
{
	struct test_body *body = arg;
	struct mail_order order = { .template = STR("test"), .to = body->cli->arguments[0] };

	return mail_queue(body->cli->arena, txn, &body->mailer, &order, &body->id);
}

int command_mail_test(struct cli *cli)
{
	struct test_body body = { .cli = cli };
	int err;

	if (!mail_is_on(cli->config))
		return cli_fail(cli, "mail.relay is not set: this node sends no mail");
	err = cli_mailer(cli, &body.mailer);
	if (err == OK)
		err = cli_write(cli, test_body, &body);
	if (err == ERR_INVALID)
		return cli_usage(cli, "no address that mail can be sent to: %.*s", STR_ARG(cli->arguments[0]));
	if (err == ERR_LIMIT)
		return cli_fail(cli, "%d mails went to this address within an hour", MAILS_AN_HOUR);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%llu\n", (unsigned long long)body.id);
	return STATUS_DONE;
}
