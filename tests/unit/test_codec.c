/* storage/codec over the record types of storage/model. */
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static void test_round_trip(void)
{
	struct str pairs[] = { STR("Team"), STR("Sales"), STR("Floor"), STR("") };
	struct account account = {
		.id = UINT64_MAX,
		.kind = ACCOUNT_GROUP,
		.username = STR("ana"),
		.host = STR("b.example:8443"),
		.note = STR("<p>a\0b</p>"),
		.field_pairs = { pairs, 4 },
		.bot = true,
		.created_ms = -1,
		.fetched_ms = INT64_MIN,
	};
	uint64_t ids[] = { 0, 127, 128, UINT64_MAX };
	struct post post = { .id = 9, .mention_ids = { ids, 4 } }, post_back;
	struct account back;
	struct str bytes = codec_encode(arena, &account_type, &account);

	is_int(codec_decode(arena, &account_type, bytes, &back), OK, "what was encoded decodes");
	ok(back.id == account.id, "the highest number survives");
	is_int(back.kind, ACCOUNT_GROUP, "a small number survives");
	is_str(back.username, account.username, "a text survives");
	is_str(back.note, account.note, "a text may hold NUL");
	ok(back.bot && !back.locked, "flags survive");
	ok(back.created_ms == -1 && back.fetched_ms == INT64_MIN, "negative numbers survive");
	is_int(back.field_pairs.count, 4, "a list of texts keeps its length");
	is_str(back.field_pairs.items[1], STR("Sales"), "and its items");
	is_str(back.field_pairs.items[3], STR(""), "also empty ones");
	is_int(back.url.n, 0, "an absent text is empty");

	bytes = codec_encode(arena, &post_type, &post);
	is_int(codec_decode(arena, &post_type, bytes, &post_back), OK, "a post decodes");
	ok(post_back.mention_ids.count == 4 && memcmp(post_back.mention_ids.ids, ids, sizeof(ids)) == 0,
	   "a list of numbers survives, zero included");
}

static void test_independence(void)
{
	struct user user = { .account_id = 1, .email = STR("ana@a.example") }, back;
	struct str bytes = codec_encode(arena, &user_type, &user);
	char stored[64];

	memcpy(stored, bytes.p, bytes.n);
	codec_decode(arena, &user_type, (struct str){ stored, bytes.n }, &back);
	memset(stored, 'x', sizeof(stored));
	is_str(back.email, STR("ana@a.example"), "a decoded text does not point into the stored bytes");
}

static void test_without_arena(void)
{
	struct token token = { .id = 5, .account_id = 7, .scopes = 3 }, back;
	struct str bytes = codec_encode(arena, &token_type, &token);

	is_int(codec_decode(NULL, &token_type, bytes, &back), OK,
	       "a record without texts decodes without an arena");
	ok(back.id == 5 && back.account_id == 7 && back.scopes == 3, "and is complete");
}

/* The layout is a promise to stored data: these bytes were written by the first version. */
static void test_stored_bytes(void)
{
	struct post_edit edit = { .post_id = 300, .created_ms = 2, .content = STR("hi"), .sensitive = true },
			 back;
	struct str old = STR("\x01" "\x04\xac\x02" "\x08\x04" "\x0d\x02hi" "\x14\x01");
	struct str newer = STR("\x01"
	                       "\x04\xac\x02"
	                       "\xa0\x1f\x05"
	                       "\xa1\x1f\x03xyz"
	                       "\xa2\x1f\x02\x01\x80\x01"
	                       "\xa3\x1f\x02\x01q\x00"
	                       "\x0d\x02hi");
	struct str shuffled = STR("\x01" "\x14\x01" "\x0d\x02hi" "\x04\xac\x02");

	is_str(codec_encode(arena, &post_edit_type, &edit), old, "bytes are written as ever");
	is_int(codec_decode(arena, &post_edit_type, old, &back), OK, "bytes of the first version decode");
	ok(back.post_id == 300 && back.created_ms == 2 && back.sensitive, "with their numbers");
	is_int(codec_decode(arena, &post_edit_type, newer, &back), OK,
	       "unknown tags of every kind are skipped");
	ok(back.post_id == 300 && str_eq(back.content, STR("hi")),
	   "and the known members around them are read");
	is_int(codec_decode(arena, &post_edit_type, shuffled, &back), OK, "any order of members decodes");
	ok(back.post_id == 300 && back.sensitive, "to the same record");
	is_int(codec_decode(arena, &post_edit_type, STR("\x01"), &back), OK, "an empty record decodes");
	ok(back.post_id == 0 && back.content.n == 0, "to all zero");
}

static void test_hostile(void)
{
	static const struct {
		const char *name;
		struct str bytes;
	} cases[] = {
		{ "no bytes at all", { "", 0 } },
		{ "an unknown format", { "\x02", 1 } },
		{ "a tag without a value", { "\x01\x04", 2 } },
		{ "a number that does not end", { "\x01\x04\xff", 3 } },
		{ "a number of more than 64 bits",
		  { "\x01\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 12 } },
		{ "a text longer than the record", { "\x01\x0d\x05hi", 5 } },
		{ "a text of 2^63 bytes", { "\x01\x0d\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11 } },
		{ "a text where a number belongs", { "\x01\x05\x01x", 4 } },
		{ "a flag that is 2", { "\x01\x14\x02", 3 } },
		{ "an unknown text longer than the record", { "\x01\xa1\x1f\x09x", 5 } },
		{ "an unknown list of 2^40 items", { "\x01\xa2\x1f\xff\xff\xff\xff\xff\x1f", 9 } },
	};
	struct post_edit edit;
	struct account account;
	struct post post;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(codec_decode(arena, &post_edit_type, cases[i].bytes, &edit) == ERR_CORRUPT,
		   "%s is corrupt", cases[i].name);
	is_int(codec_decode(arena, &account_type, STR("\x01\x08\xac\x02"), &account), ERR_CORRUPT,
	       "300 is no small number");
	is_int(codec_decode(arena, &account_type, STR("\x01\x2b\xff\xff\x7f"), &account), ERR_CORRUPT,
	       "a list longer than the record is corrupt");
	is_int(codec_decode(arena, &post_type, STR("\x01\x4e\x02\x01"), &post), ERR_CORRUPT,
	       "a list that ends early is corrupt");
}

static void test_every_cut(void)
{
	uint64_t ids[] = { 1, 1000000 };
	struct str tags[] = { STR("news"), STR("team") };
	struct post post = {
		.id = 77, .uri = STR("https://a.example/p/77"), .mention_ids = { ids, 2 }, .tags = { tags, 2 }
	};
	struct str bytes = codec_encode(arena, &post_type, &post);
	struct post back;
	size_t whole = 0;

	for (size_t n = 0; n < bytes.n; n++) {
		int r = codec_decode(arena, &post_type, str_sub(bytes, 0, n), &back);

		if (r != OK && r != ERR_CORRUPT)
			break;
		whole++;
	}
	is_int(whole, bytes.n, "every cut of a record decodes or is corrupt");
}

static void test_names(void)
{
	uint8_t role;

	is_str(str_of(visibility_name(VISIBILITY_FOLLOWERS)), STR("private"),
	       "followers-only is called private");
	ok(visibility_name(0) == NULL && visibility_name(200) == NULL, "an unknown visibility has no name");
	is_int(visibility_parse(STR("direct")), VISIBILITY_DIRECT, "a visibility is parsed");
	is_int(visibility_parse(STR("")), 0, "no word is no visibility");
	is_int(role_parse(STR("member"), &role), OK, "the role that is 0 is parsed");
	is_int(role, ROLE_MEMBER, "to itself");
	is_int(role_parse(STR("king"), &role), ERR_INVALID, "an unknown role is refused");
	is_int(tier_parse(STR("partner")), PEER_PARTNER, "a tier is parsed");
	is_int(notice_kind_parse(STR("follow_request")), NOTICE_FOLLOW_REQUEST, "a kind of notice is parsed");
	is_str(str_of(notice_kind_name(NOTICE_REBLOG)), STR("reblog"), "a kind of notice has a name");
}

int main(void)
{
	arena = arena_new();
	test_round_trip();
	test_independence();
	test_without_arena();
	test_stored_bytes();
	test_hostile();
	test_every_cut();
	test_names();
	arena_free(arena);
	return done();
}
