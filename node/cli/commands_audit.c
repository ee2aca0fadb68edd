/*
 * Commands about the audit journal: audit list, verify.
 */
#include "node/cli/commands.h"
#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/page.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 100000 };

/* --- audit list ------------------------------------------------------------------------------------------------- */

/* By name or, also of one who is gone, by number. */
static int account_option(struct cli *cli, struct view *view, uint64_t *ret_id)
{
	struct str text = cli_option(cli, "account");
	struct account account;
	int err;

	*ret_id = 0;
	if (!text.p)
		return OK;
	if (str_starts(text, STR("#")))
		return str_to_u64(str_sub(text, 1, SIZE_MAX), ret_id) ? OK : ERR_NOT_FOUND;
	err = accounts_by_name(cli->arena, view, str_starts(text, STR("@")) ? str_sub(text, 1, SIZE_MAX) : text, STR_NONE,
	                       &account);
	*ret_id = err == OK ? account.id : 0;
	return err;
}

/* "@ana" as long as there is an account; afterwards its number, by which it is found as well. */
static struct str who(struct cli *cli, struct view *view, uint64_t id)
{
	struct account account;

	if (accounts_get(cli->arena, view, id, &account) == OK && !account.deleted)
		return arena_printf(cli->arena, "@%.*s", STR_ARG(accounts_acct(cli->arena, &account)));
	return arena_printf(cli->arena, "#%llu", (unsigned long long)id);
}

static void print_record(struct cli *cli, struct view *view, const struct audit_record *record)
{
	struct str actor = record->actor_id ? who(cli, view, record->actor_id) : STR("-");
	struct str subject = record->subject.n || !record->subject_id ? record->subject : who(cli, view, record->subject_id);
	char date[DATE_ISO_BYTES];

	date_iso_seconds(record->at_ms, date);
	buf_printf(&cli->out, "%llu\t%s\t%.*s\t%.*s\t%.*s\t%.*s\n", (unsigned long long)record->sequence, date, STR_ARG(actor),
	           STR_ARG(record->action), STR_ARG(subject), STR_ARG(record->detail));
}

static int list(struct cli *cli, struct view *view, const struct audit_query *query, uint64_t limit)
{
	struct page page = { 0 };
	int err = OK;

	do {
		struct audit_record *records;
		size_t count = 0;

		page.limit = limit < PAGE_LIMIT_MAX ? (size_t)limit : PAGE_LIMIT_MAX;
		err = audit_list(cli->arena, view, query, &page, &records, &count, &page.max_id);
		for (size_t i = 0; err == OK && i < count; i++)
			print_record(cli, view, &records[i]);
		limit -= count;
	} while (err == OK && page.max_id && limit);
	return err;
}

int command_audit_list(struct cli *cli)
{
	struct audit_query query = { .action = cli_option(cli, "action") };
	struct str since = cli_option(cli, "since"), limit_text = cli_option(cli, "limit");
	uint64_t limit = LIST_DEFAULT;
	struct view *view;
	int err;

	if (since.p && !date_parse_iso(since, &query.since_ms))
		return cli_usage(cli, "--since is a date, 2026-11-24, or a time, 2026-11-24T18:00:00Z");
	if (limit_text.p && (!str_to_u64(limit_text, &limit) || !limit || limit > LIST_MAX))
		return cli_usage(cli, "--limit is a number from 1 to %d", LIST_MAX);
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = account_option(cli, view, &query.account_id);
	if (err == ERR_NOT_FOUND) {
		view_end(view);
		return cli_fail(cli, "no such account: %.*s", STR_ARG(cli_option(cli, "account")));
	}
	if (err == OK)
		err = list(cli, view, &query, limit);
	view_end(view);
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* --- audit verify ----------------------------------------------------------------------------------------------- */

int command_audit_verify(struct cli *cli)
{
	struct str from = cli_option(cli, "from"), noted = STR_NONE;
	struct audit_verdict verdict;
	struct view *view;
	int err;

	if (from.p && (hex_decode(cli->arena, from, &noted) != OK || noted.n != SHA256_BYTES))
		return cli_usage(cli, "--from is a hash as audit verify prints it: %d hexadecimal digits", 2 * SHA256_BYTES);
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = audit_verify(view, noted, &verdict);
	view_end(view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	if (verdict.bad)
		return cli_fail(cli, "the journal is broken at entry %llu: %s", (unsigned long long)verdict.bad, verdict.fault);
	if (from.p && !verdict.noted)
		return cli_fail(cli, "the journal is a chain, but the noted hash is not in it: its entries were written anew");
	buf_printf(&cli->out, "%llu\t%.*s\n", (unsigned long long)verdict.count,
	           STR_ARG(hex_encode(cli->arena, (struct str){ (const char *)verdict.head, SHA256_BYTES })));
	if (from.p)
		buf_printf(&cli->out, "the noted hash is that of entry %llu\n", (unsigned long long)verdict.noted);
	return STATUS_DONE;
}
