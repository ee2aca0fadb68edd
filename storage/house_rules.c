/*
 * The rules of the house. There are few: each question reads them all. Reads: any thread; puts: the writer.
 */
#include "storage/house_rules.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { TRANSLATION_TEXTS = 3 };  /* language, text, hint */

static bool words_fit(struct str text, struct str hint)
{
	return utf8_valid(text) && utf8_valid(hint) && utf8_length(text) <= HOUSE_RULE_CHARACTERS &&
	       utf8_length(hint) <= HOUSE_RULE_HINT_CHARACTERS;
}

static int put(struct txn *txn, const struct house_rule *rule)
{
	struct key key;

	return record_put(txn, SPACE_HOUSE_RULE, key_u64(&key, rule->id), &house_rule_type, rule);
}

int house_rules_get(struct arena *arena, struct view *view, uint64_t id, struct house_rule *ret_rule)
{
	struct key key;

	return record_get(arena, view, SPACE_HOUSE_RULE, key_u64(&key, id), &house_rule_type, ret_rule);
}

static int by_place(const void *a, const void *b)
{
	const struct house_rule *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

int house_rules_list(struct arena *arena, struct view *view, struct house_rule **ret_rules, size_t *ret_count)
{
	struct house_rule *rules = ARENA_ARRAY(arena, struct house_rule, HOUSE_RULES_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_HOUSE_RULE, STR_NONE, false);
	while (n < HOUSE_RULES_MAX && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &house_rule_type, item.value, &rules[n]);
		if (r != OK)
			return r;
		n += rules[n].place > 0;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	qsort(rules, n, sizeof(*rules), by_place);
	*ret_rules = rules;
	*ret_count = n;
	return OK;
}

int house_rules_add(struct arena *arena, struct txn *txn, struct house_rule *rule)
{
	struct house_rule *rules;
	size_t count = 0;
	int r = house_rules_list(arena, txn_view(txn), &rules, &count);

	if (r != OK)
		return r;
	if (!rule->text.n || !words_fit(rule->text, rule->hint))
		return ERR_INVALID;
	if (count == HOUSE_RULES_MAX)
		return ERR_LIMIT;
	rule->id = txn_new_id(txn);
	rule->place = count ? rules[count - 1].place + 1 : 1;
	rule->created_ms = rule->changed_ms = txn_now_ms(txn);
	return put(txn, rule);
}

int house_rules_put(struct txn *txn, struct house_rule *rule)
{
	if (!rule->place)
		return ERR_NOT_FOUND;
	if (!rule->text.n || !words_fit(rule->text, rule->hint))
		return ERR_INVALID;
	rule->changed_ms = txn_now_ms(txn);
	return put(txn, rule);
}

int house_rules_move(struct arena *arena, struct txn *txn, uint64_t id, uint64_t place)
{
	struct house_rule *rules, moved;
	size_t count = 0, at = 0, to;
	int r = house_rules_list(arena, txn_view(txn), &rules, &count);

	if (r != OK)
		return r;
	while (at < count && rules[at].id != id)
		at++;
	if (at == count)
		return ERR_NOT_FOUND;
	to = place < 1 ? 0 : place > count ? count - 1 : (size_t)place - 1;
	moved = rules[at];
	for (; at < to; at++)
		rules[at] = rules[at + 1];
	for (; at > to; at--)
		rules[at] = rules[at - 1];
	rules[to] = moved;
	for (size_t i = 0; i < count; i++) {
		rules[i].place = i + 1;
		put(txn, &rules[i]);
	}
	return txn_err(txn);
}

/* Reports are few, and rules end seldom. */
static int is_cited(struct view *view, uint64_t id, bool *ret_cited)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct report report;
	int r = OK;

	*ret_cited = false;
	prefix_walk_init(&walk, view, SPACE_REPORT, STR_NONE, false);
	while (!*ret_cited && r == OK && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(scratch);
		r = codec_decode(scratch, &report_type, item.value, &report);
		for (size_t i = 0; r == OK && i < report.rule_ids.count; i++)
			*ret_cited |= report.rule_ids.ids[i] == id;
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int house_rules_remove(struct arena *arena, struct txn *txn, uint64_t id)
{
	struct house_rule rule;
	struct key key;
	bool cited = false;
	int r = house_rules_get(arena, txn_view(txn), id, &rule);

	if (r != OK || !rule.place)
		return r != OK ? r : ERR_NOT_FOUND;
	r = is_cited(txn_view(txn), id, &cited);
	if (r != OK)
		return r;
	if (!cited)
		return txn_del(txn, SPACE_HOUSE_RULE, key_u64(&key, id));
	rule.place = 0;
	rule.changed_ms = txn_now_ms(txn);
	return put(txn, &rule);
}

/* --- languages -------------------------------------------------------------------------------------------------- */

/* Where its words in that language begin among the translations; their number when there are none. */
static size_t find_language(const struct house_rule *rule, struct str language)
{
	size_t at = 0;

	while (at < rule->translations.count && !str_eq_nocase(rule->translations.items[at], language))
		at += TRANSLATION_TEXTS;
	return at;
}

bool house_rule_in(const struct house_rule *rule, struct str language, struct str *ret_text, struct str *ret_hint)
{
	size_t at = find_language(rule, language);
	bool found = at < rule->translations.count;

	*ret_text = found ? rule->translations.items[at + 1] : rule->text;
	*ret_hint = found ? rule->translations.items[at + 2] : rule->hint;
	return found;
}

int house_rule_translate(struct arena *arena, struct house_rule *rule, struct str language, struct str text,
                         struct str hint)
{
	const struct str_list *old = &rule->translations;
	struct str *items = ARENA_ARRAY(arena, struct str, old->count + TRANSLATION_TEXTS);
	size_t n = 0, replaced = find_language(rule, language);

	if (!language_tag_valid(language) || !words_fit(text, hint))
		return ERR_INVALID;
	if (text.n && replaced == HOUSE_RULE_LANGUAGES_MAX * TRANSLATION_TEXTS)
		return ERR_LIMIT;
	for (size_t i = 0; i < old->count; i++)
		if (i < replaced || i >= replaced + TRANSLATION_TEXTS)
			items[n++] = old->items[i];
	if (text.n) {
		items[n++] = language;
		items[n++] = text;
		items[n++] = hint;
	}
	rule->translations = (struct str_list){ items, n };
	return OK;
}
