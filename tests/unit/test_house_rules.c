/* The rules of the house: their order, their words in other languages, and reports that cite them. */
#include "storage/house_rules.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/reports.h"
#include "storage/users.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static int add(const char *text, uint64_t *ret_id)
{
	struct house_rule rule = { .text = str_of(text) };
	int r = house_rules_add(rig->arena, world_write(rig->world), &rule);

	world_commit(rig->world);
	if (ret_id)
		*ret_id = rule.id;
	return r;
}

static int move(uint64_t id, uint64_t place)
{
	int r = house_rules_move(rig->arena, world_write(rig->world), id, place);

	world_commit(rig->world);
	return r;
}

static int take_away(uint64_t id)
{
	int r = house_rules_remove(rig->arena, world_write(rig->world), id);

	world_commit(rig->world);
	return r;
}

static struct house_rule get(uint64_t id)
{
	struct house_rule rule = { 0 };

	house_rules_get(rig->arena, world_read(rig->world), id, &rule);
	return rule;
}

/* The texts of those that hold, one behind the other. */
static struct str order(void)
{
	struct house_rule *rules;
	size_t count = 0;
	struct buf text;

	buf_init(&text, rig->arena, 0);
	house_rules_list(rig->arena, world_read(rig->world), &rules, &count);
	for (size_t i = 0; i < count; i++)
		buf_add(&text, rules[i].text);
	return buf_str(&text);
}

static const char *too_long(size_t characters)
{
	return rig_line(rig, "%0*d", (int)characters, 0);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), NULL, NULL, &count);
	return count;
}

static void check_order(void)
{
	uint64_t a, b, c;

	rig = rig_new();
	is_str(order(), STR(""), "a house has no rules at first");
	add("a", &a);
	add("b", &b);
	add("c", &c);
	is_str(order(), STR("abc"), "a new one stands behind the others");
	is_int(move(c, 1), OK, "it may be moved");
	is_str(order(), STR("cab"), "to the front");
	move(c, 99);
	is_str(order(), STR("abc"), "or to the end, however far that is");
	move(b, 2);
	is_str(order(), STR("abc"), "or to where it stands");
	is_int(take_away(a), OK, "one is taken away");
	is_str(order(), STR("bc"), "and the others stay");
	is_int(take_away(a), ERR_NOT_FOUND, "once");
	is_int(move(a, 1), ERR_NOT_FOUND, "what is gone is not moved");
	add("d", NULL);
	is_str(order(), STR("bcd"), "the next is the last again");
	is_int(findings(), 0, "and the store is clean");
	rig_free(rig);
}

static void check_bounds(void)
{
	struct house_rule rule;
	uint64_t id;

	rig = rig_new();
	is_int(add("", NULL), ERR_INVALID, "a rule says something");
	is_int(add("\xff", NULL), ERR_INVALID, "in UTF-8");
	is_int(add(too_long(HOUSE_RULE_CHARACTERS + 1), NULL), ERR_INVALID, "in few words");
	is_int(add(too_long(HOUSE_RULE_CHARACTERS), &id), OK, "so many");
	rule = get(id);
	rule.hint = str_of(too_long(HOUSE_RULE_HINT_CHARACTERS + 1));
	is_int(house_rules_put(world_write(rig->world), &rule), ERR_INVALID, "its hint has a limit, too");
	world_commit(rig->world);
	for (int i = 1; i < HOUSE_RULES_MAX; i++)
		add("x", NULL);
	is_int(add("x", NULL), ERR_LIMIT, "there is a most of them");
	rig_free(rig);
}

static void check_languages(void)
{
	struct house_rule rule = { .text = STR("Be kind"), .hint = STR("always") };
	struct str text, hint;

	rig = rig_new();
	ok(!house_rule_in(&rule, STR("fr"), &text, &hint) && str_eq(text, STR("Be kind")) && str_eq(hint, STR("always")),
	   "without a translation a rule is read as it was written");
	is_int(house_rule_translate(rig->arena, &rule, STR("fr"), STR("Soyez aimables"), STR_NONE), OK, "it is translated");
	is_int(house_rule_translate(rig->arena, &rule, STR("de"), STR("Seid nett"), STR("immer")), OK, "into several languages");
	house_rule_translate(rig->arena, &rule, STR("FR"), STR("Restez aimables"), STR("toujours"));
	is_int(house_rules_add(rig->arena, world_write(rig->world), &rule), OK, "and kept");
	world_commit(rig->world);
	rule = get(rule.id);
	ok(house_rule_in(&rule, STR("fr"), &text, &hint) && str_eq(text, STR("Restez aimables")) &&
	   str_eq(hint, STR("toujours")), "the last translation into a language counts");
	house_rule_translate(rig->arena, &rule, STR("fr"), STR_NONE, STR_NONE);
	ok(!house_rule_in(&rule, STR("fr"), &text, &hint) && house_rule_in(&rule, STR("de"), &text, &hint) &&
	   str_eq(hint, STR("immer")), "an empty one takes it away, and no other");
	is_int(house_rule_translate(rig->arena, &rule, STR("no tag"), STR("x"), STR_NONE), ERR_INVALID,
	       "a language is a tag");
	for (int i = 1; i < HOUSE_RULE_LANGUAGES_MAX; i++)
		house_rule_translate(rig->arena, &rule, str_of(rig_line(rig, "x%d", i)), STR("x"), STR_NONE);
	is_int(house_rule_translate(rig->arena, &rule, STR("fr"), STR("x"), STR_NONE), ERR_LIMIT, "there is a most of them");
	is_int(house_rule_translate(rig->arena, &rule, STR("de"), STR("x"), STR_NONE), OK, "though one may change");
	rig_free(rig);
}

static struct rig_answer report(const char *more)
{
	return rig_call(rig, "POST", "/api/v1/reports", &rig->bob,
	                rig_line(rig, "account_id=%llu%s", (unsigned long long)rig->alice.id, more));
}

static const char *citing(uint64_t id)
{
	return rig_line(rig, "&rule_ids[]=%llu", (unsigned long long)id);
}

static void check_reports(void)
{
	static const char *const wrong[] = { "4", "x", "-1", "18446744073709551616" };
	struct rig_answer answer;
	uint64_t a, b, id;

	rig = rig_new();
	add("a", &a);
	add("b", &b);
	answer = report(rig_line(rig, "&category=spam%s%s%s", citing(b), citing(a), citing(b)));
	is_int(answer.status, 200, "a report cites rules");
	is_str(rig_str(&answer, "category"), STR("violation"), "whatever else it says it is about");
	ok(rig_count(&answer, "rule_ids") == 2 && str_eq(rig_str(&answer, "rule_ids.0"), str_of(citing(b) + 12)),
	   "each once, in its order");
	str_to_u64(rig_str(&answer, "id"), &id);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		answer = report(rig_line(rig, "&rule_ids[]=%s", wrong[i]));
		ok(answer.status == 422 && rig_holds(&answer, "rule_ids"), "a rule that is none is refused: %s", wrong[i]);
	}
	answer = report("&rule_ids[]=");
	ok(answer.status == 200 && rig_at(&answer, "rule_ids") && rig_count(&answer, "rule_ids") == 0 &&
	   str_eq(rig_str(&answer, "category"), STR("other")), "an empty list cites none");
	take_away(a);
	is_int(report(citing(a)).status, 422, "one that holds no longer is not cited anew");
	ok(get(a).place == 0 && str_eq(get(a).text, STR("a")), "but stays for the report that does");
	is_str(order(), STR("b"), "and is not listed");
	is_int(take_away(a), ERR_NOT_FOUND, "nor taken away again");
	answer = rig_call(rig, "GET", "/api/v1/instance/rules", &rig->bob, NULL);
	ok(rig_count(&answer, "") == 1 && str_eq(rig_str(&answer, "0.text"), STR("b")), "clients read what holds");
	add("never cited", &b);
	take_away(b);
	ok(get(b).id == 0, "one that nothing cites is gone at once");
	is_int(findings(), 0, "and the store is clean");
	rig_free(rig);
}

int main(void)
{
	check_order();
	check_bounds();
	check_languages();
	check_reports();
	return done();
}
