/*
 * Commands about reports: report list, show, close.
 */
#include "federation/sanitize.h"
#include "node/cli/commands.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/house_rules.h"
#include "storage/posts.h"
#include "storage/reports.h"

/* The handle of an account; "-" when it is not known any more. */
static struct str handle(struct cli *cli, struct view *view, uint64_t account_id)
{
	struct account account;

	if (accounts_get(cli->arena, view, account_id, &account) != OK)
		return STR("-");
	return cli_line(cli, accounts_acct(cli->arena, &account));
}

static void print_report(struct cli *cli, struct view *view, const struct report *report)
{
	char date[DATE_ISO_BYTES];

	date_iso_seconds(report->created_ms, date);
	buf_printf(&cli->out, "%llu\t%s\t%s\t%.*s\tby %.*s\t%.*s\t%zu posts\t%.*s\n", (unsigned long long)report->id,
	           date, report->closed_ms ? "closed" : "open", STR_ARG(handle(cli, view, report->target_id)),
	           STR_ARG(handle(cli, view, report->reporter_id)), STR_ARG(report->category), report->post_ids.count,
	           STR_ARG(cli_line(cli, report->comment)));
}

int command_report_list(struct cli *cli)
{
	struct report *reports;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = reports_list(cli->arena, view, cli_option(cli, "all").p, REPORTS_MAX, &reports, &count);
	for (size_t i = 0; err == OK && i < count; i++)
		print_report(cli, view, &reports[i]);
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* --- report show ------------------------------------------------------------------------------------------------ */

/* Paragraphs as lines, without markup. */
static struct str text_of(struct cli *cli, const struct post *post)
{
	return cli_line(cli, post->source.n ? post->source : sanitize_plain_text(cli->arena, post->content));
}

static void print_post(struct cli *cli, struct view *view, uint64_t post_id)
{
	struct post post;

	if (posts_get(cli->arena, view, post_id, &post) != OK) {
		buf_printf(&cli->out, "post: %llu, gone by now\n", (unsigned long long)post_id);
		return;
	}
	buf_printf(&cli->out, "post: %.*s\n      %.*s\n", STR_ARG(cli_line(cli, post.uri)),
	           STR_ARG(text_of(cli, &post)));
}

static void print_rule(struct cli *cli, struct view *view, uint64_t rule_id)
{
	struct house_rule rule;

	if (house_rules_get(cli->arena, view, rule_id, &rule) == OK)
		buf_printf(&cli->out, "rule: %.*s%s\n", STR_ARG(cli_line(cli, rule.text)),
		           rule.place ? "" : " (holds no longer)");
	else
		buf_printf(&cli->out, "rule: %llu, gone by now\n", (unsigned long long)rule_id);
}

static void print_whole(struct cli *cli, struct view *view, const struct report *report)
{
	char date[DATE_ISO_BYTES];

	date_iso_seconds(report->created_ms, date);
	buf_printf(&cli->out, "report: %llu\nmade: %s\n", (unsigned long long)report->id, date);
	if (report->closed_ms) {
		date_iso_seconds(report->closed_ms, date);
		buf_printf(&cli->out, "closed: %s\n", date);
	}
	buf_printf(&cli->out, "about: %.*s\nby: %.*s\ncategory: %.*s\nforwarded: %s\ncomment: %.*s\n",
	           STR_ARG(handle(cli, view, report->target_id)), STR_ARG(handle(cli, view, report->reporter_id)),
	           STR_ARG(report->category), report->forwarded ? "yes" : "no",
	           STR_ARG(cli_line(cli, report->comment)));
	for (size_t i = 0; i < report->rule_ids.count; i++)
		print_rule(cli, view, report->rule_ids.ids[i]);
	for (size_t i = 0; i < report->post_ids.count; i++)
		print_post(cli, view, report->post_ids.ids[i]);
}

int command_report_show(struct cli *cli)
{
	struct report report;
	struct view *view;
	uint64_t id;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = str_to_u64(cli->arguments[0], &id) ? reports_get(cli->arena, view, id, &report) : ERR_NOT_FOUND;
	if (err == OK)
		print_whole(cli, view, &report);
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such report: %.*s", STR_ARG(cli->arguments[0]));
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* --- report close ----------------------------------------------------------------------------------------------- */

struct close_body {
	struct arena *arena;
	uint64_t id;
};

static int close_write(struct txn *txn, void *arg)
{
	struct close_body *body = arg;

	return reports_close(body->arena, txn, body->id, 0);
}

int command_report_close(struct cli *cli)
{
	struct close_body body = { .arena = cli->arena };
	int err = str_to_u64(cli->arguments[0], &body.id) ? cli_write(cli, close_write, &body) : ERR_NOT_FOUND;

	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such report: %.*s", STR_ARG(cli->arguments[0]));
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "report %llu is closed; it is forgotten after %d days\n", (unsigned long long)body.id,
	           REPORT_CLOSED_DAYS);
	return STATUS_DONE;
}
