/*
 * Commands about people who have other addresses: user alias, user move, user unmove. Thin: the rules are
 * federation/on_move.h's.
 */
#include "federation/actor.h"
#include "federation/compose.h"
#include "federation/on_move.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "node/cli/commands.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

struct move_body {
	struct arena *arena;
	uint64_t account_id, target_id;
	struct str uri;
	bool add;
};

static bool is_address(struct str text)
{
	return str_find(text, STR("://")) != SIZE_MAX;
}

/* Somebody of this node or another, as far as known here. */
static int find_known(struct cli *cli, struct str text, struct account *ret_account)
{
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return err;
	err = is_address(text) ? accounts_by_uri(cli->arena, view, text, ret_account)
	                       : accounts_by_acct(cli->arena, view, text, ret_account);
	view_end(view);
	return err == OK && ret_account->deleted ? ERR_GONE : err;
}

/* The person whom the command is about. */
static int person_argument(struct cli *cli, struct account *ret_account)
{
	int err = find_known(cli, cli->arguments[0], ret_account);

	if (err == OK && ret_account->host.n)
		err = ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND || err == ERR_GONE)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(cli->arguments[0]));
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* Asks the node of an account of another node, and keeps what it says. */
static int ask(struct cli *cli, struct str text, struct account *ret_account)
{
	const struct federation *federation = &cli->node->federation;
	struct resolved found = { 0 };
	uint64_t account_id, post_id;
	int err = is_address(text) ? resolve_actor(federation, cli->arena, cli->store, text, &found)
	                           : resolve_acct(federation, cli->arena, cli->store, text, &found);

	if (err == OK)
		err = compose_keep(cli->arena, cli->store, cli->writer, &found, &account_id, &post_id);
	return err == OK ? find_known(cli, found.account->uri, ret_account) : err;
}

/* "name@host", with or without what stands before it; or an address. */
static bool is_handle_or_address(struct cli *cli, struct str text)
{
	struct str host, name;
	struct url url;

	if (is_address(text))
		return url_parse(cli->arena, text, &url) == OK;
	if (str_starts(text, STR("acct:")))
		text = str_sub(text, 5, SIZE_MAX);
	if (str_starts(text, STR("@")))
		text = str_sub(text, 1, SIZE_MAX);
	name = str_cut(&text, '@');
	return name.n && url_host_parse(cli->arena, text, &host) == OK;
}

/* The other account; `anew`: as its own node says now. */
static int other_argument(struct cli *cli, struct str text, bool anew, struct account *ret_account)
{
	int err = find_known(cli, text, ret_account);

	if (err == OK && (!anew || !ret_account->host.n))
		return STATUS_DONE;
	if (err != OK && !is_handle_or_address(cli, text))
		return cli_usage(cli, "%.*s is no handle, such as ana@b.example, and no address, such as https://b.example/u/1",
		                 STR_ARG(text));
	if (!cli->node)
		return cli_fail(cli, "the node must be serving, to ask for %.*s", STR_ARG(text));
	err = ask(cli, text, ret_account);
	if (err == OK)
		return STATUS_DONE;
	if (err == ERR_DENIED)
		return cli_fail(cli, "%.*s could not be asked for: its node must be a peer (rse-node peer add), and no rule may "
		                     "keep it out", STR_ARG(text));
	if (err == ERR_NOT_FOUND || err == ERR_GONE)
		return cli_fail(cli, "there is no account %.*s", STR_ARG(text));
	return cli_fail(cli, "%.*s could not be asked for: %s", STR_ARG(text), err_name(err));
}

/* --- aliases ---------------------------------------------------------------------------------------------------- */

/* "name@host", of ours too. */
static struct str full_handle(struct cli *cli, const struct account *account)
{
	struct str host = account->host.n ? account->host : cli->instance->domain;

	return arena_printf(cli->arena, "%.*s@%.*s", STR_ARG(account->username), STR_ARG(host));
}

static int alias_list(struct cli *cli, const struct account *account)
{
	for (size_t i = 0; i < account->also_known_as.count; i++) {
		struct str uri = account->also_known_as.items[i];
		struct account other;

		buf_add(&cli->out, uri);
		if (find_known(cli, uri, &other) == OK)
			buf_printf(&cli->out, "\t%.*s", STR_ARG(full_handle(cli, &other)));
		buf_add_char(&cli->out, '\n');
	}
	return STATUS_DONE;
}

static int alias_write(struct txn *txn, void *arg)
{
	struct move_body *body = arg;

	return act_alias(body->arena, txn, body->account_id, body->uri, body->add);
}

static int alias_change(struct cli *cli, struct move_body *body)
{
	struct str text = cli->arguments[2];
	struct account other = { 0 };
	int err, status;

	body->uri = text;
	if (!is_address(text)) {
		status = other_argument(cli, text, false, &other);
		if (status != STATUS_DONE)
			return status;
		body->uri = other.uri;
	}
	err = cli_write(cli, alias_write, body);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "%.*s is no alias", STR_ARG(text));
	if (err == ERR_INVALID)
		return cli_fail(cli, "%.*s cannot be an alias", STR_ARG(text));
	if (err == ERR_LIMIT)
		return cli_fail(cli, "there are %d aliases already", ACTOR_ALIASES_MAX);
	if (err != OK && err != ERR_EXISTS)   /* the latter is as it is wanted */
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s is %s alias\n", STR_ARG(text), body->add ? "an" : "no");
	return STATUS_DONE;
}

int command_user_alias(struct cli *cli)
{
	struct str action = cli->arguments[1];
	struct account account = { 0 };
	struct move_body body = { .arena = cli->arena, .add = str_eq(action, STR("add")) };
	bool lists = str_eq(action, STR("list"));
	int status = person_argument(cli, &account);

	if (status != STATUS_DONE)
		return status;
	if (!lists && !body.add && !str_eq(action, STR("remove")))
		return cli_usage(cli, "ACTION is add, remove or list");
	if (lists == (cli->argument_count > 2))
		return cli_usage(cli, lists ? "list takes no more words" : "whom? a handle or an address is needed");
	body.account_id = account.id;
	return lists ? alias_list(cli, &account) : alias_change(cli, &body);
}

/* --- moves ------------------------------------------------------------------------------------------------------ */

static int move_write(struct txn *txn, void *arg)
{
	struct move_body *body = arg;

	return act_move(body->arena, txn, body->account_id, body->target_id);
}

/* Says why not, before anything is tried. */
static int check_move(struct cli *cli, const struct account *account, const struct account *target)
{
	const char *obstacle = move_obstacle(account, target, clock_now_ms());
	char date[DATE_ISO_BYTES];

	if (!obstacle)
		return STATUS_DONE;
	if (!move_rests(account, clock_now_ms()))
		return cli_fail(cli, "%s", obstacle);
	date_iso_seconds(account->moved_ms, date);
	return cli_fail(cli, "%s (last move: %s)", obstacle, date);
}

int command_user_move(struct cli *cli)
{
	struct account account = { 0 }, target = { 0 };
	struct move_body body = { .arena = cli->arena };
	int err, status = person_argument(cli, &account);

	if (status == STATUS_DONE)
		status = other_argument(cli, cli->arguments[1], true, &target);
	if (status == STATUS_DONE)
		status = check_move(cli, &account, &target);
	if (status != STATUS_DONE)
		return status;
	body.account_id = account.id;
	body.target_id = target.id;
	err = cli_write(cli, move_write, &body);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s has moved to %.*s; followers are told\n", STR_ARG(account.username),
	           STR_ARG(target.uri));
	return STATUS_DONE;
}

static int unmove_write(struct txn *txn, void *arg)
{
	struct move_body *body = arg;

	return act_unmove(body->arena, txn, body->account_id);
}

int command_user_unmove(struct cli *cli)
{
	struct account account = { 0 };
	struct move_body body = { .arena = cli->arena };
	int err, status = person_argument(cli, &account);

	if (status != STATUS_DONE)
		return status;
	body.account_id = account.id;
	err = cli_write(cli, unmove_write, &body);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "%.*s has not moved", STR_ARG(account.username));
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s is here again and can be followed; siblings are told\n", STR_ARG(account.username));
	return STATUS_DONE;
}
