/*
 * user factor list, user factor remove: for people who lost their device and their recovery codes. Removing signs them out:
 * whoever has the device may be signed in with it.
 */
#include "node/cli/commands.h"
#include "node/mail/letters.h"
#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/passkeys.h"
#include "storage/second_factors.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* The name as typed, without a leading @. */
static struct str name_argument(const struct cli *cli)
{
	struct str name = cli->arguments[0];

	return str_starts(name, STR("@")) ? str_sub(name, 1, SIZE_MAX) : name;
}

static int fail(struct cli *cli, int err)
{
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(name_argument(cli)));
	return cli_fail(cli, "%s", err_name(err));
}

static int find(struct arena *arena, struct view *view, struct str name, uint64_t *ret_account_id)
{
	struct account account;
	struct user user;
	int err = accounts_by_name(arena, view, name, STR_NONE, &account);

	if (err == OK)
		err = users_get(arena, view, account.id, &user);
	if (err == OK)
		*ret_account_id = account.id;
	return err;
}

static int print_passkeys(struct cli *cli, struct view *view, uint64_t account_id)
{
	char since[DATE_ISO_BYTES], used[DATE_ISO_BYTES] = "-";
	struct passkey *passkeys;
	size_t count;
	int err = passkeys_of(cli->arena, view, account_id, &passkeys, &count);

	for (size_t i = 0; err == OK && i < count; i++) {
		date_iso_seconds(passkeys[i].created_ms, since);
		if (passkeys[i].used_ms)
			date_iso_seconds(passkeys[i].used_ms, used);
		buf_printf(&cli->out, "passkey\t%s\t%s\t%.*s%s\n", since, passkeys[i].used_ms ? used : "-",
		           STR_ARG(passkeys[i].name), passkeys[i].suspect_ms ? "\tsuspect" : "");
	}
	return err;
}

static int print_factors(struct cli *cli, struct view *view)
{
	struct second_factor factor;
	char since[DATE_ISO_BYTES];
	uint64_t account_id;
	int err = find(cli->arena, view, name_argument(cli), &account_id);

	if (err == OK)
		err = second_factors_get(cli->arena, view, account_id, &factor);
	if (err != OK)
		return err;
	if (factor.totp_sealed.n) {
		date_iso_seconds(factor.totp_ms, since);
		buf_printf(&cli->out, "app\t%s\n", since);
	}
	err = print_passkeys(cli, view, account_id);
	if (err == OK && factor.recovery.count) {
		date_iso_seconds(factor.recovery_ms, since);
		buf_printf(&cli->out, "recovery codes\t%s\t%zu left\n", since, factor.recovery.count);
	}
	return err;
}

int command_user_factor_list(struct cli *cli)
{
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err == OK) {
		err = print_factors(cli, view);
		view_end(view);
	}
	return err == OK ? STATUS_DONE : fail(cli, err);
}

struct remove_body {
	struct arena *arena;
	struct str name;
	struct mailer mailer;
};

static int remove_write(struct txn *txn, void *arg)
{
	const struct remove_body *body = arg;
	uint64_t account_id;
	int err = find(body->arena, txn_view(txn), body->name, &account_id);

	if (err != OK)
		return err;
	err = audit_append(txn, &(struct audit_entry){ .action = "second_factor.removed", .subject_id = account_id });
	if (err == OK)
		err = second_factors_delete(txn, account_id);
	if (err == OK)
		err = tokens_delete_all(txn, account_id);
	return err == OK ? letter_second_factor(body->arena, txn, &body->mailer, account_id, false) : err;
}

int command_user_factor_remove(struct cli *cli)
{
	struct remove_body body = { .arena = cli->arena, .name = name_argument(cli) };
	int err = cli_mailer(cli, &body.mailer);

	if (err == OK)
		err = cli_write(cli, remove_write, &body);

	if (err != OK)
		return fail(cli, err);
	buf_printf(&cli->out, "%.*s has no second factor any more and is signed out everywhere\n", STR_ARG(body.name));
	return STATUS_DONE;
}
