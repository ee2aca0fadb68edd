/* storage/keys: layouts and order. */
#include "storage/base/arena.h"
#include "storage/keys.h"
#include "tests/unit/tap.h"

static struct key a, b;

static bool in_range(const struct engine_range *range, struct str key)
{
	return str_cmp(range->from, key) <= 0 && (range->to.n == 0 || str_cmp(key, range->to) < 0);
}

static void test_order(void)
{
	static const uint64_t numbers[] = { 0, 1, 255, 256, 65535, 1ULL << 32, 1ULL << 62, UINT64_MAX };
	bool sorted = true, second = true;

	for (size_t i = 1; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sorted &= str_cmp(key_u64(&a, numbers[i - 1]), key_u64(&b, numbers[i])) < 0;
		second &= str_cmp(key_u64_u64(&a, 5, numbers[i - 1]), key_u64_u64(&b, 5, numbers[i])) < 0;
	}
	ok(sorted, "numbers sort by value");
	ok(second, "and so do second numbers");
	ok(str_cmp(key_u64_u64(&a, 1, UINT64_MAX), key_u64_u64(&b, 2, 0)) < 0, "the first number decides");
	ok(str_cmp(key_word_u64(&a, STR("an"), UINT64_MAX), key_word_u64(&b, STR("ana"), 0)) < 0,
	   "a word stands before those that begin with it");
	ok(str_cmp(key_notice_of(&a, 1, 2, 9, 9), key_notice_of(&b, 1, 3, 0, 0)) < 0,
	   "notices sort by kind within an account");
}

static void test_layout(void)
{
	uint8_t value[8];
	struct str key = key_u64_u64(&a, 7, 9);

	is_int(key.n, 16, "two numbers take 16 bytes");
	ok(key_read_u64(key, 0) == 7 && key_read_u64(key, 8) == 9, "and are read back");
	ok(key_read_u64(key, 9) == 0 && key_read_u64(key, SIZE_MAX) == 0,
	   "a number beyond the end reads as 0");
	ok(key_read_u64(value_u64(value, UINT64_MAX - 1), 0) == UINT64_MAX - 1, "a value is a number too");
	is_int(key_hash(&a, STR("https://a.example/u/1")).n, 16, "a hash takes 16 bytes");
	is_int(key_sha256(&a, STR("secret")).n, 32, "a secret takes 32");
	ok(!str_eq(key_hash(&a, STR("x")), key_hash(&b, STR("y"))), "different texts have different hashes");
	is_str(str_sub(key_sha256(&a, STR("x")), 0, 16), key_hash(&b, STR("x")),
	       "the short hash is the front of the long one");
	is_int(key_hash_u64(&a, STR("news"), 5).n, 24, "a hash and a number take 24 bytes");
	is_str(str_sub(key_u64_hash(&a, 5, STR("x")), 8, 16), key_hash(&b, STR("x")),
	       "the hash stands behind the number");
	is_str(key_name_host(&a, STR("ana"), STR("b.example")), STR("ana\0b.example"),
	       "name and host are split by NUL");
	ok(!str_eq(key_name_host(&a, STR("ana"), STR("")), key_text(&b, STR("ana"))),
	   "a name of ours still ends in NUL");
}

static void test_bounds(void)
{
	struct arena *arena = arena_new();
	struct str text = { arena_alloc(arena, 2000), 2000 };

	memset((char *)text.p, 'w', text.n);
	is_int(key_text(&a, text).n, ENGINE_KEY_MAX, "a long text is cut");
	is_int(key_word_u64(&a, text, 77).n, ENGINE_KEY_MAX, "so is a long word");
	ok(key_read_u64((struct str){ (char *)a.bytes, a.n }, a.n - 8) == 77,
	   "the number behind it is whole");
	is_int(key_name_host(&a, text, STR("b.example")).n, ENGINE_KEY_MAX, "a long name stays within a key");
	is_int(key_name_host(&a, STR("ana"), text).n, ENGINE_KEY_MAX, "and so does a long host");
	arena_free(arena);
}

static void test_ranges(void)
{
	struct engine_range range = key_range_u64(&a, &b, 5, 10, 20, true);
	struct key k;

	ok(range.reverse, "the direction is kept");
	ok(!in_range(&range, key_u64_u64(&k, 5, 10)) && in_range(&range, key_u64_u64(&k, 5, 11)),
	   "`after` is exclusive");
	ok(in_range(&range, key_u64_u64(&k, 5, 19)) && !in_range(&range, key_u64_u64(&k, 5, 20)),
	   "`before` is exclusive");
	range = key_range_u64(&a, &b, 5, 0, 0, false);
	ok(in_range(&range, key_u64_u64(&k, 5, 0)) && in_range(&range, key_u64_u64(&k, 5, UINT64_MAX)),
	   "0 is open");
	ok(!in_range(&range, key_u64_u64(&k, 4, UINT64_MAX)) && !in_range(&range, key_u64_u64(&k, 6, 0)),
	   "an open range stays within its prefix");
	range = key_range_u64(&a, &b, UINT64_MAX, 0, 0, false);
	ok(in_range(&range, key_u64_u64(&k, UINT64_MAX, 7)), "the highest prefix has a range");
	range = key_range_u64(&a, &b, 5, UINT64_MAX, 0, false);
	ok(!in_range(&range, key_u64_u64(&k, 5, UINT64_MAX)) && !in_range(&range, key_u64_u64(&k, 6, 0)),
	   "nothing is after the highest id");
}

static void test_spaces(void)
{
	bool named = true;

	for (unsigned i = 0; i < SPACE_COUNT; i++) {
		named &= space_names[i].name && space_key_text(i)[0] && space_value_text(i)[0];
		for (unsigned j = 0; j < i; j++)
			named = named && !str_eq(str_of(space_names[i].name), str_of(space_names[j].name));
	}
	ok(named, "every space has a name of its own and a description");
}

int main(void)
{
	test_order();
	test_layout();
	test_bounds();
	test_ranges();
	test_spaces();
	return done();
}
