/* storage/base/str: looking at text, UTF-8, and building text up to a limit. */
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static void compare(void)
{
	static const char high[] = "\xff";

	ok(str_eq(STR("a"), STR("a")) && !str_eq(STR("a"), STR("A")) && !str_eq(STR("a"), STR("ab")), "equal is exact");
	ok(str_eq(STR_NONE, STR("")), "nothing equals an empty text");
	ok(str_eq_nocase(STR("Content-TYPE"), STR("content-type")), "ASCII letters compare without case");
	ok(!str_eq_nocase(STR("["), STR("{")) && !str_eq_nocase(STR("@"), STR("`")), "only letters lose their case");
	ok(!str_eq_nocase(STR("\xc3\x89"), STR("\xc3\xa9")), "letters beyond ASCII keep their case");
	ok(str_cmp(STR("ab"), STR("b")) < 0 && str_cmp(STR("b"), STR("ab")) > 0, "order is that of the bytes");
	ok(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("a"), STR_NONE) > 0, "a prefix sorts first");
	ok(str_cmp(STR("z"), str_of(high)) < 0, "bytes sort as unsigned");
	ok(str_cmp(STR("ab"), STR("ab")) == 0, "the same text sorts the same");
	ok(str_of(NULL).n == 0 && str_of("abc").n == 3, "a C string has its length, NULL none");
}

static void look(void)
{
	struct str text = STR("hello world");

	ok(str_starts(text, STR("hello")) && !str_starts(text, STR("world")), "a prefix is found at the start");
	ok(str_ends(text, STR("world")) && !str_ends(text, STR("hello")), "a suffix is found at the end");
	ok(!str_starts(STR("a"), STR("ab")) && !str_ends(STR("b"), STR("ab")), "what is longer is no part");
	ok(str_starts(text, STR("")) && str_ends(STR_NONE, STR_NONE), "every text starts and ends with nothing");
	is_str(str_sub(text, 6, 3), STR("wor"), "a part is cut out");
	is_str(str_sub(text, 6, SIZE_MAX), STR("world"), "a part ends with the text");
	is_str(str_sub(text, 99, 1), STR(""), "a part behind the end is empty");
	is_str(str_sub(STR_NONE, 1, 1), STR(""), "a part of nothing is nothing");
	is_int(str_find(text, STR("world")), 6, "a needle is found");
	ok(str_find(text, STR("worlds")) == SIZE_MAX, "an absent needle is not found");
	ok(str_find(STR_NONE, STR("a")) == SIZE_MAX && str_find(STR_NONE, STR("")) == 0, "nothing holds only nothing");
	is_int(str_find_char(text, 'o'), 4, "the first character is found");
	ok(str_find_char(text, 'x') == SIZE_MAX && str_find_char(STR_NONE, 'x') == SIZE_MAX,
	   "an absent character is not found");
	is_str(str_trim(STR(" \t\r\n a b \v\f")), STR("a b"), "white space is trimmed at both ends only");
	is_str(str_trim(STR("  ")), STR(""), "white space alone trims to nothing");
}

static void cut(void)
{
	struct str rest = STR("a,,bc,");
	struct str parts[8];
	size_t n = 0;

	while (rest.p && n < 8)
		parts[n++] = str_cut(&rest, ',');
	ok(n == 4, "a separator at the end has an empty part behind it");
	is_str(parts[0], STR("a"), "the first part");
	is_str(parts[1], STR(""), "an empty part");
	is_str(parts[2], STR("bc"), "the third part");
	is_str(parts[3], STR(""), "the part behind the last separator");
	rest = STR_NONE;
	ok(str_cut(&rest, ',').n == 0 && !rest.p, "cutting nothing gives nothing");
}

static void read_numbers(void)
{
	static const struct str bad[] = {
		STR(""), STR("-1"), STR("+1"), STR(" 1"), STR("1 "), STR("1a"), STR("0x1"),
		STR("18446744073709551616"), STR("99999999999999999999"), STR("1\0002"),
	};
	uint64_t value = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!str_to_u64(bad[i], &value) && value == 7, "no number: \"%.*s\"", STR_ARG(bad[i]));
	ok(str_to_u64(STR("18446744073709551615"), &value) && value == UINT64_MAX, "the largest number is read");
	ok(str_to_u64(STR("007"), &value) && value == 7, "leading zeros are digits");
}

static void judge_utf8(void)
{
	static const struct str good[] = {
		STR(""), STR("plain ASCII, longer than a word"), STR("\xc2\x80"), STR("\xdf\xbf"), STR("\xe0\xa0\x80"),
		STR("\xed\x9f\xbf"), STR("\xee\x80\x80"), STR("\xef\xbf\xbf"), STR("\xf0\x90\x80\x80"),
		STR("\xf4\x8f\xbf\xbf"), STR("1234567\xc3\xa9") , STR("12345678\xc3\xa9"), STR("\x01\x7f"),
	};
	static const struct str bad[] = {
		STR("\x80"), STR("\xbf"), STR("\xc0\x80"), STR("\xc1\xbf"), STR("\xc3"), STR("\xc3("), STR("\xe0\x9f\xbf"),
		STR("\xed\xa0\x80"), STR("\xed\xbf\xbf"), STR("\xe2\x82"), STR("\xe2(\xa1"), STR("\xf0\x8f\xbf\xbf"),
		STR("\xf4\x90\x80\x80"), STR("\xf5\x80\x80\x80"), STR("\xf0\x90\x80"), STR("\xff"), STR("\xfe"),
		STR("a\0b"), STR("12345678\0"), STR("1234567\0"), STR("12345678901234567\x80"),
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(utf8_valid(good[i]), "well-formed UTF-8 %zu is valid", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!utf8_valid(bad[i]), "malformed UTF-8 %zu is not valid", i);
	ok(utf8_valid(STR_NONE), "nothing is valid");
}

static void walk_utf8(void)
{
	struct str text = STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
	struct str broken = STR("\xe2\x82" "b\xc0");
	static const uint32_t wanted[] = { 'a', 0xE9, 0x20AC, 0x1F600, 'z' };
	static const uint32_t repaired[] = { 0xFFFD, 0xFFFD, 'b', 0xFFFD };
	bool same = true;
	size_t at = 0;

	for (size_t i = 0; i < 5; i++)
		same = same && utf8_next(text, &at) == wanted[i];
	ok(same && at == text.n, "code points are read one after the other");
	at = 0;
	for (size_t i = 0; i < 4; i++)
		same = same && utf8_next(broken, &at) == repaired[i];
	ok(same && at == broken.n, "each malformed byte reads as U+FFFD");
	ok(utf8_next(broken, &at) == 0xFFFD && at == broken.n, "behind the end there is nothing more");
	is_int(utf8_length(text), 5, "the length counts code points");
	is_str(utf8_prefix(text, 3), STR("a\xc3\xa9\xe2\x82\xac"), "a prefix never cuts a code point");
	is_str(utf8_prefix(text, 0), STR(""), "a prefix of none is empty");
	is_str(utf8_prefix(text, 99), text, "a prefix longer than the text is the text");
}

static void build(struct arena *arena)
{
	struct str piece = STR("0123456789");
	bool same = true;
	struct buf buf;

	buf_init(&buf, arena, 0);
	is_str(buf_str(&buf), STR(""), "an empty buf is an empty text");
	ok(buf_str(&buf).p && buf_str(&buf).p[0] == '\0', "an empty buf ends in NUL too");
	for (int i = 0; i < 10000; i++)
		buf_add(&buf, piece);
	for (size_t i = 0; i < 100000; i++)
		same = same && buf_str(&buf).p[i] == (char)('0' + i % 10);
	ok(same && buf.n == 100000 && buf_str(&buf).p[buf.n] == '\0', "a long text is built of many pieces");

	buf_init(&buf, arena, 0);
	buf_add_char(&buf, '<');
	buf_add_u64(&buf, 0);
	buf_add_char(&buf, ' ');
	buf_add_u64(&buf, 10);
	buf_add_char(&buf, ' ');
	buf_add_u64(&buf, 100);
	buf_add_char(&buf, ' ');
	buf_add_u64(&buf, 1234567);
	buf_add_char(&buf, ' ');
	buf_add_u64(&buf, UINT64_MAX);
	buf_printf(&buf, " %s %d>", "text", -3);
	is_str(buf_str(&buf), STR("<0 10 100 1234567 18446744073709551615 text -3>"), "numbers and formats");

	buf_init(&buf, arena, 0);
	buf_add_utf8(&buf, 'a');
	buf_add_utf8(&buf, 0xE9);
	buf_add_utf8(&buf, 0x20AC);
	buf_add_utf8(&buf, 0x1F600);
	buf_add_utf8(&buf, 0xD800);
	buf_add_utf8(&buf, 0x110000);
	is_str(buf_str(&buf), STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd"),
	       "code points are encoded, impossible ones replaced");
}

static void meet_the_limit(struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 10);
	buf_add(&buf, STR("0123456789"));
	is_int(buf.err, OK, "a buf may be filled up to its limit");
	buf_add_char(&buf, 'x');
	is_int(buf.err, ERR_LIMIT, "one byte more is an error");
	is_str(buf_str(&buf), STR("0123456789"), "and changes nothing");

	buf_init(&buf, arena, 10);
	buf_add(&buf, STR("0123456"));
	buf_printf(&buf, "%s", "four");
	buf_add(&buf, STR("7"));
	is_int(buf.err, ERR_LIMIT, "the error sticks");
	is_str(buf_str(&buf), STR("0123456"), "later calls do nothing");

	buf_init(&buf, arena, 4);
	memcpy(buf_reserve(&buf, 4), "abcd", 4);
	buf.n += 4;
	ok(!buf_reserve(&buf, 1) && buf.err == ERR_LIMIT, "room beyond the limit cannot be reserved");
	is_str(buf_str(&buf), STR("abcd"), "what was written into reserved room counts");

	buf_init(&buf, arena, 0);
	ok(!buf_reserve(&buf, SIZE_MAX) && buf.err == ERR_LIMIT, "an absurd size is beyond the default limit");
}

static void escape(struct arena *arena)
{
	struct str text = STR_NONE;
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add_html(&buf, STR("<a href=\"x\">Tom & 'J\xc3\xa9rry'</a>"));
	is_str(buf_str(&buf), STR("&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;J\xc3\xa9rry&#39;&lt;/a&gt;"),
	       "text for HTML is escaped");
	buf_init(&buf, arena, 0);
	buf_add_percent(&buf, STR("aZ09-._~ /?&=+%\xc3\xa9"));
	is_str(buf_str(&buf), STR("aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A9"), "all but unreserved characters are encoded");
	is_int(percent_decode(arena, buf_str(&buf), false, &text), OK, "what was encoded can be decoded");
	is_str(text, STR("aZ09-._~ /?&=+%\xc3\xa9"), "and is the same again");
	is_int(percent_decode(arena, STR("a+b%2b%2Bc"), true, &text), OK, "a form value decodes");
	is_str(text, STR("a b++c"), "plus is a space in forms");
	is_int(percent_decode(arena, STR("a+b"), false, &text), OK, "a path decodes");
	is_str(text, STR("a+b"), "plus is plus elsewhere");
}

static void refuse_broken_escapes(struct arena *arena)
{
	static const struct str bad[] = { STR("%"), STR("a%4"), STR("%zz"), STR("%4x"), STR("%00"), STR("a\0b"), STR("%%41") };
	struct str text = STR("untouched");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(percent_decode(arena, bad[i], false, &text) == ERR_INVALID, "broken escape %zu is refused", i);
	is_str(text, STR("untouched"), "a failure leaves the result alone");
}

static void name_errors(void)
{
	is_str(str_of(err_name(OK)), STR("ok"), "success has a name");
	is_str(str_of(err_name(ERR_NOT_FOUND)), STR("not found"), "an error has a name");
	is_str(str_of(err_name(ERR_UNAUTHORIZED)), STR("unauthorized"), "the last error has a name");
	is_str(str_of(err_name(-99)), STR("unknown"), "a foreign code has none");
	is_str(str_of(err_name(99)), STR("unknown"), "nor has a positive one");
	ok(err_name(NEED) != NULL, "a need has a name");
	for (int err = ERR_UNAUTHORIZED; err <= OK; err++)
		ok(err_name(err) && !str_eq(str_of(err_name(err)), STR("unknown")), "code %d is named", err);
}

int main(void)
{
	struct arena *arena = arena_new();

	compare();
	look();
	cut();
	read_numbers();
	judge_utf8();
	walk_utf8();
	is_str(str_lower(arena, STR("AbC\xc3\x89[")), STR("abc\xc3\x89["), "ASCII letters are lowered");
	build(arena);
	meet_the_limit(arena);
	escape(arena);
	refuse_broken_escapes(arena);
	name_errors();
	arena_free(arena);
	return done();
}
