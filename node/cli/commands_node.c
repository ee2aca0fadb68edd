/*
 * Commands about the node itself: init, serve, config …, status, jobs, check, routes, version.
 */
#include <stdio.h>
#include <unistd.h>

#include "node/api/routes.h"
#include "node/cli/commands.h"
#include "node/cli/peer_view.h"
#include "node/config.h"
#include "node/folder.h"
#include "node/jobs.h"
#include "node/node.h"
#include "node/search/indexer.h"
#include "node/rooms.h"
#include "node/serve.h"
#include "node/version.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/blobs.h"
#include "storage/jobs.h"
#include "storage/mails.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/media.h"
#include "storage/refusals.h"
#include "storage/posts.h"
#include "storage/settings.h"
#include "storage/users.h"

int command_init(struct cli *cli)
{
	struct folder_plan plan = {
		.path = cli_option(cli, "data"), .domain = cli_option(cli, "domain"), .url = cli_option(cli, "url"),
		.listen = cli_option(cli, "listen"), .title = cli_option(cli, "title"),
	};
	struct str error = STR_NONE;
	int err = folder_create(cli->arena, &plan, &error);

	if (err == ERR_INVALID && error.n)
		return cli_usage(cli, "%.*s", STR_ARG(error));
	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(error.n ? error : str_of(err_name(err))));
	buf_printf(&cli->out, "made %.*s; next: rse-node user add NAME --data %.*s --email ADDR --role admin\n",
	           STR_ARG(plan.path), STR_ARG(plan.path));
	return STATUS_DONE;
}

int command_serve(struct cli *cli)
{
	struct str error = STR_NONE;
	int err = node_serve(cli->arena, cli_option(cli, "data"), &error);

	return err == OK ? STATUS_DONE : cli_fail(cli, "%.*s", STR_ARG(error.n ? error : str_of(err_name(err))));
}

int command_version(struct cli *cli)
{
	buf_printf(&cli->out, "%s %s\n", SOFTWARE_NAME, SOFTWARE_VERSION);
	return STATUS_DONE;
}

int command_routes(struct cli *cli)
{
	bool only_open = cli_option(cli, "open").p != NULL;

	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &routes[i];

		if (only_open && route->access != ACCESS_OPEN)
			continue;
		buf_printf(&cli->out, "%-7s %-48s %-7s %-17s %-28s  %s\n", route->method, route->path,
		           access_name(route->access), action_name(route->action), route->scopes ? scope_render(cli->arena, route->scopes).p : "-", route->summary);
	}
	return STATUS_DONE;
}

/* --- config ----------------------------------------------------------------------------------------------------- */

static const char *config_file(struct cli *cli)
{
	return arena_printf(cli->arena, "%.*s/rse-node.yaml", STR_ARG(cli->data)).p;
}

/* Inside the serving node the words' --data may be relative to the client's folder, so the node's own path holds. */
static const char *config_file_here(struct cli *cli)
{
	return cli->node ? cli->node->config_file : config_file(cli);
}

int command_config(struct cli *cli)
{
	struct str text = STR_NONE, error = STR_NONE;
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = cli_option(cli, "explain").p
		? config_explain(cli->arena, config_file_here(cli), view, &text, &error)
		: config_print(cli->arena, config_file_here(cli), view, &text, &error);
	view_end(view);
	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(error));
	buf_add(&cli->out, text);
	return STATUS_DONE;
}

int command_config_get(struct cli *cli)
{
	struct str value = STR_NONE, error = STR_NONE;
	enum config_source source;
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = config_get(cli->arena, config_file_here(cli), view, cli->arguments[0], &value, &source, &error);
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return cli_usage(cli, "%.*s", STR_ARG(error));
	if (err != OK)
		return cli_fail(cli, "%.*s", STR_ARG(error));
	buf_printf(&cli->out, "%.*s\n", STR_ARG(value));
	return STATUS_DONE;
}

struct setting_body {
	struct str key, value;
};

static int setting_write(struct txn *txn, void *arg)
{
	const struct setting_body *body = arg;

	return body->value.p ? settings_put(txn, body->key, body->value) : settings_delete(txn, body->key);
}

int command_config_set(struct cli *cli)
{
	struct setting_body body = { cli->arguments[0], cli->argument_count > 1 ? cli->arguments[1] : STR_NONE };
	struct str error = STR_NONE;
	int err = config_check(cli->arena, body.key, body.value, &error);

	/* Without a value only the key must be one that may be changed. */
	if (err != OK && (body.value.p || err != ERR_INVALID))
		return cli_usage(cli, "%.*s", STR_ARG(error));
	err = cli_write(cli, setting_write, &body);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, body.value.p ? "%.*s is set" : "%.*s is as in the file, or as it comes", STR_ARG(body.key));
	buf_add(&cli->out, cli->node && !config_is_live(body.key) ? STR("; it takes effect at the next start\n") : STR("\n"));
	return STATUS_DONE;
}

/* --- status, jobs, check ---------------------------------------------------------------------------------------- */

static int status_counts(struct cli *cli, struct view *view)
{
	static const struct { const char *name; enum space space; } rows[] = {
		{ "people", SPACE_USER }, { "accounts", SPACE_ACCOUNT }, { "posts", SPACE_POST }, { "follows", SPACE_FOLLOW },
		{ "deliveries waiting", SPACE_DELIVERY }, { "jobs waiting", SPACE_JOB }, { "refusals noted", SPACE_REFUSED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t count;
		int err = view_count(view, rows[i].space, &count);

		if (err != OK)
			return err;
		buf_printf(&cli->out, "%s: %llu\n", rows[i].name, (unsigned long long)count);
	}
	return OK;
}

static int status_refusals(struct cli *cli, struct view *view)
{
	struct refusal *refusals;
	size_t count = 0;
	int err = refusals_page(cli->arena, view, STR_NONE, 5, &refusals, &count);

	for (size_t i = 0; err == OK && i < count; i++) {
		char date[DATE_ISO_BYTES];

		date_iso_seconds(refusals[i].last_ms, date);
		buf_printf(&cli->out, "refused: %s %.*s %.*s: %.*s\n", date, STR_ARG(refusals[i].origin),
		           STR_ARG(refusals[i].reason), STR_ARG(refusals[i].detail));
	}
	return err;
}

enum { MAILS_COUNTED_MAX = 1000 };

/* Of the newest ones: what waits, and what was refused. Nothing when none is. */
static int status_mails(struct cli *cli, struct view *view)
{
	const uint8_t states[] = { MAIL_WAITING, MAIL_BOUNCED, MAIL_GIVEN_UP };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct mail *mails;
		size_t count;
		int err = mails_list(cli->arena, view, 0, states[i], MAILS_COUNTED_MAX, &mails, &count);

		if (err != OK)
			return err;
		if (count)
			buf_printf(&cli->out, "mails %s: %s%zu\t%.*s\n", mail_state_name(states[i]),
			           count == MAILS_COUNTED_MAX ? "at least " : "", count, STR_ARG(mails[0].answer));
	}
	return OK;
}

int command_status(struct cli *cli)
{
	struct engine_usage usage = { 0 };
	struct engine *engine = store_engine(cli->store);
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%s %s\ndomain: %.*s\nurl: %.*s\nserving: %s\n", SOFTWARE_NAME, SOFTWARE_VERSION,
	           STR_ARG(cli->instance->domain), STR_ARG(cli->instance->url), cli->node ? "yes" : "no");
	if (cli->node)
		buf_printf(&cli->out, "up for: %lld s\n", (long long)((clock_now_ms() - cli->node->started_ms) / SECOND_MS));
	err = status_counts(cli, view);
	if (err == OK)
		err = peer_view_waiting(cli, view);
	if (err == OK)
		err = status_mails(cli, view);
	if (err == OK)
		err = status_refusals(cli, view);
	view_end(view);
	if (err == OK)
		err = engine->ops->usage(engine, &usage);
	buf_printf(&cli->out, "store: %llu KiB\n", (unsigned long long)(usage.bytes_used / 1024));
	if (err == OK && cli->node)
		node_status(cli->node, &cli->out);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

enum { JOBS_SHOWN_MAX = 200 };

static int print_job_kinds(struct cli *cli)
{
	for (size_t i = 0; i < job_row_count; i++)
		buf_printf(&cli->out, "%s\t%s\n", job_rows[i].kind, job_rows[i].summary);
	return STATUS_DONE;
}

int command_jobs(struct cli *cli)
{
	struct job *jobs;
	struct view *view;
	size_t count = 0;
	int err;

	if (cli_option(cli, "kinds").p)
		return print_job_kinds(cli);
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = jobs_page(cli->arena, view, JOBS_SHOWN_MAX, &jobs, &count);
	for (size_t i = 0; err == OK && i < count; i++) {
		char due[DATE_ISO_BYTES];

		date_iso_seconds(jobs[i].due_ms, due);
		buf_printf(&cli->out, "%s\t%.*s\t%llu\ttries %llu%s\n", due, STR_ARG(jobs[i].kind),
		           (unsigned long long)jobs[i].subject, (unsigned long long)jobs[i].tries,
		           jobs[i].lease ? "\trunning" : "");
	}
	if (err == OK)
		err = peer_view_waiting(cli, view);
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

static void check_report(void *context, const char *sentence)
{
	struct cli *cli = context;

	buf_printf(&cli->out, "%s\n", sentence);
}

struct file_check {
	struct cli *cli;
	struct blobs *blobs;
	uint64_t findings;
};

static void check_file(void *context, struct str sha256, uint64_t id)
{
	struct file_check *check = context;

	if (blobs_has(check->blobs, sha256))
		return;
	check->findings++;
	buf_printf(&check->cli->out, "media %llu: its file %.*s is not there, or empty\n", (unsigned long long)id,
	           STR_ARG(hex_encode(check->cli->arena, sha256)));
}

/* That every file that a record names lies beside the store. */
static int check_files(struct cli *cli, struct view *view, uint64_t *findings)
{
	struct file_check check = { .cli = cli, .blobs = cli->node ? cli->node->blobs : NULL };
	int err = check.blobs ? OK : blobs_open(arena_cstr(cli->arena, cli->data), false, &check.blobs);

	if (err == OK)
		err = media_each_blob(view, check_file, &check);
	if (!cli->node)
		blobs_close(check.blobs);
	*findings += check.findings;
	return err;
}

int command_check(struct cli *cli)
{
	uint64_t findings = 0;
	struct view *view;
	int err = view_begin(cli->store, &view);

	if (err == OK) {
		err = maintain_check(view, check_report, cli, &findings);
		if (err == OK)
			err = check_files(cli, view, &findings);
		view_end(view);
	}
	if (err != OK)
		return cli_fail(cli, "the check did not end: %s", err_name(err));
	if (findings)
		return cli_fail(cli, "%llu findings", (unsigned long long)findings);
	buf_add(&cli->out, STR("clean\n"));
	return STATUS_DONE;
}

/* In the serving node its thread does it, while people search; here it is done when we return. */
int command_reindex(struct cli *cli)
{
	struct indexer *indexer;
	int err;

	if (cli->node && !cli->node->indexer)
		return cli_fail(cli, "the node serves without search; its log says why");
	if (cli->node) {
		indexer_ask_rebuild(cli->node->indexer);
		buf_add(&cli->out, STR("begun; the node builds it while it serves, the newest posts first\n"));
		return STATUS_DONE;
	}
	err = indexer_new(cli->store, NULL, cli->data, &indexer);
	if (err == OK) {
		err = indexer_run_whole(indexer);
		indexer_free(indexer);
	}
	if (err != OK)
		return cli_fail(cli, "the search file was not built: %s", err_name(err));
	buf_add(&cli->out, STR("built\n"));
	return STATUS_DONE;
}
