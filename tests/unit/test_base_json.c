/* storage/base/json: what is refused, typed reads that never fail, and the writer. */
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "tests/unit/tap.h"

/* The tree of a text that must parse. */
static json_t *parse(struct arena *arena, struct str text)
{
	json_t *value = NULL;

	if (json_parse(arena, text, &value) != OK)
		ok(false, "this parses: %.*s", STR_ARG(text));
	return value;
}

static int outcome(struct arena *arena, struct str text)
{
	json_t *value = NULL;

	return json_parse(arena, text, &value);
}

/* `count` times `piece`. */
static struct str repeat(struct arena *arena, struct str piece, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < count; i++)
		buf_add(&buf, piece);
	return buf_str(&buf);
}

static struct str join(struct arena *arena, struct str a, struct str b, struct str c)
{
	return arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(a), STR_ARG(b), STR_ARG(c));
}

static void refuse(struct arena *arena)
{
	static const struct str bad[] = {
		STR(""), STR(" "), STR("{"), STR("}"), STR("[1,]"), STR("{\"a\":1,}"), STR("{a:1}"), STR("'a'"), STR("[1] 2"),
		STR("{} {}"), STR("nul"), STR("NaN"), STR("Infinity"), STR("01"), STR("1."), STR(".5"), STR("+1"),
		STR("\"\\x\""), STR("\"a\nb\""), STR("\"a"), STR("\"a\\"), STR("{\"a\":1,\"a\":2}"), STR("{\"a\":{\"b\":1,\"b\":1}}"),
		STR("\"\\u0000\""), STR("{\"a\\u0000\":1}"), STR("\"a\0b\""), STR("1\0"), STR("{}\0x"), STR("\0"), STR("\"\\ud800\""),
		STR("\"\\udc00\\ud800\""), STR("\"\xff\""), STR("\"\xed\xa0\x80\""), STR("\"\xc0\x80\""), STR("{\"\xc3\":1}"),
		STR("9223372036854775808"), STR("-9223372036854775809"), STR("1e999"), STR("\xef\xbb\xbf{}"), STR("[1}"),
		STR("// x\n1"), STR("]]]]]]]"),
	};
	json_t *value = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(json_parse(arena, bad[i], &value) == ERR_INVALID, "refused: %.*s", STR_ARG(bad[i]));
	ok(json_parse(arena, STR_NONE, &value) == ERR_INVALID, "nothing is no JSON");
	ok(!value, "a failure leaves the result alone");
}

static void keep_bounds(struct arena *arena)
{
	struct str open = repeat(arena, STR("["), 32), close = repeat(arena, STR("]"), 32);
	struct str zeros = repeat(arena, STR("0,"), JSON_VALUES_MAX - 2);
	struct str spaces = repeat(arena, STR(" "), JSON_BYTES_MAX - 1);

	is_int(outcome(arena, join(arena, open, STR("1"), close)), OK, "32 levels are accepted");
	is_int(outcome(arena, join(arena, open, STR("[]"), close)), ERR_LIMIT, "33 levels are not");
	is_int(outcome(arena, join(arena, open, STR("{\"a\":{}}"), close)), ERR_LIMIT, "objects count as levels");
	is_int(outcome(arena, repeat(arena, STR("["), 100000)), ERR_LIMIT, "an endless descent is stopped early");
	is_int(outcome(arena, repeat(arena, STR("{\"a\":"), 100000)), ERR_LIMIT, "of objects too");
	is_int(outcome(arena, join(arena, STR("[\""), repeat(arena, STR("[{"), 99), STR("\"]"))), OK,
	       "brackets in strings are no levels");
	is_int(outcome(arena, join(arena, STR("[\"\\\""), repeat(arena, STR("["), 99), STR("\\\\\"]"))), OK,
	       "an escaped quote does not end a string");
	is_int(outcome(arena, join(arena, STR("["), repeat(arena, STR("[],"), 50), STR("[]]"))), OK,
	       "levels side by side do not add up");
	is_int(outcome(arena, join(arena, STR("["), zeros, STR("0]"))), OK, "as many values as allowed");
	is_int(outcome(arena, join(arena, STR("[0,"), zeros, STR("0]"))), ERR_LIMIT, "one value more is refused");
	is_int(outcome(arena, join(arena, spaces, STR("1"), STR(""))), OK, "a document of exactly the largest size");
	is_int(outcome(arena, join(arena, spaces, STR("1"), STR(" "))), ERR_LIMIT, "one byte more is refused");
}

static void read_members(struct arena *arena)
{
	json_t *object = parse(arena, STR("{\"s\":\"text\",\"e\":\"\",\"n\":null,\"t\":true,\"f\":false,\"i\":42,\"m\":-1,"
	                                  "\"d\":\"9223372036854775808\",\"r\":1.5,\"x\":\"12x\",\"o\":{}}"));

	is_str(json_member_str(object, "s"), STR("text"), "a string member");
	ok(json_member_str(object, "e").p && json_member_str(object, "e").n == 0, "an empty string is not an absent one");
	ok(!json_member_str(object, "i").p && !json_member_str(object, "n").p && !json_member_str(object, "zz").p,
	   "what is no string or absent reads as none");
	ok(json_member(object, "o") && !json_member(object, "n") && !json_member(object, "zz"), "null is as good as absent");
	ok(!json_member(NULL, "a") && !json_member(json_member(object, "s"), "a"), "only objects have members");
	ok(json_member_bool(object, "t", false) && !json_member_bool(object, "f", true), "true and false");
	ok(json_member_bool(object, "zz", true) && json_member_bool(object, "n", true), "absent reads as the fallback");
	ok(!json_member_bool(object, "i", true) && !json_member_bool(object, "s", true), "anything else is false");
	ok(json_member_u64(object, "i", 7) == 42, "an integer member");
	ok(json_member_u64(object, "d", 7) == UINT64_C(1) << 63, "an integer written as a string");
	ok(json_member_u64(object, "m", 7) == 7 && json_member_u64(object, "r", 7) == 7 &&
	   json_member_u64(object, "x", 7) == 7 && json_member_u64(object, "e", 7) == 7 &&
	   json_member_u64(object, "zz", 7) == 7, "anything else is the fallback");
	is_str(json_str_of(json_member(object, "s")), STR("text"), "the str of a value");
	ok(!json_str_of(NULL).p && !json_str_of(object).p, "no string, no str");
}

static void read_one_or_many(struct arena *arena)
{
	json_t *many = parse(arena, STR("[\"a\",{\"b\":1},null]")), *one = parse(arena, STR("\"a\""));

	is_int(json_count(many), 3, "an array counts its values");
	is_str(json_str_of(json_at(many, 0)), STR("a"), "and gives them out");
	ok(json_is_object(json_at(many, 1)) && !json_at(many, 3), "until its end");
	is_int(json_count(one), 1, "one value counts as one");
	ok(json_at(one, 0) == one && !json_at(one, 1), "and is the only one");
	ok(json_count(NULL) == 0 && json_count(parse(arena, STR("null"))) == 0, "nothing and null count as none");
	ok(!json_at(NULL, 0) && !json_at(parse(arena, STR("null")), 0), "and have no first");
	is_int(json_count(parse(arena, STR("[]"))), 0, "an empty array counts as none");
}

static void render(struct arena *arena)
{
	static const struct str same[] = {
		STR("{\"z\":1,\"a\":[true,false,null,{}],\"m\":{\"k\":[]}}"), STR("9223372036854775807"),
		STR("-9223372036854775808"), STR("0"), STR("1.5"), STR("-2.0"), STR("1e300"), STR("0.1"), STR("48.8566"),
		STR("0.30000000000000004"), STR("-1.7976931348623157e308"),
		STR("\"\\\"\\\\\\b\\f\\n\\r\\t\\u001f\x7f \xe2\x82\xac\xf0\x9f\x98\x80\""), STR("{\"\":\"\"}"), STR("[]"),
		STR("{\"k\\\"\\n\":1}"),
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		is_str(json_render(arena, parse(arena, same[i])), same[i], "what was parsed renders the same");
	is_str(json_render(arena, parse(arena, STR(" { \"b\" : [ 1 , 2 ] ,\n\"a\" : \"\\u20ac\\/\" } "))),
	       STR("{\"b\":[1,2],\"a\":\"\xe2\x82\xac/\"}"), "rendering is compact, in the order of insertion");
	is_str(json_render(arena, NULL), STR("null"), "no tree renders as null");
}

static void write_values(struct arena *arena)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "s", STR("t\"x"));
	json_w_member_cstr(&w, "c", "v");
	json_w_member_u64(&w, "u", UINT64_MAX);
	json_w_member_id(&w, "id", 12);
	json_w_member_id_or_null(&w, "id0", 0);
	json_w_member_id_or_null(&w, "id1", 1);
	json_w_member_bool(&w, "b", true);
	json_w_member_null(&w, "n");
	json_w_member_date(&w, "d", INT64_C(1767323045678));
	json_w_member_date(&w, "d0", 0);
	json_w_member_str_or_null(&w, "e", STR_NONE);
	json_w_member_str_or_null(&w, "f", STR("x"));
	json_w_member_raw(&w, "r", STR("{\"raw\":1}"));
	json_w_key(&w, "a");
	json_w_array(&w);
	json_w_i64(&w, INT64_MIN);
	json_w_i64(&w, 5);
	json_w_object(&w);
	json_w_object_end(&w);
	json_w_array(&w);
	json_w_array_end(&w);
	json_w_cstr(&w, NULL);
	json_w_bool(&w, false);
	json_w_null(&w);
	json_w_raw(&w, STR("7"));
	json_w_array_end(&w);
	json_w_member_bool(&w, "last", false);
	json_w_object_end(&w);
	is_str(buf_str(&buf),
	       STR("{\"s\":\"t\\\"x\",\"c\":\"v\",\"u\":18446744073709551615,\"id\":\"12\",\"id0\":null,\"id1\":\"1\","
	           "\"b\":true,\"n\":null,\"d\":\"2026-01-02T03:04:05.678Z\",\"d0\":null,\"e\":null,\"f\":\"x\","
	           "\"r\":{\"raw\":1},\"a\":[-9223372036854775808,5,{},[],\"\",false,null,7],\"last\":false}"),
	       "every kind of value is written, with its commas");
}

static struct str quoted(struct arena *arena, struct str text)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_str(&w, text);
	return buf_str(&buf);
}

static void write_any_bytes(struct arena *arena)
{
	bool accepted = true;

	is_str(quoted(arena, STR("a\xff" "b\xe2\x82")), STR("\"a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd\""),
	       "invalid UTF-8 becomes U+FFFD");
	is_str(quoted(arena, STR("a\0b\xc3\xa9")), STR("\"a\xef\xbf\xbd" "b\xc3\xa9\""), "and so does NUL");
	is_str(quoted(arena, STR("\x01\x1f</script>")), STR("\"\\u0001\\u001f</script>\""), "controls are escaped");
	is_str(quoted(arena, STR("\xff\"\n")), STR("\"\xef\xbf\xbd\\\"\\n\""), "escapes work beside invalid bytes");
	for (int a = 0; a < 256; a++) {
		for (int b = 0; b < 256; b += 3) {
			char bytes[] = { (char)a, (char)b, 'x' };

			accepted = accepted && outcome(arena, quoted(arena, (struct str){ bytes, 3 })) == OK;
		}
	}
	ok(accepted, "whatever the bytes, what was written parses");
}

/* Eight bytes are looked at together: each byte in each place among them, and behind them. */
static void write_in_any_place(struct arena *arena)
{
	enum { LENGTH = 19 };
	bool all = true;

	for (int byte = 1; byte < 128; byte++) {
		for (size_t place = 0; place < LENGTH; place++) {
			char text[LENGTH], whole[LENGTH];
			struct str escaped = quoted(arena, (struct str){ (char[]){ (char)byte }, 1 });
			struct buf expected;

			memset(text, 'a', LENGTH);
			memcpy(whole, text, LENGTH);
			text[place] = (char)byte;
			buf_init(&expected, arena, 0);
			buf_add_char(&expected, '"');
			buf_add(&expected, (struct str){ whole, place });
			buf_add(&expected, str_sub(escaped, 1, escaped.n - 2));
			buf_add(&expected, (struct str){ whole, LENGTH - place - 1 });
			buf_add_char(&expected, '"');
			all = all && str_eq(quoted(arena, (struct str){ text, LENGTH }), buf_str(&expected));
		}
	}
	ok(all, "a character is escaped alike wherever it stands");
	is_str(quoted(arena, STR("h\xc3\xa9las, h\xc3\xa9las, h\xc3\xa9las \"!")),
	       STR("\"h\xc3\xa9las, h\xc3\xa9las, h\xc3\xa9las \\\"!\""), "what is no ASCII stays between escapes");
}

static void stick(struct arena *arena)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 8);
	json_writer_init(&w, &buf);
	json_w_array(&w);
	json_w_cstr(&w, "longer than the limit");
	json_w_array_end(&w);
	is_int(buf.err, ERR_LIMIT, "the limit of the buf is the writer's");
}

int main(void)
{
	struct arena *arena = arena_new();

	refuse(arena);
	keep_bounds(arena);
	read_members(arena);
	read_one_or_many(arena);
	render(arena);
	write_values(arena);
	write_any_bytes(arena);
	write_in_any_place(arena);
	stick(arena);
	arena_free(arena);
	return done();
}
