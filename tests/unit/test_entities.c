/* Records to client JSON: every key that clients read without asking, and how a page is joined. */
#include "node/api/entities.h"

#include "storage/base/clock.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

struct key {
	const char *name;
	const char *kinds;  /* letters: s text, i integer, b boolean, a array, o object, n null */
};

static char kind_of(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_STRING: return 's';
	case JSON_INTEGER: return 'i';
	case JSON_TRUE: case JSON_FALSE: return 'b';
	case JSON_ARRAY: return 'a';
	case JSON_OBJECT: return 'o';
	default: return value ? 'n' : '-';
	}
}

/* Every key is there and of an allowed kind. */
static void has_keys(const json_t *object, const struct key *keys, size_t count, const char *entity)
{
	for (size_t i = 0; i < count; i++) {
		char kind = kind_of(json_object_get(object, keys[i].name));

		ok(strchr(keys[i].kinds, kind) != NULL, "%s.%s is one of %s (it is %c)", entity, keys[i].name, keys[i].kinds,
		   kind);
	}
}

#define HAS(object, keys, entity) has_keys((object), (keys), sizeof(keys) / sizeof((keys)[0]), (entity))

static const struct key account_keys[] = {
	{ "id", "s" }, { "username", "s" }, { "acct", "s" }, { "url", "s" }, { "uri", "s" }, { "display_name", "s" },
	{ "note", "s" }, { "avatar", "s" }, { "avatar_static", "s" }, { "header", "s" }, { "header_static", "s" },
	{ "locked", "b" }, { "bot", "b" }, { "group", "b" }, { "discoverable", "bn" }, { "indexable", "b" },
	{ "created_at", "s" }, { "last_status_at", "sn" }, { "statuses_count", "i" }, { "followers_count", "i" },
	{ "following_count", "i" }, { "hide_collections", "bn" }, { "emojis", "a" }, { "fields", "a" }, { "roles", "a" },
};
static const struct key status_keys[] = {
	{ "id", "s" }, { "uri", "s" }, { "url", "sn" }, { "created_at", "s" }, { "edited_at", "sn" }, { "account", "o" },
	{ "content", "s" }, { "visibility", "s" }, { "sensitive", "b" }, { "spoiler_text", "s" },
	{ "media_attachments", "a" }, { "mentions", "a" }, { "tags", "a" }, { "emojis", "a" }, { "reblogs_count", "i" },
	{ "favourites_count", "i" }, { "replies_count", "i" }, { "quotes_count", "i" }, { "in_reply_to_id", "sn" },
	{ "in_reply_to_account_id", "sn" }, { "reblog", "on" }, { "poll", "n" }, { "card", "n" }, { "language", "sn" },
	{ "quote", "n" }, { "emoji_reactions", "a" }, { "pleroma", "o" }, { "quote_approval", "o" }, { "favourited", "b" }, { "reblogged", "b" }, { "muted", "b" },
	{ "bookmarked", "b" }, { "filtered", "a" },
};
static const struct key relationship_keys[] = {
	{ "id", "s" }, { "following", "b" }, { "showing_reblogs", "b" }, { "notifying", "b" }, { "languages", "an" },
	{ "followed_by", "b" }, { "blocking", "b" }, { "blocked_by", "b" }, { "muting", "b" },
	{ "muting_notifications", "b" }, { "requested", "b" }, { "requested_by", "b" }, { "domain_blocking", "b" },
	{ "endorsed", "b" }, { "note", "s" },
};
static const struct key notification_keys[] = {
	{ "id", "s" }, { "type", "s" }, { "group_key", "s" }, { "created_at", "s" }, { "account", "o" }, { "status", "o" },
};
static const struct key conversation_keys[] = {
	{ "id", "s" }, { "unread", "b" }, { "accounts", "a" }, { "last_status", "o" },
};

static void check_keys(void)
{
	struct rig_answer answer;
	const char *about_bob;
	uint64_t id;

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Look, @bob #tag", 0, &id);
	rig_jobs(rig);
	answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id), &rig->bob, NULL);
	HAS(answer.json, status_keys, "Status");
	HAS(rig_at(&answer, "account"), account_keys, "Account");
	ok(!rig_at(&answer, "pinned"), "what only the author may pin is not said to others");
	is_str(rig_str(&answer, "mentions.0.acct"), STR("bob"), "a mention names its account");
	is_str(rig_str(&answer, "mentions.0.url"), rig->bob.url, "with the address that the text links to");
	is_str(rig_str(&answer, "tags.0.name"), STR("tag"), "a tag its name");
	about_bob = rig_line(rig, "/api/v1/accounts/relationships?id[]=%llu", (unsigned long long)rig->bob.id);
	answer = rig_call(rig, "GET", about_bob, &rig->alice, NULL);
	HAS(rig_at(&answer, "0"), relationship_keys, "Relationship");
	answer = rig_call(rig, "GET", "/api/v1/notifications", &rig->bob, NULL);
	HAS(rig_at(&answer, "0"), notification_keys, "Notification");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=%40bob+psst&visibility=direct");
	answer = rig_call(rig, "GET", "/api/v1/conversations", &rig->bob, NULL);
	HAS(rig_at(&answer, "0"), conversation_keys, "Conversation");
	rig_free(rig);
}

static void check_boosts(void)
{
	struct rig_answer answer;
	uint64_t id;

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Worth ,\"content\": and ,\"visibility\":\"direct\" a boost", 0, &id);
	answer = rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/reblog", (unsigned long long)id), &rig->bob,
	                  "visibility=unlisted");
	is_int(answer.status, 200, "a boost is answered");
	HAS(answer.json, status_keys, "boost");
	HAS(rig_at(&answer, "reblog"), status_keys, "boosted");
	is_str(rig_str(&answer, "content"), rig_str(&answer, "reblog.content"), "a boost repeats the words");
	ok(rig_str(&answer, "content").n > 0, "which are there");
	is_str(rig_str(&answer, "visibility"), STR("unlisted"), "its visibility is its own");
	is_str(rig_str(&answer, "reblog.visibility"), STR("public"), "and not what the post has");
	is_str(rig_str(&answer, "account.acct"), STR("bob"), "its author is who boosts");
	is_str(rig_str(&answer, "reblog.account.acct"), STR("alice"), "inside is who wrote");
	ok(!str_eq(rig_str(&answer, "id"), rig_str(&answer, "reblog.id")), "both have ids of their own");
	is_int(rig_number(&answer, "reblogged"), 1, "the booster sees that they boosted, outside");
	is_int(rig_number(&answer, "reblog.reblogged"), 1, "and inside");
	is_int(rig_number(&answer, "reblogs_count"), 1, "it is counted, outside");
	is_int(rig_number(&answer, "reblog.reblogs_count"), 1, "and inside");
	rig_free(rig);
}

/* What a list of 20 by 5 people costs; printed, since the machine is not ours alone. */
static void measure_page(void)
{
	enum { POSTS = 20, ROUNDS = 2000 };
	struct post posts[POSTS];
	struct view *view;
	int64_t started_ms;
	struct arena *arena = arena_new();
	size_t bytes = 0;

	rig = rig_new();
	for (int i = 0; i < POSTS; i++) {
		uint64_t id;

		rig_post(rig, i % 2 ? &rig->alice : &rig->bob, VISIBILITY_PUBLIC, "A post of ordinary length, with #tag", 0, &id);
		posts[i] = rig_find_post(rig, instance_post_uri(rig->arena, &rig->world->instance, id).p);
	}
	view = world_read(rig->world);
	clock_set_for_test(0);
	started_ms = clock_monotonic_ms();
	for (int i = 0; i < ROUNDS; i++) {
		struct json_writer w;
		struct buf buf;

		arena_reset(arena);
		buf_init(&buf, arena, 0);
		json_writer_init(&w, &buf);
		entities_statuses(&w, arena, view, rig->alice.id, posts, POSTS);
		bytes = buf.n;
	}
	printf("# a page of %d statuses: %lld us, %zu bytes (store in memory)\n", POSTS,
	       (long long)((clock_monotonic_ms() - started_ms) * 1000 / ROUNDS), bytes);
	ok(bytes > 0, "a page is written");
	arena_free(arena);
	rig_free(rig);
}

int main(void)
{
	check_keys();
	check_boosts();
	measure_page();
	return done();
}
