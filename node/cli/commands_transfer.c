/*
 * Commands about what people take along and bring: data export, data import, data imports.
 */
#include "node/cli/commands.h"
#include "node/export.h"
#include "node/import.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/imports.h"

struct transfer {
	struct arena *arena;
	struct import import;
	struct str text;
};

/* NAME */
static int read_who(struct cli *cli, struct import *import)
{
	struct str name = cli->arguments[0];
	struct account account;
	struct view *view;
	int err;

	if (str_starts(name, STR("@")))
		name = str_sub(name, 1, SIZE_MAX);
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = accounts_by_name(cli->arena, view, name, STR_NONE, &account);
	view_end(view);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such person: %.*s", STR_ARG(name));
	import->account_id = account.id;
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* NAME TYPE */
static int read_who_and_what(struct cli *cli, struct import *import)
{
	import->kind = import_kind_parse(cli->arguments[1]);
	if (!import->kind)
		return cli_usage(cli, "TYPE is follows, blocks, mutes, lists, domain_blocks or bookmarks");
	return read_who(cli, import);
}

int command_data_export(struct cli *cli)
{
	struct import import = { 0 };
	struct view *view;
	struct str csv;
	int err, status = read_who_and_what(cli, &import);

	if (status != STATUS_DONE)
		return status;
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = export_csv(cli->arena, view, cli->instance->domain, import.account_id, import.kind, &csv);
	view_end(view);
	if (err == OK)
		err = cli_note(cli);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_add(&cli->out, csv);
	return STATUS_DONE;
}

static int import_write(struct txn *txn, void *arg)
{
	struct transfer *transfer = arg;
	struct import import = transfer->import;   /* may run again */
	int err = imports_add(transfer->arena, txn, &import, transfer->text);

	if (err == OK)
		transfer->import.id = import.id;
	return err;
}

int command_data_import(struct cli *cli)
{
	struct transfer transfer = { .arena = cli->arena };
	struct import *import = &transfer.import;
	int err, status = read_who_and_what(cli, import);

	if (status != STATUS_DONE)
		return status;
	import->overwrite = cli_option(cli, "overwrite").p;
	if (base64_decode(cli->arena, cli->input, &transfer.text) != OK || !utf8_valid(transfer.text))
		return cli_fail(cli, "%.*s is no CSV in UTF-8", STR_ARG(cli->arguments[2]));
	import->total = import_rows(import->kind, transfer.text);
	if (import->total == 0 || import->total > IMPORT_ROWS_MAX)
		return cli_fail(cli, "%.*s must have 1 to %d rows", STR_ARG(cli->arguments[2]), IMPORT_ROWS_MAX);
	err = cli_write(cli, import_write, &transfer);
	if (err == ERR_EXISTS)
		return cli_fail(cli, "another import of theirs is not done yet");
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "import %llu, %llu rows; the serving node does them, and data imports says how far it is\n", (unsigned long long)import->id,
	           (unsigned long long)import->total);
	return STATUS_DONE;
}

static void print_import(struct cli *cli, const struct import *import)
{
	char begun[DATE_ISO_BYTES];

	date_iso_seconds(import->created_ms, begun);
	buf_printf(&cli->out, "%llu\t%s\t%s\t%s\t%llu rows\t%llu done\t%llu failed\n", (unsigned long long)import->id,
	           import_kind_name(import->kind), begun, import->ended_ms ? "done" : "running", (unsigned long long)import->total,
	           (unsigned long long)import->done, (unsigned long long)import->failed);
	for (size_t i = 0; i + 1 < import->failures.count; i += 2)
		buf_printf(&cli->out, "\trow %.*s\t%.*s\n", STR_ARG(import->failures.items[i]), STR_ARG(import->failures.items[i + 1]));
}

int command_data_imports(struct cli *cli)
{
	struct import who = { 0 }, *imports = NULL;
	struct view *view;
	size_t count = 0;
	int err, status = read_who(cli, &who);

	if (status != STATUS_DONE)
		return status;
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = imports_of(cli->arena, view, who.account_id, &imports, &count);
	view_end(view);
	for (size_t i = 0; err == OK && i < count; i++)
		print_import(cli, &imports[i]);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}
