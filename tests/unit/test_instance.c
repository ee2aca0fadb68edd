/* storage/instance: addresses of our own things. */
#include "storage/base/arena.h"
#include "storage/instance.h"
#include "tests/unit/tap.h"

static void test_addresses(void)
{
	const struct instance ours = { .domain = STR("a.example"), .url = STR("https://a.example") };
	const struct instance nameless = { 0 };
	struct arena *arena = arena_new();

	is_str(instance_account_uri(arena, &ours, 7), STR("https://a.example/u/7"),
	       "an account has an address by number");
	is_str(instance_account_url(arena, &ours, STR("ana")), STR("https://a.example/@ana"),
	       "and a page by name");
	is_str(instance_post_uri(arena, &ours, 9), STR("https://a.example/p/9"), "a post has an address");
	is_str(instance_post_url(arena, &ours, STR("ana"), 9), STR("https://a.example/@ana/9"), "and a page");
	is_str(instance_activity_uri(arena, &ours, 9), STR("https://a.example/a/9"),
	       "an activity has an address");
	is_str(instance_tag_url(arena, &ours, STR("caf\xc3\xa9")), STR("https://a.example/tags/caf%C3%A9"),
	       "the address of a tag is percent-encoded");
	ok(instance_owns(&ours, STR("https://a.example")) &&
	           instance_owns(&ours, STR("https://a.example/u/7")),
	   "what is below our origin is ours");
	ok(!instance_owns(&ours, STR("https://a.example.evil/u/7")), "a longer host is not");
	ok(!instance_owns(&ours, STR("https://a.example:8443/u/7")), "another port is not");
	ok(!instance_owns(&nameless, STR("/u/7")), "a node without a name owns nothing");
	is_int(instance_parse_id(&ours, "u", STR("https://a.example/u/7")), 7,
	       "the number of an address of ours is read");
	is_int(instance_parse_id(&ours, "p", STR("https://a.example/u/7")), 0,
	       "but not under another segment");
	is_int(instance_parse_id(&ours, "u", STR("https://a.example/u/7/followers")), 0,
	       "nor with more behind it");
	is_int(instance_parse_id(&ours, "u", STR("https://a.example/u/07")), 0, "nor with a leading zero");
	is_int(instance_parse_id(&ours, "u", STR("https://a.example/u/")), 0, "nor without a number");
	is_int(instance_parse_id(&ours, "u", STR("https://b.example/u/7")), 0, "nor on another host");
	arena_free(arena);
}

int main(void)
{
	test_addresses();
	return done();
}
