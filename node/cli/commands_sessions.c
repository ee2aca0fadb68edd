/*
 * `user sessions`: what has access to a person's account, for whoever is asked about it. It is ended by a new password, or by
 * the person on the page.
 */
#include "node/accounts/agent.h"
#include "node/cli/commands.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keyring.h"
#include "storage/tokens.h"

/* kind, what it is, since when, day of the last use (it is kept to the hour, so a time would mislead), what it may do */
static void print_row(struct cli *cli, const char *kind, struct str name, int64_t begun_ms, int64_t used_ms,
                      struct str scopes)
{
	enum { DAY_CHARACTERS = 10 };
	char begun[DATE_ISO_BYTES], used[DATE_ISO_BYTES];

	date_iso_seconds(begun_ms, begun);
	date_iso_seconds(used_ms > begun_ms ? used_ms : begun_ms, used);
	buf_printf(&cli->out, "%s\t%.*s\t%s\t%.*s\t%.*s\n", kind, STR_ARG(name), begun, DAY_CHARACTERS, used,
	           STR_ARG(scopes));
}

static struct str agent_name(struct arena *arena, const struct session *session)
{
	struct str browser = agent_browser_name(session->browser), system = agent_system_name(session->system);

	if (!browser.n && !system.n)
		return STR("unknown browser");
	return arena_printf(arena, "%.*s%s%.*s", STR_ARG(browser), browser.n && system.n ? ", " : "", STR_ARG(system));
}

static int print_sessions(struct cli *cli, struct view *view, uint64_t account_id)
{
	struct held_session *sessions;
	size_t count;
	int err = keyring_sessions(cli->arena, view, account_id, STR_NONE, &sessions, &count);

	for (size_t i = 0; err == OK && i < count; i++)
		print_row(cli, "browser", agent_name(cli->arena, &sessions[i].session), sessions[i].session.created_ms,
		          sessions[i].session.used_ms, STR_NONE);
	return err;
}

static int print_tokens(struct cli *cli, struct view *view, uint64_t account_id)
{
	struct page page = { .limit = PAGE_LIMIT_MAX };
	struct token *tokens;
	size_t count;
	int err = keyring_tokens(cli->arena, view, account_id, &page, &tokens, &count);

	for (size_t i = 0; err == OK && i < count; i++) {
		struct app app = { .name = STR("-") };

		if (tokens[i].app_id && apps_get(cli->arena, view, tokens[i].app_id, &app) != OK)
			app.name = STR("-");
		print_row(cli, "app", app.name, tokens[i].created_ms, tokens[i].used_ms,
		          scope_render(cli->arena, tokens[i].scopes));
	}
	return err;
}

int command_user_sessions(struct cli *cli)
{
	struct account account;
	struct str name = cli->arguments[0];
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	if (str_starts(name, STR("@")))
		name = str_sub(name, 1, SIZE_MAX);
	err = accounts_by_name(cli->arena, view, name, STR_NONE, &account);
	if (err == OK)
		err = print_sessions(cli, view, account.id);
	if (err == OK)
		err = print_tokens(cli, view, account.id);
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(name));
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}
