/*
 * The door through which commands write. What goes through it leaves an entry in the audit journal, in the same
 * transaction: its own, if the body appends one, or else what the command's words say. So no command can be added that
 * changes something and is not noted. One entry for each invocation, however many transactions it takes.
 */
#include "node/cli/cli.h"

#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"

struct audited_body {
	struct cli *cli;
	int (*body)(struct txn *txn, void *arg);
	void *arg;
};

/* "user rotate-keys" as "user.rotate-keys". */
static const char *action_of(struct cli *cli)
{
	char *action = arena_cstr(cli->arena, str_of(cli->command->words));

	for (char *c = action; *c; c++)
		if (*c == ' ')
			*c = '.';
	return action;
}

/* Texts and addresses of mail are what somebody may want erased. No setting holds a secret: those are in files. */
static bool is_kept(struct str placeholder)
{
	static const struct str others[] = { STR("TEXT"), STR("ADDR"), STR("ADDRESS"), STR("FILE") };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_eq(placeholder, others[i]))
			return false;
	return true;
}

static void add_word(struct buf *buf, struct str word)
{
	if (buf_str(buf).n)
		buf_add_char(buf, ' ');
	buf_add(buf, word);
}

/* The first argument is the subject, the rest of the words the detail. */
static struct audit_entry entry_of(struct cli *cli)
{
	struct str rest = str_of(cli->command->arguments);
	struct audit_entry entry = { .action = action_of(cli) };
	const struct option_row *options = cli->command->options;
	struct buf detail;

	buf_init(&detail, cli->arena, 0);
	for (size_t i = 0; i < cli->argument_count; i++) {
		if (!is_kept(str_cut(&rest, ' ')))
			continue;
		if (i == 0)
			entry.subject = cli->arguments[0];
		else
			add_word(&detail, cli->arguments[i]);
	}
	for (size_t i = 0; options && options[i].name; i++) {
		if (!cli->option_values[i].p)
			continue;
		add_word(&detail, arena_printf(cli->arena, "--%s", options[i].name));
		if (options[i].value && is_kept(str_of(options[i].value)))
			add_word(&detail, cli->option_values[i]);
	}
	entry.detail = buf_str(&detail);
	return entry;
}

/* Of commands about people the first argument is a name. */
static uint64_t person_of(struct cli *cli, struct view *view)
{
	static const struct str about_people[] = { STR("user "), STR("role "), STR("data "), STR("token "), STR("post") };
	struct str words = str_of(cli->command->words), name = cli->arguments[0];
	struct account account;
	bool is_person = false;

	for (size_t i = 0; i < sizeof(about_people) / sizeof(about_people[0]); i++)
		is_person |= str_starts(words, about_people[i]);
	if (str_starts(name, STR("@")))
		name = str_sub(name, 1, SIZE_MAX);
	if (!is_person || !cli->argument_count || accounts_by_name(cli->arena, view, name, STR_NONE, &account) != OK)
		return 0;
	return account.id;
}

static int run_audited(struct txn *txn, void *arg)
{
	const struct audited_body *audited = arg;
	struct cli *cli = audited->cli;
	uint64_t before = audit_count(txn_view(txn)), person = person_of(cli, txn_view(txn));
	struct audit_entry entry;
	int r = audited->body(txn, audited->arg);

	if (r != OK || audit_count(txn_view(txn)) != before)
		return r;
	entry = entry_of(cli);
	entry.subject_id = person ? person : person_of(cli, txn_view(txn));
	return audit_append(txn, &entry);
}

static int run(struct cli *cli, int (*body)(struct txn *txn, void *arg), void *arg)
{
	if (cli->writer)
		return writer_run(cli->writer, body, arg);
	return store_write(cli->store, body, arg, NULL, NULL);
}

static int do_nothing(struct txn *txn, void *arg)
{
	(void)txn, (void)arg;
	return OK;
}

int cli_note(struct cli *cli)
{
	return cli_write(cli, do_nothing, NULL);
}

int cli_write(struct cli *cli, int (*body)(struct txn *txn, void *arg), void *arg)
{
	struct audited_body audited = { cli, body, arg };
	int r;

	if (cli->audited)
		return run(cli, body, arg);
	r = run(cli, run_audited, &audited);
	cli->audited = r == OK;
	return r;
}
