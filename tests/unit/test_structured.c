/* Structured fields: what RFC 8941 allows is read, value by value; what two readers could read in two ways is not. */
#include "federation/structured.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static int parse(const char *text, struct structured_dictionary *dictionary)
{
	memset(dictionary, 0, sizeof(*dictionary));
	return structured_dictionary_parse(arena, str_of(text), dictionary);
}

static void test_values(void)
{
	static const struct {
		const char *text;
		enum structured_kind kind;
		const char *value;
		int64_t integer;
	} rows[] = {
		{ "a=1", STRUCTURED_INTEGER, "1", 1 },
		{ "a=-999999999999999", STRUCTURED_INTEGER, "-999999999999999", -999999999999999 },
		{ "a=007", STRUCTURED_INTEGER, "007", 7 },
		{ "a=1.5", STRUCTURED_DECIMAL, "1.5", 0 },
		{ "a=-123456789012.123", STRUCTURED_DECIMAL, "-123456789012.123", 0 },
		{ "a=\"\"", STRUCTURED_STRING, "", 0 },
		{ "a=\"b c, (d);\"", STRUCTURED_STRING, "b c, (d);", 0 },
		{ "a=\"\\\"\\\\\"", STRUCTURED_STRING, "\"\\", 0 },
		{ "a=tok/en:*", STRUCTURED_TOKEN, "tok/en:*", 0 },
		{ "a=*x", STRUCTURED_TOKEN, "*x", 0 },
		{ "a=:aGVsbG8=:", STRUCTURED_BYTES, "hello", 0 },
		{ "a=::", STRUCTURED_BYTES, "", 0 },
		{ "a=?1", STRUCTURED_BOOLEAN, "", 1 },
		{ "a=?0", STRUCTURED_BOOLEAN, "", 0 },
		{ "a", STRUCTURED_BOOLEAN, "", 1 },
		{ "*a-b_c.1=1", STRUCTURED_INTEGER, "1", 1 },
		{ "  a=1  ", STRUCTURED_INTEGER, "1", 1 },
	};
	struct structured_dictionary dictionary;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct structured_item *value;

		if (!ok(parse(rows[i].text, &dictionary) == OK && dictionary.count == 1, "one member: %s", rows[i].text))
			continue;
		value = &dictionary.members[0].value;
		ok(value->kind == rows[i].kind && value->integer == rows[i].integer, "of its kind and number");
		is_str(value->text, str_of(rows[i].value), "of its text");
	}
}

static void test_members(void)
{
	struct structured_dictionary dictionary;
	const struct structured_member *member;

	is_int(parse("", &dictionary), OK, "nothing is a dictionary");
	is_int(dictionary.count, 0, "an empty one");
	is_int(structured_dictionary_parse(arena, STR_NONE, &dictionary), OK, "no text, too");
	parse("a=(\"x\" \"y\";q);k=1 ,\tb;c=:YQ==:;d,e=()", &dictionary);
	is_int(dictionary.count, 3, "members are told apart");
	member = structured_member(&dictionary, STR("a"));
	is_int(member->item_count, 2, "a list has its items");
	is_int(member->items[1].param_count, 1, "and they their parameters");
	is_int(member->value.param_count, 1, "and itself its own");
	is_str(member->raw, STR("(\"x\" \"y\";q);k=1"), "and its place in the text");
	member = structured_member(&dictionary, STR("b"));
	is_str(structured_param_text(&member->value, "c", STRUCTURED_BYTES), STR("a"), "a flag may have parameters");
	is_int(structured_param(&member->value, STR("d"))->integer, 1, "that are flags");
	ok(!structured_param_text(&member->value, "c", STRUCTURED_STRING).p, "a text of another kind is none");
	ok(!structured_member(&dictionary, STR("x")) && !structured_param(&member->value, STR("x")),
	   "what is not there is not found");
	is_str(structured_member(&dictionary, STR("e"))->raw, STR("()"), "a list may be empty");
	parse("a=( \"x\"   \"y\" )", &dictionary);
	is_int(dictionary.members[0].item_count, 2, "blanks in a list do not matter");
	is_str(dictionary.members[0].raw, STR("( \"x\"   \"y\" )"), "but stay in its text");
}

static void test_malformed(void)
{
	static const char *const texts[] = {
		"A=1", "1", "=1", "a=", "a=,b", "a,", ",a", "a b", "a=1 b=2", "a;b=", "a;", "a;B", "a=1;b;b", "a=1,a=2", "a,b,a",
		"a=--1", "a=-", "a=1.", "a=.5", "a=1.2345", "a=1234567890123456", "a=1234567890123.1", "a=1e5",
		"a=\"", "a=\"b", "a=\"\\n\"", "a=\"\\", "a=\"\x7f\"", "a=\"\t\"", "a=\"\xc3\xa9\"", "a='b'",
		"a=:YQ==", "a=:YQ:", "a=:Y Q=:", "a=:Y=Q=:", "a=:-_8=:", "a=:YR==:", "a=:", "a=?", "a=?2", "a=?true", "a=@1",
		"a=(", "a=(1", "a=(1,2)", "a=(1\t2)", "a=(\"x\"\"y\")", "a=((1))", "a=()x", "a=(1))", "a=() ;b", "a=(b=1)",
		"a= 1", "a =1", "\ta", "a=%\"x\"", "a=1\n", "a=1\r\nb=2", "sig1=(\"@method\"", "a=(1;)",
	};
	struct structured_dictionary dictionary;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		is_int(parse(texts[i], &dictionary), ERR_INVALID, texts[i]);
	is_int(structured_dictionary_parse(arena, (struct str){ "a\0b", 3 }, &dictionary), ERR_INVALID, "a NUL is nothing");
}

/* `count` numbered names between head and tail. */
static struct str many(const char *head, char letter, size_t count, const char *separator, const char *tail)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, str_of(head));
	for (size_t i = 0; i < count; i++)
		buf_printf(&buf, "%s%c%zu", i ? separator : "", letter, i);
	buf_add(&buf, str_of(tail));
	return buf_str(&buf);
}

static void test_bounds(void)
{
	struct structured_dictionary dictionary;
	static const struct {
		const char *head, *separator, *tail;
		size_t max;
		const char *name;
	} rows[] = {
		{ "", ",", "", STRUCTURED_MEMBERS_MAX, "members" },
		{ "a=(", " ", ")", STRUCTURED_ITEMS_MAX, "items" },
		{ "a=1;", ";", "", STRUCTURED_PARAMS_MAX, "parameters" },
		{ "a=(1;", ";", ")", STRUCTURED_PARAMS_MAX, "parameters of an item" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(structured_dictionary_parse(arena, many(rows[i].head, 'x', rows[i].max, rows[i].separator, rows[i].tail),
		                               &dictionary) == OK, "so many %s", rows[i].name);
		ok(structured_dictionary_parse(arena, many(rows[i].head, 'x', rows[i].max + 1, rows[i].separator,
		                                           rows[i].tail), &dictionary) == ERR_INVALID, "and no more");
	}
	is_int(structured_dictionary_parse(arena, many("a=\"", 'x', STRUCTURED_BYTES_MAX / 3, "", "\""), &dictionary),
	       ERR_INVALID, "a text without bounds is refused");
}

int main(void)
{
	arena = arena_new();
	test_values();
	test_members();
	test_malformed();
	test_bounds();
	arena_free(arena);
	return done();
}
