/*
 * Commands about the rules of the house: house-rule add, list, edit, move, remove.
 */
#include "node/cli/commands.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/house_rules.h"

/* What a body is told and what it finds; it may run again. */
struct edit {
	struct arena *arena;
	uint64_t id, place;
	struct str text, hint, language;   /* p == NULL: stays as it is */
};

static int failed(struct cli *cli, int err)
{
	switch (err) {
	case ERR_NOT_FOUND:
		return cli_fail(cli, "no such rule: %.*s", STR_ARG(cli->arguments[0]));
	case ERR_INVALID:
		return cli_usage(cli, "a rule has 1 to %d characters, its hint at most %d; a language is a tag such as fr",
		                 HOUSE_RULE_CHARACTERS, HOUSE_RULE_HINT_CHARACTERS);
	case ERR_LIMIT:
		return cli_fail(cli, "there are as many as may be: %d rules, each in %d other languages", HOUSE_RULES_MAX,
		                HOUSE_RULE_LANGUAGES_MAX);
	}
	return cli_fail(cli, "%s", err_name(err));
}

static int add_write(struct txn *txn, void *arg)
{
	struct edit *edit = arg;
	struct house_rule rule = { .text = edit->text, .hint = edit->hint };
	int err = house_rules_add(edit->arena, txn, &rule);

	edit->id = rule.id;
	return err;
}

int command_house_rule_add(struct cli *cli)
{
	struct edit edit = { .arena = cli->arena, .text = str_trim(cli->arguments[0]), .hint = cli_option(cli, "hint") };
	int err = cli_write(cli, add_write, &edit);

	if (err != OK)
		return failed(cli, err);
	buf_printf(&cli->out, "house rule %llu\n", (unsigned long long)edit.id);
	return STATUS_DONE;
}

static void print_words(struct cli *cli, struct str language, struct str text, struct str hint)
{
	buf_printf(&cli->out, "\t%.*s\t%.*s\t%.*s\n", STR_ARG(language), STR_ARG(cli_line(cli, text)),
	           STR_ARG(cli_line(cli, hint)));
}

int command_house_rule_list(struct cli *cli)
{
	struct house_rule *rules;
	struct view *view;
	size_t count = 0;
	int err = view_begin(cli->store, &view);

	if (err != OK)
		return cli_fail(cli, "%s", err_name(err));
	err = house_rules_list(cli->arena, view, &rules, &count);
	view_end(view);
	for (size_t i = 0; err == OK && i < count; i++) {
		const struct str_list *words = &rules[i].translations;

		buf_printf(&cli->out, "%llu", (unsigned long long)rules[i].id);
		print_words(cli, STR("-"), rules[i].text, rules[i].hint);
		for (size_t k = 0; k + 2 < words->count; k += 3) {
			buf_printf(&cli->out, "%llu", (unsigned long long)rules[i].id);
			print_words(cli, words->items[k], words->items[k + 1], words->items[k + 2]);
		}
	}
	return err == OK ? STATUS_DONE : cli_fail(cli, "%s", err_name(err));
}

/* Of a language what is not given stays, too; an empty text takes it away. */
static int edit_write(struct txn *txn, void *arg)
{
	const struct edit *edit = arg;
	struct house_rule rule;
	struct str text, hint;
	int err = house_rules_get(edit->arena, txn_view(txn), edit->id, &rule);
	bool translated;

	if (err != OK)
		return err;
	translated = house_rule_in(&rule, edit->language, &text, &hint);
	if (edit->language.p && !translated)
		text = hint = STR_NONE;
	text = edit->text.p ? edit->text : text;
	hint = edit->hint.p ? edit->hint : hint;
	if (!edit->language.p) {
		rule.text = text;
		rule.hint = hint;
	} else {
		err = house_rule_translate(edit->arena, &rule, edit->language, text, hint);
	}
	return err == OK ? house_rules_put(txn, &rule) : err;
}

int command_house_rule_edit(struct cli *cli)
{
	struct edit edit = {
		.arena = cli->arena, .text = cli_option(cli, "text"), .hint = cli_option(cli, "hint"),
		.language = cli_option(cli, "language"),
	};
	int err = ERR_NOT_FOUND;

	if (!edit.text.p && !edit.hint.p)
		return cli_usage(cli, "say --text or --hint");
	if (edit.text.p)
		edit.text = str_trim(edit.text);
	if (str_to_u64(cli->arguments[0], &edit.id))
		err = cli_write(cli, edit_write, &edit);
	return err == OK ? STATUS_DONE : failed(cli, err);
}

static int move_write(struct txn *txn, void *arg)
{
	const struct edit *edit = arg;

	return house_rules_move(edit->arena, txn, edit->id, edit->place);
}

int command_house_rule_move(struct cli *cli)
{
	struct edit edit = { .arena = cli->arena };
	int err = ERR_NOT_FOUND;

	if (!str_to_u64(cli->arguments[1], &edit.place) || edit.place == 0)
		return cli_usage(cli, "PLACE is a number; 1 is the first");
	if (str_to_u64(cli->arguments[0], &edit.id))
		err = cli_write(cli, move_write, &edit);
	return err == OK ? STATUS_DONE : failed(cli, err);
}

static int remove_write(struct txn *txn, void *arg)
{
	const struct edit *edit = arg;

	return house_rules_remove(edit->arena, txn, edit->id);
}

int command_house_rule_remove(struct cli *cli)
{
	struct edit edit = { .arena = cli->arena };
	int err = str_to_u64(cli->arguments[0], &edit.id) ? cli_write(cli, remove_write, &edit) : ERR_NOT_FOUND;

	if (err != OK)
		return failed(cli, err);
	buf_printf(&cli->out, "house rule %llu holds no longer\n", (unsigned long long)edit.id);
	return STATUS_DONE;
}
