/*
 * Commands about what is kept out: rule add, list, remove, and refusals.
 */
#include <stdlib.h>

#include "federation/policy.h"
#include "federation/url.h"
#include "node/cli/commands.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/refusals.h"
#include "storage/rules.h"

/* --- rules ------------------------------------------------------------------------------------------------------ */

static struct str shown(struct str argument)
{
	return argument.n ? argument : STR("an empty text");
}

/* KIND VALUE, as a rule. */
static int rule_argument(struct cli *cli, struct rule *ret_rule)
{
	*ret_rule = (struct rule){ .kind = rule_kind_parse(cli->arguments[0]), .comment = cli_option(cli, "comment") };
	if (!ret_rule->kind)
		return cli_usage(cli, "KIND is domain, account, word, silence-domain, silence-account, sensitive-account, network or "
		                      "email-domain");
	if (policy_rule_value(cli->arena, ret_rule->kind, cli->arguments[1], &ret_rule->value) == OK)
		return STATUS_DONE;
	return cli_usage(cli, "%.*s is no %s that can be compared", STR_ARG(shown(cli->arguments[1])),
	                 rule_kind_name(ret_rule->kind));
}

static bool is_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ')
			return false;
	return text.n <= RULE_COMMENT_BYTES_MAX && utf8_valid(text);
}

/* What is true of what a new rule names. */
static const char *effect_of(uint8_t kind)
{
	switch (kind) {
	case RULE_SILENCE_DOMAIN:
	case RULE_SILENCE_ACCOUNT:
		return "is heard by its followers alone";
	case RULE_SENSITIVE_ACCOUNT:
		return "shows its media behind a warning";
	case RULE_NETWORK:
		return "has no access";
	case RULE_EMAIL_DOMAIN:
		return "signs nobody up";
	default:
		return "is kept out";
	}
}

struct rule_body {
	struct arena *arena;
	struct rule rule;
};

/* A comment stays unless another is given. */
static int add_write(struct txn *txn, void *arg)
{
	struct rule_body *body = arg;
	struct rule rule = body->rule, before;

	if (!rule.comment.p && rules_get(body->arena, txn_view(txn), rule.kind, rule.value, &before) == OK)
		rule.comment = before.comment;
	return rules_put(txn, &rule);
}

/* The host of a handle or an address, or a domain. */
static struct str host_of(struct cli *cli, const struct rule *rule)
{
	struct str rest = rule->value;
	struct url url;

	if (rule->kind == RULE_DOMAIN || rule->kind == RULE_SILENCE_DOMAIN)
		return rest;
	if (url_parse(cli->arena, rest, &url) == OK)
		return url_host_port(cli->arena, &url);
	str_cut(&rest, '@');
	return rest;
}

/* Rules are about other nodes. */
static bool is_of_ours(struct cli *cli, const struct rule *rule)
{
	struct str host = host_of(cli, rule);
	struct url url;

	if (rule->kind == RULE_WORD || rule->kind == RULE_NETWORK || rule->kind == RULE_EMAIL_DOMAIN)
		return false;
	return str_eq_nocase(host, cli->instance->domain) ||
	       (url_parse(cli->arena, cli->instance->url, &url) == OK &&
	        str_eq_nocase(host, url_host_port(cli->arena, &url)));
}

int command_rule_add(struct cli *cli)
{
	struct rule rule;
	int err, status = rule_argument(cli, &rule);

	if (status != STATUS_DONE)
		return status;
	if (is_of_ours(cli, &rule))
		return cli_fail(cli, "that is this node itself; its own people are disabled by rse-node user disable");
	if (!is_line(rule.comment))
		return cli_usage(cli, "--comment is one line of at most %d bytes", RULE_COMMENT_BYTES_MAX);
	err = cli_write(cli, add_write, &(struct rule_body){ cli->arena, rule });
	if (err == ERR_LIMIT)
		return cli_fail(cli, "there are %d rules already", RULES_MAX);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%s %.*s %s\n", rule_kind_name(rule.kind), STR_ARG(rule.value),
	           effect_of(rule.kind));
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
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	buf_printf(&cli->out, "%s %.*s: the rule is gone\n", rule_kind_name(rule.kind), STR_ARG(rule.value));
	return STATUS_DONE;
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

static int by_last_time(const void *a, const void *b)
{
	const struct refusal *one = a, *other = b;

	return one->last_ms > other->last_ms ? -1 : one->last_ms < other->last_ms;
}

/* The latest first. */
int command_refusals(struct cli *cli)
{
	struct refusal *refusals;
	struct view *view;
	size_t count = 0;
	int err;

	if (str_find_char(cli_option(cli, "origin"), ' ') != SIZE_MAX)
		return cli_usage(cli, "--origin is a domain, such as b.example, or its address, as refusals prints it");
	err = view_begin(cli->store, &view);
	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = refusals_page(cli->arena, view, cli_option(cli, "origin"), REFUSALS_MAX, &refusals, &count);
	view_end(view);
	if (err == OK && count)
		qsort(refusals, count, sizeof(*refusals), by_last_time);
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
