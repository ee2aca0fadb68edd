/*
 * Commands about the company's directory. Thin: rules live in accounts/directory_plan.h and directory_sync.h.
 */
#include <stdatomic.h>

#include "node/accounts/directory_sync.h"
#include "node/cli/commands.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/directory_links.h"
#include "storage/users.h"

static struct directory_sync sync_of(const struct cli *cli)
{
	return (struct directory_sync){
		.store = cli->store, .writer = cli->writer, .instance = cli->instance,
		.config = cli->node ? atomic_load(&cli->node->config) : cli->config,
	};
}

/* --- the plan ----------------------------------------------------------------------------------------------------- */

static void print_step(struct cli *cli, const struct directory_step *step)
{
	struct str name = cli_line(cli, step->name);

	buf_printf(&cli->out, "%s\t%.*s", directory_act_name(step->act), STR_ARG(name));
	if (step->act == DIRECTORY_MAKE || step->act == DIRECTORY_CONFLICT)
		buf_printf(&cli->out, "\t%.*s", STR_ARG(cli_line(cli, step->entry ? step->entry->dn : STR_NONE)));
	if (step->why.n)
		buf_printf(&cli->out, "\t%.*s", STR_ARG(cli_line(cli, step->why)));
	for (size_t i = 0; i < step->difference_count; i++) {
		const struct directory_difference *difference = &step->differences[i];

		buf_printf(&cli->out, "\t%s: \"%.*s\" -> \"%.*s\"", difference->field, STR_ARG(cli_line(cli, difference->before)),
		           STR_ARG(cli_line(cli, difference->after)));
	}
	buf_add_char(&cli->out, '\n');
}

int command_directory_preview(struct cli *cli)
{
	struct directory_sync sync = sync_of(cli);
	const struct directory_plan *plan = &sync.plan;
	int err = directory_sync_preview(cli->arena, &sync);

	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(sync.why.n ? sync.why : str_of(err_name(err))));
	for (size_t i = 0; i < plan->count; i++)
		print_step(cli, &plan->steps[i]);
	buf_printf(&cli->out, "%zu would be made, %zu changed, %zu disabled, %zu enabled; %zu conflicts\n",
	           plan->counts[DIRECTORY_MAKE], plan->counts[DIRECTORY_CHANGE], plan->counts[DIRECTORY_DISABLE],
	           plan->counts[DIRECTORY_ENABLE], plan->counts[DIRECTORY_CONFLICT]);
	if (plan->counts[DIRECTORY_DISABLE] > plan->disable_limit)
		buf_printf(&cli->out, "more than %zu of %zu accounts would be disabled: sync does that only with "
		           "--confirm-disable %zu\n", plan->disable_limit, plan->accounts, plan->counts[DIRECTORY_DISABLE]);
	return STATUS_DONE;
}

static void print_run(struct cli *cli, const struct directory_run *run)
{
	buf_printf(&cli->out, "%llu made, %llu changed, %llu disabled, %llu enabled; %llu conflicts\n",
	           (unsigned long long)run->made, (unsigned long long)run->changed, (unsigned long long)run->disabled,
	           (unsigned long long)run->enabled, (unsigned long long)run->conflicts);
}

int command_directory_sync(struct cli *cli)
{
	struct directory_sync sync = sync_of(cli);
	struct str number = cli_option(cli, "confirm-disable");
	uint64_t confirmed = 0;
	int err;

	if (number.p && !str_to_u64(number, &confirmed))
		return cli_usage(cli, "--confirm-disable takes the number that the preview said");
	sync.confirmed = number.p != NULL;
	sync.confirmed_disable = (size_t)confirmed;
	err = directory_sync_run(cli->arena, &sync);
	for (size_t i = 0; err == OK && i < sync.plan.count; i++)
		if (sync.plan.steps[i].act == DIRECTORY_CONFLICT)
			print_step(cli, &sync.plan.steps[i]);
	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(sync.why.n ? sync.why : str_of(err_name(err))));
	print_run(cli, &sync.run);
	return STATUS_DONE;
}

/* --- one person of it ---------------------------------------------------------------------------------------------- */

/* The entry of a name; a connection of its own. */
static int find_entry(struct cli *cli, struct directory_sync *sync, struct str name, struct directory_entry *ret_entry)
{
	struct directory *directory;
	int err = directory_settings_read(cli->arena, sync->config, &sync->settings, &sync->why);

	if (err == OK)
		err = directory_open(cli->arena, &sync->settings, true, &directory, &sync->why);
	return err == OK ? directory_find(directory, cli->arena, name, ret_entry, &sync->why) : err;
}

static void print_field(struct cli *cli, const char *name, struct str value)
{
	if (value.n)
		buf_printf(&cli->out, "%s\t%.*s\n", name, STR_ARG(cli_line(cli, value)));
}

static int print_entry(struct cli *cli, struct directory_sync *sync)
{
	struct directory_entry entry;
	int err = find_entry(cli, sync, cli->arguments[0], &entry);

	if (err != OK)
		return err;
	print_field(cli, "dn", entry.dn);
	print_field(cli, "id", entry.id);
	print_field(cli, "login", entry.login);
	print_field(cli, "mail", entry.mail);
	print_field(cli, "display name", entry.display_name);
	print_field(cli, "department", entry.department);
	print_field(cli, "job title", entry.job_title);
	if (entry.roles)
		print_field(cli, "roles", roles_render(cli->arena, entry.roles));
	print_field(cli, "disabled", entry.disabled ? STR("yes") : STR_NONE);
	return OK;
}

int command_directory_test(struct cli *cli)
{
	struct directory_sync sync = sync_of(cli);
	bool encrypted;
	int err;

	if (cli->argument_count) {
		err = print_entry(cli, &sync);
		return err == OK ? STATUS_DONE : cli_fail(cli, "%.*s", STR_ARG(sync.why));
	}
	err = directory_sync_preview(cli->arena, &sync);
	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(sync.why.n ? sync.why : str_of(err_name(err))));
	encrypted = sync.settings.start_tls || str_starts(sync.settings.url, STR("ldaps:"));
	print_field(cli, "directory", sync.settings.url);
	print_field(cli, "encrypted", encrypted ? STR("yes") : STR("no"));
	print_field(cli, "as", sync.settings.bind_dn.n ? sync.settings.bind_dn : STR("nobody"));
	print_field(cli, "base", sync.settings.base);
	print_field(cli, "filter", sync.settings.filter);
	buf_printf(&cli->out, "people\t%zu\n", sync.plan.entries);
	return STATUS_DONE;
}

void cli_print_directory(struct cli *cli, struct view *view, uint64_t account_id)
{
	struct directory_link link;
	struct user user;

	if (directory_links_get(cli->arena, view, account_id, &link) != OK ||
	    users_get(cli->arena, view, account_id, &user) != OK)
		return;
	print_field(cli, "directory", user.holds & HOLD_DIRECTORY ? STR("holds the account back") : STR("lets the account in"));
	print_field(cli, "directory dn", link.dn);
	print_field(cli, "directory id", link.id);
	print_field(cli, "directory login", link.login);
	print_field(cli, "directory rule", arena_printf(cli->arena, "%.*s below %.*s", STR_ARG(link.rule), STR_ARG(link.base)));
	print_field(cli, "from directory", directory_locked_names(cli->arena, link.locked));
	if (link.roles)
		print_field(cli, "roles by groups", roles_render(cli->arena, link.roles));
}

/* --- status -------------------------------------------------------------------------------------------------------- */

static int print_person(struct cli *cli, struct view *view)
{
	struct str name = cli->arguments[0];
	struct account account;
	struct directory_link link;
	int err;

	if (str_starts(name, STR("@")))
		name = str_sub(name, 1, SIZE_MAX);
	err = accounts_by_name(cli->arena, view, name, STR_NONE, &account);
	if (err == OK)
		err = directory_links_get(cli->arena, view, account.id, &link);
	if (err == OK)
		cli_print_directory(cli, view, account.id);
	return err;
}

static int print_status(struct cli *cli, struct view *view)
{
	struct directory_run run;
	char at[DATE_ISO_BYTES];
	uint64_t count;
	int err = directory_run_get(cli->arena, view, &run);

	if (err == OK)
		err = directory_links_count(view, &count);
	if (err != OK)
		return err;
	print_field(cli, "directory", cli->config->directory_url.n ? cli->config->directory_url : STR("none"));
	buf_printf(&cli->out, "linked accounts\t%llu\n", (unsigned long long)count);
	if (!run.started_ms) {
		buf_add(&cli->out, STR("last synchronisation\tnever\n"));
		return OK;
	}
	date_iso_seconds(run.started_ms, at);
	buf_printf(&cli->out, "last synchronisation\t%s\nentries\t%llu\nresult\t", at, (unsigned long long)run.entries);
	print_run(cli, &run);
	print_field(cli, "failure", run.failure);
	if (run.failure.n && run.whole_ms) {
		date_iso_seconds(run.whole_ms, at);
		buf_printf(&cli->out, "last whole one\t%s\n", at);
	}
	return OK;
}

int command_directory_status(struct cli *cli)
{
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err == OK) {
		err = cli->argument_count ? print_person(cli, view) : print_status(cli, view);
		view_end(view);
	}
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person, or not linked to the directory: %.*s", STR_ARG(cli->arguments[0]));
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* --- link ---------------------------------------------------------------------------------------------------------- */

struct link_body {
	struct cli *cli;
	const struct directory_sync *sync;
	const struct directory_entry *entry;
};

static int link_write(struct txn *txn, void *arg)
{
	const struct link_body *body = arg;
	struct str name = body->cli->arguments[0];
	struct account account;
	int err;

	if (str_starts(name, STR("@")))
		name = str_sub(name, 1, SIZE_MAX);
	err = accounts_by_name(body->cli->arena, txn_view(txn), name, STR_NONE, &account);
	return err == OK ? directory_join(body->cli->arena, txn, &body->sync->settings, 0, account.id, body->entry) : err;
}

int command_directory_link(struct cli *cli)
{
	struct directory_sync sync = sync_of(cli);
	struct directory_entry entry;
	struct link_body body = { cli, &sync, &entry };
	int err = find_entry(cli, &sync, cli->arguments[1], &entry);

	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(sync.why));
	err = cli_write(cli, link_write, &body);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(cli->arguments[0]));
	if (err == ERR_EXISTS)
		return cli_fail(cli, "the account or the entry is linked already");
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s is %.*s of the directory and signs in with the password there\n",
	           STR_ARG(cli->arguments[0]), STR_ARG(cli_line(cli, entry.dn)));
	return STATUS_DONE;
}
