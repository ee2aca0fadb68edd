/*
 * Commands about the texts of the node: text set, text show, text remove.
 */
#include "node/cli/commands.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/texts.h"

struct text_body {
	struct str name;
	struct node_text text;
};

/* The name, and for terms the day: today unless --from says another. */
static int read_name(struct cli *cli, struct text_body *body)
{
	struct str from = cli_option(cli, "from");

	body->name = cli->arguments[0];
	if (!texts_is_name(body->name))
		return cli_usage(cli, "NAME is about, privacy or terms");
	if (!str_eq(body->name, STR("terms")))
		return from.p ? cli_usage(cli, "only terms hold from a day on") : STATUS_DONE;
	body->text.day_ms = clock_now_ms();
	if (from.p && !date_parse_iso(from, &body->text.day_ms))
		return cli_usage(cli, "a day is written 2026-12-31");
	body->text.day_ms = body->text.day_ms / DAY_MS * DAY_MS;
	return STATUS_DONE;
}

static int set_write(struct txn *txn, void *arg)
{
	const struct text_body *body = arg;

	return texts_put(txn, body->name, &body->text);
}

int command_text_set(struct cli *cli)
{
	struct text_body body = { 0 };
	int err, status = read_name(cli, &body);

	if (status != STATUS_DONE)
		return status;
	if (base64_decode(cli->arena, cli->input, &body.text.content) != OK || !utf8_valid(body.text.content) ||
	    !str_trim(body.text.content).n)
		return cli_fail(cli, "%.*s holds no text (UTF-8)", STR_ARG(cli->arguments[1]));
	err = cli_write(cli, set_write, &body);
	if (err == ERR_LIMIT)
		return cli_fail(cli, "a text has at most %d KiB, and there are at most %d terms", NODE_TEXT_BYTES_MAX / 1024,
		                NODE_TERMS_MAX);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s is set\n", STR_ARG(body.name));
	return STATUS_DONE;
}

/* Terms of several days stand one behind the other, each below its day. */
static int show(struct cli *cli, struct view *view, struct text_body *body)
{
	struct node_text *terms;
	size_t count = 0;
	int err = OK;

	if (!str_eq(body->name, STR("terms"))) {
		err = texts_get(cli->arena, view, body->name, 0, &body->text);
		if (err == OK)
			buf_printf(&cli->out, "%.*s\n", STR_ARG(str_trim(body->text.content)));
		return err;
	}
	err = texts_terms(cli->arena, view, &terms, &count);
	for (size_t i = 0; err == OK && i < count; i++) {
		char date[DATE_ISO_BYTES];

		date_iso(terms[i].day_ms, date);
		buf_printf(&cli->out, "from %.10s:\n%.*s\n", date, STR_ARG(str_trim(terms[i].content)));
	}
	return err == OK && count == 0 ? ERR_NOT_FOUND : err;
}

static int missing(struct cli *cli, const struct text_body *body)
{
	char date[DATE_ISO_BYTES];

	date_iso(body->text.day_ms, date);
	if (strcmp(cli->command->words, "text remove") == 0 && str_eq(body->name, STR("terms")))
		return cli_fail(cli, "no text \"terms\" holds from %.10s on; --from names the day, as text show prints it", date);
	return cli_fail(cli, "no text \"%.*s\" was set", STR_ARG(body->name));
}

int command_text_show(struct cli *cli)
{
	struct text_body body = { 0 };
	struct view *view;
	int err, status = read_name(cli, &body);

	if (status != STATUS_DONE)
		return status;
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = show(cli, view, &body);
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return missing(cli, &body);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

static int remove_write(struct txn *txn, void *arg)
{
	const struct text_body *body = arg;

	return texts_delete(txn, body->name, body->text.day_ms);
}

int command_text_remove(struct cli *cli)
{
	struct text_body body = { 0 };
	int err, status = read_name(cli, &body);

	if (status != STATUS_DONE)
		return status;
	err = cli_write(cli, remove_write, &body);
	if (err == ERR_NOT_FOUND)
		return missing(cli, &body);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%.*s: removed\n", STR_ARG(body.name));
	return STATUS_DONE;
}
