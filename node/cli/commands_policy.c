/*
 * Commands about what is kept out: rule add, list, remove, and refusals.
 */
#include "federation/policy.h"
#include "node/cli/commands.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/refusals.h"
#include "storage/rules.h"

/* --- rules ------------------------------------------------------------------------------------------------------ */

/* KIND VALUE, as a rule. */
static int rule_argument(struct cli *cli, struct rule *ret_rule)
{
	*ret_rule = (struct rule){ .kind = rule_kind_parse(cli->arguments[0]), .comment = cli_option(cli, "comment") };
	if (!ret_rule->kind)
		return cli_fail(cli, "KIND is domain, account, word, silence-domain or silence-account");
	if (policy_rule_value(cli->arena, ret_rule->kind, cli->arguments[1], &ret_rule->value) == OK)
		return STATUS_DONE;
	return cli_fail(cli, "%.*s is no %s that can be compared", STR_ARG(cli->arguments[1]),
	                rule_kind_name(ret_rule->kind));
}

static bool is_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ')
			return false;
	return text.n <= RULE_COMMENT_BYTES_MAX && utf8_valid(text);
}

static bool is_silence(uint8_t kind)
{
	return kind == RULE_SILENCE_DOMAIN || kind == RULE_SILENCE_ACCOUNT;
}

static int add_write(struct txn *txn, void *arg)
{
	return rules_put(txn, arg);
}

int command_rule_add(struct cli *cli)
{
	struct rule rule;
	int err, status = rule_argument(cli, &rule);

	if (status != STATUS_DONE)
		return status;
	if (!is_line(rule.comment))
		return cli_fail(cli, "--comment is one line of at most %d bytes", RULE_COMMENT_BYTES_MAX);
	err = cli_write(cli, add_write, &rule);
	if (err == ERR_LIMIT)
		return cli_fail(cli, "there are %d rules already", RULES_MAX);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%s %.*s %s\n", rule_kind_name(rule.kind), STR_ARG(rule.value),
	           is_silence(rule.kind) ? "is heard by its followers alone" : "is kept out");
	return STATUS_DONE;
}

static int remove_write(struct txn *txn, void *arg)
{
	const struct rule *rule = arg;

	return rules_delete(txn, rule->kind, rule->value);
}

int command_rule_remove(struct cli *cli)
{
	struct rule rule;
	int err, status = rule_argument(cli, &rule);

	if (status != STATUS_DONE)
		return status;
	err = cli_write(cli, remove_write, &rule);
	if (err == ERR_NOT_FOUND)
		return cli_fail(cli, "no such rule: %s %.*s", rule_kind_name(rule.kind), STR_ARG(rule.value));
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

int command_rule_list(struct cli *cli)
{
	struct rule *rules;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = rules_each(cli->arena, view, 0, &rules, &count);
	view_end(view);
	for (size_t i = 0; err == OK && i < count; i++) {
		char date[DATE_ISO_BYTES];

		date_iso_seconds(rules[i].created_ms, date);
		buf_printf(&cli->out, "%s\t%.*s\t%s%s%.*s\n", rule_kind_name(rules[i].kind), STR_ARG(rules[i].value), date,
		           rules[i].comment.n ? "\t" : "", STR_ARG(rules[i].comment));
	}
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* --- refusals --------------------------------------------------------------------------------------------------- */

int command_refusals(struct cli *cli)
{
	struct refusal *refusals;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = refusals_page(cli->arena, view, cli_option(cli, "origin"), REFUSALS_MAX, &refusals, &count);
	view_end(view);
	for (size_t i = 0; err == OK && i < count; i++) {
		const struct refusal *refusal = &refusals[i];
		char date[DATE_ISO_BYTES];

		date_iso_seconds(refusal->last_ms, date);
		buf_printf(&cli->out, "%s\t%.*s\t%.*s\t%llu\t%.*s\t%.*s\n", date, STR_ARG(refusal->origin),
		           STR_ARG(refusal->reason), (unsigned long long)refusal->count, STR_ARG(refusal->who),
		           STR_ARG(refusal->detail));
	}
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}
