/*
 * Commands about roles: role grant, revoke, list, actions.
 */
#include "node/permission.h"
#include "node/accounts/roles.h"
#include "node/cli/commands.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/users.h"

enum { LIST_PAGE = 200 };

struct role_body {
	struct arena *arena;
	struct str name;
	uint8_t role;
	bool grant;
};

static int role_write(struct txn *txn, void *arg)
{
	const struct role_body *body = arg;
	struct account account;
	int r = accounts_of_name(body->arena, txn_view(txn), body->name, STR_NONE, &account);

	if (r != OK)
		return r;
	return body->grant ? roles_grant(body->arena, txn, 0, account.id, body->role)
	                   : roles_revoke(body->arena, txn, 0, account.id, body->role);
}

static int change(struct cli *cli, bool grant)
{
	struct role_body body = { .arena = cli->arena, .name = cli->arguments[0], .grant = grant };
	int r;

	if (role_parse(cli->arguments[1], &body.role) != OK || !body.role)
		return cli_usage(cli, "ROLE is one of " ROLE_WORDS);
	if (str_starts(body.name, STR("@")))
		body.name = str_sub(body.name, 1, SIZE_MAX);
	r = cli_write(cli, role_write, &body);
	if (r == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(body.name));
	if (r == ERR_DENIED)
		return cli_fail(cli, "%.*s is the only administrator: somebody else must be one first", STR_ARG(body.name));
	if (r != OK)
		return cli_fail(cli, "%s", err_name(r));
	buf_printf(&cli->out, "%.*s is %s%s\n", STR_ARG(body.name), grant ? "" : "no longer ", role_name(body.role));
	return STATUS_DONE;
}

int command_role_grant(struct cli *cli)
{
	return change(cli, true);
}

int command_role_revoke(struct cli *cli)
{
	return change(cli, false);
}

/* --- role list -------------------------------------------------------------------------------------------------- */

static int print_holders(struct cli *cli, struct view *view)
{
	uint64_t after = 0;

	for (;;) {
		struct account account;
		struct user *users;
		size_t count;
		int r = users_each(cli->arena, view, after, LIST_PAGE, &users, &count);

		if (r != OK || !count)
			return r;
		for (size_t i = 0; i < count; i++)
			if (users[i].roles && accounts_get(cli->arena, view, users[i].account_id, &account) == OK)
				buf_printf(&cli->out, "%.*s\t%.*s%s\n", STR_ARG(account.username),
				           STR_ARG(roles_render(cli->arena, users[i].roles)), users[i].disabled ? "\tdisabled" : "");
		after = users[count - 1].account_id;
	}
}

/* deploy/role-table makes the page of the docs of it. */
int command_role_actions(struct cli *cli)
{
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
		enum staff_action action = (enum staff_action)i;

		buf_printf(&cli->out, "%s\t%.*s\t%s\n", action_name(action), STR_ARG(roles_render(cli->arena, action_roles(action))),
		           action_text(action));
	}
	return STATUS_DONE;
}

int command_role_list(struct cli *cli)
{
	struct view *view;
	int r = view_begin(cli->store, &view);

	if (r == OK) {
		r = print_holders(cli, view);
		view_end(view);
	}
	return r == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(r));
}
