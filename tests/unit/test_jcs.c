/* Canonical JSON: the vectors of RFC 8785, and that nothing but the meaning of a document decides its bytes.
 */
#include "federation/jcs.h"

#include <math.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static struct str canonical(struct arena *arena, const char *text)
{
	struct str got = STR("(not canonicalised)");
	json_t *value;

	if (json_parse(arena, str_of(text), &value) == OK)
		jcs_render(arena, value, &got);
	return got;
}

static struct str number(struct arena *arena, double value)
{
	struct str got = STR("(not written)");
	json_t *real = json_real(value);

	if (real)
		jcs_render(arena, real, &got);
	json_decref(real);
	return got;
}

static double of_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Sections 3.2.2 and 3.2.3. */
static void test_documents(struct arena *arena)
{
	is_str(canonical(
		       arena,
		       "{\n  \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
		       "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
		       "  \"literals\": [null, true, false]\n}"),
	       STR("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
		   "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"),
	       "the example of section 3.2.2");
	is_str(canonical(
		       arena,
		       "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew\",\"1\":\"One\","
		       "\"\\ud83d\\ude00\":\"Emoji\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin\"}"),
	       STR("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":\"Latin\","
		   "\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji\",\"\xef\xac\xb3\":\"Hebrew\"}"),
	       "the order of section 3.2.3: UTF-16 code units");
	is_str(canonical(
		       arena,
		       " { \"b\" : [ { } , [ ] ] , \"\" : \"\" , \"a\" : { \"z\":1, \"aa\":2, \"a\":3 } } "),
	       STR("{\"\":\"\",\"a\":{\"a\":3,\"aa\":2,\"z\":1},\"b\":[{},[]]}"),
	       "levels are ordered each for itself, arrays never");
	is_str(canonical(arena, "\"\\b\\f\\t\\r\\n\\u0001\\u001F\\u007f\\u00E9e\\u0301\\u2028</\""),
	       STR("\"\\b\\f\\t\\r\\n\\u0001\\u001f\x7f\xc3\xa9"
		   "e\xcc\x81\xe2\x80\xa8</\""),
	       "nothing is escaped that need not be, and nothing is normalised");
	is_str(canonical(
		       arena,
		       "{\"\\ue000\":1,\"\\uffff\":2,\"\\ud800\\udc00\":3,\"\\ud7ff\":4,\"\\udbff\\udfff\":5}"),
	       STR("{\"\xed\x9f\xbf\":4,\"\xf0\x90\x80\x80\":3,\"\xf4\x8f\xbf\xbf\":5,\"\xee\x80\x80\":1,\"\xef\xbf\xbf\":2}"),
	       "what takes two units stands between D7FF and E000");
}

/* Appendix B, without the two that are no numbers: Jansson cannot hold them. */
static void test_doubles(struct arena *arena)
{
	static const struct {
		uint64_t bits;
		const char *text;
	} rows[] = {
		{ 0x0000000000000000, "0" },
		{ 0x8000000000000000, "0" },
		{ 0x0000000000000001, "5e-324" },
		{ 0x8000000000000001, "-5e-324" },
		{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
		{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
		{ 0x4340000000000000, "9007199254740992" },
		{ 0xc340000000000000, "-9007199254740992" },
		{ 0x4430000000000000, "295147905179352830000" },
		{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
		{ 0x44b52d02c7e14af6, "1e+23" },
		{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
		{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
		{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
		{ 0x444b1ae4d6e2ef50, "1e+21" },
		{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
		{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
		{ 0x41b3de4355555553, "333333333.3333332" },
		{ 0x41b3de4355555554, "333333333.33333325" },
		{ 0x41b3de4355555555, "333333333.3333333" },
		{ 0x41b3de4355555556, "333333333.3333334" },
		{ 0x41b3de4355555557, "333333333.33333343" },
		{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
		{ 0x43143ff3c1cb0959, "1424953923781206.2" },
		/* Below a power of two: the nearest 16 digits, …801e-14, belong to the next double down. */
		{ 0x3d30000000000000, "5.684341886080802e-14" },
		{ 0x0010000000000000, "2.2250738585072014e-308" },
		{ 0x4024000000000000, "10" },
		{ 0x3ff0000000000000, "1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof *rows; i++) {
		struct str name = arena_printf(arena, "the double %016llx is %s",
					       (unsigned long long)rows[i].bits, rows[i].text);

		is_str(number(arena, of_bits(rows[i].bits)), str_of(rows[i].text), name.p);
	}
}

static void test_numbers(struct arena *arena)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "-0", "0" },
		{ "-0.0", "0" },
		{ "25.0", "25" },
		{ "1e21", "1e+21" },
		{ "1e20", "100000000000000000000" },
		{ "0.0000001", "1e-7" },
		{ "-1.5e-7", "-1.5e-7" },
		{ "123456.789", "123456.789" },
		{ "1e-400", "0" },
		{ "9007199254740991", "9007199254740991" },
		{ "-9007199254740992", "-9007199254740992" },
		{ "9007199254740993", "9007199254740992" },
		{ "9007199254740995", "9007199254740996" },
		{ "9223372036854775807", "9223372036854776000" },
		{ "-9223372036854775808", "-9223372036854776000" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof *rows; i++) {
		struct str name = arena_printf(arena, "%s is written %s", rows[i].text, rows[i].wanted);

		is_str(canonical(arena, rows[i].text), str_of(rows[i].wanted), name.p);
	}
}

/* A generator of our own, so that a failure comes again. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void test_round_trip(struct arena *arena)
{
	uint64_t state = 8785;
	int wrong = 0;

	for (int i = 0; i < 20000; i++) {
		double value = of_bits(draw(&state));
		struct arena *turn;

		if (!isfinite(value))
			continue;
		turn = arena_new();
		wrong += strtod(number(turn, value).p, NULL) != value;
		arena_free(turn);
	}
	is_int(wrong, 0, "any double reads back from its text");
	for (int i = -1074; i < 1024; i++)
		wrong += strtod(number(arena, ldexp(1, i)).p, NULL) != ldexp(1, i);
	is_int(wrong, 0, "and so does any power of two");
}

static json_t *random_value(uint64_t *state, int depth);

static json_t *random_object(uint64_t *state, int depth)
{
	static const char *const keys[] = {
		"a", "b", "\xc3\xa9", "\xee\x80\x80", "\xf0\x9f\x98\x80", "@context", "", "\n", "A"
	};
	json_t *object = json_object();

	for (uint64_t n = draw(state) % 6; n > 0; n--)
		json_object_set_new(object, keys[draw(state) % (sizeof(keys) / sizeof *keys)],
				    random_value(state, depth));
	return object;
}

static json_t *random_value(uint64_t *state, int depth)
{
	json_t *array;
	double real = of_bits(draw(state));

	switch (draw(state) % (depth ? 7 : 4)) {
	case 0:
		return json_string("text \"\\ \x1f \xf0\x9f\x98\x80");
	case 1:
		return json_integer((json_int_t)draw(state) >> (1 + draw(state) % 63));
	case 2:
		/* Jansson takes what is written without a point for an integer, and beyond 2^63 for an error.
		 */
		return json_real(isfinite(real) && !(fabs(real) > 1e15 && fabs(real) < 1e21) ? real : 0.5);
	case 3:
		return json_boolean(draw(state) % 2);
	case 4:
		array = json_array();
		for (uint64_t n = draw(state) % 4; n > 0; n--)
			json_array_append_new(array, random_value(state, depth - 1));
		return array;
	default:
		return random_object(state, depth - 1);
	}
}

static void test_idempotent(void)
{
	uint64_t state = 42;
	int unread = 0, wrong = 0;

	for (int i = 0; i < 2000; i++) {
		struct arena *arena = arena_new();
		json_t *value = random_object(&state, 4), *again;
		struct str first = STR_NONE, second = STR_NONE;

		jcs_render(arena, value, &first);
		if (json_parse(arena, first, &again) == OK)
			jcs_render(arena, again, &second);
		else
			unread++;
		wrong += !str_eq(first, second);
		json_decref(value);
		arena_free(arena);
	}
	is_int(unread, 0, "what is canonical is JSON");
	is_int(wrong, 0, "the canonical form of a canonical form is itself");
}

int main(void)
{
	struct arena *arena = arena_new();

	test_documents(arena);
	test_doubles(arena);
	test_numbers(arena);
	test_round_trip(arena);
	test_idempotent();
	arena_free(arena);
	return done();
}
