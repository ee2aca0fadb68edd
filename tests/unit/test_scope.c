/* Scopes: names to stored bits and back. */
#include "storage/scope.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static scope_set parsed(const char *text)
{
	scope_set scopes = 0;

	return scope_parse(str_of(text), &scopes, NULL) == OK ? scopes : ~(scope_set)0;
}

static void test_parse(void)
{
	scope_set scopes = 77;
	struct str unknown = STR_NONE;

	is_int(parsed(""), 0, "an empty text is the empty set");
	is_int(parsed("read:statuses"), SCOPE(READ_STATUSES), "a name is one bit");
	is_int(parsed("read:statuses+push"), SCOPE(READ_STATUSES) | SCOPE(PUSH), "a plus separates as a space does");
	is_int(parsed("  push  "), SCOPE(PUSH), "extra spaces do not matter");
	is_int(parsed("follow"), SCOPE_FOLLOW, "follow is read and write of blocks, follows and mutes");
	ok((parsed("read") & SCOPE(READ_SEARCH)) != 0, "read grants its children");
	ok((parsed("read") & SCOPE(WRITE_STATUSES)) == 0, "read grants no writing");
	ok((parsed("read") & SCOPE(ADMIN_READ_REPORTS)) == 0, "read grants nothing of admin");
	ok((parsed("admin:write") & SCOPE(ADMIN_WRITE_REPORTS)) != 0, "admin:write grants its children");
	is_int(scope_parse(STR("read admin"), &scopes, &unknown), ERR_INVALID, "there is no plain admin");
	is_str(unknown, STR("admin"), "the unknown name is told");
	is_int(scopes, 77, "a failure leaves the result untouched");
	is_int(scope_parse(STR("Read"), &scopes, NULL), ERR_INVALID, "names are lower case");
	is_int(scope_parse(STR("read:"), &scopes, NULL), ERR_INVALID, "a parent with a colon is no name");
}

static void test_render(void)
{
	struct arena *arena = arena_new();
	scope_set some[] = { 0, SCOPE(PUSH), parsed("read"), parsed("write read"), SCOPE_FOLLOW, parsed("read follow"),
	                     parsed("read write:media admin:read"), ((scope_set)1 << SCOPE_COUNT) - 1 };

	is_str(scope_render(arena, parsed("push follow write read")), STR("read write follow push"),
	       "whole families come back by their names in the usual order");
	is_str(scope_render(arena, parsed("write:media read:lists")), STR("read:lists write:media"), "single names come back");
	is_str(scope_render(arena, 0), STR(""), "the empty set is an empty text");
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		scope_set again = ~(scope_set)0;
		struct str text = scope_render(arena, some[i]);

		ok(scope_parse(text, &again, NULL) == OK && again == some[i], "'%.*s' parses to the set it came from",
		   STR_ARG(text));
	}
	for (size_t i = 0; i < SCOPE_COUNT; i++) {
		scope_set again = 0, one = (scope_set)1 << i;

		if (scope_parse(scope_render(arena, one), &again, NULL) != OK || again != one)
			ok(false, "bit %zu round-trips", i);
	}
	arena_free(arena);
}

static void test_names(void)
{
	size_t count = 0, bad = 0;
	scope_set all = 0;

	is_str(scope_name(0), STR("read"), "parents are listed first");
	for (; scope_name(count).p; count++) {
		scope_set scopes = 0;

		bad += scope_parse(scope_name(count), &scopes, NULL) != OK;
		all |= scopes;
		for (size_t k = 0; k < count; k++)
			bad += str_eq(scope_name(k), scope_name(count));
	}
	is_int(bad, 0, "every listed name parses, and none is listed twice");
	is_int(count, SCOPE_COUNT + 5, "all names and the five parents are listed");
	is_int(all, ((scope_set)1 << SCOPE_COUNT) - 1, "together they cover everything");
	is_int(SCOPE(PROFILE), 1, "the first stored bit is profile: stored bits never move");
	is_int(SCOPE(ADMIN_WRITE_CANONICAL_EMAIL_BLOCKS), (scope_set)1 << 41, "the last stored bit is number 41");
}

int main(void)
{
	test_parse();
	test_render();
	test_names();
	return done();
}
