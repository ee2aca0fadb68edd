/* Quotes as the store knows them: who may, and what a store from before gets. */
#include "storage/quotes.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static enum quote_answer asks(uint8_t visibility, bool remote, uint8_t policy, uint64_t account_id)
{
	struct post post = { .account_id = 1, .visibility = visibility, .remote = remote, .quote_policy = policy };

	return quotes_may(world_read(world), &post, account_id);
}

static void check_policy(void)
{
	uint64_t author, follower;

	world = world_new();
	world_write(world);
	author = world_account(world, "ana", "")->id;
	follower = world_account(world, "tom", "")->id;
	world_follow(world, follower, author, FOLLOW_ACCEPTED);
	world_commit(world);
	is_int(asks(VISIBILITY_PUBLIC, false, 0, 2), QUOTE_AUTOMATIC, "of a public post of ours everybody may");
	is_int(asks(VISIBILITY_FOLLOWERS, false, QUOTE_SAID | QUOTE_AUTOMATIC_PUBLIC, 2), QUOTE_DENIED,
	       "of a limited one nobody, whatever it says");
	is_int(asks(VISIBILITY_DIRECT, false, 0, 1), QUOTE_AUTOMATIC, "but who wrote it");
	is_int(asks(VISIBILITY_PUBLIC, true, 0, 2), QUOTE_UNKNOWN, "of a foreign one that says nothing it is not known");
	is_int(asks(VISIBILITY_PUBLIC, true, QUOTE_SAID, 2), QUOTE_DENIED, "of one that says nobody, nobody");
	is_int(asks(VISIBILITY_PUBLIC, true, QUOTE_SAID | QUOTE_MANUAL_PUBLIC, 2), QUOTE_MANUAL, "some want to be asked");
	{
		struct post post = {
			.account_id = author, .visibility = VISIBILITY_PUBLIC,
			.quote_policy = QUOTE_SAID | QUOTE_AUTOMATIC_FOLLOWERS | QUOTE_MANUAL_FOLLOWING,
		};

		is_int(quotes_may(world_read(world), &post, follower), QUOTE_AUTOMATIC, "a follower may what followers may");
		is_int(quotes_may(world_read(world), &post, 77), QUOTE_DENIED, "a stranger not");
	}
	world_free(world);
}

static void print_finding(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	return maintain_check(world_read(world), print_finding, NULL, &count) ? UINT64_MAX : count;
}

/* A store of version 2 has the posts and neither index, count nor the author of what is quoted. */
static void check_migration(void)
{
	static const struct str old =
		STR("\"a\":1,\"quote_approval\":{\"automatic\":[],\"manual\":[],\"current_user\":\"denied\"},\"b\":2");
	struct account *ana, *tom;
	struct post *quoting, post;
	struct post_stats stats;
	uint64_t quoted;
	struct key key;
	struct str json;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	tom = world_account(world, "tom", "b.example");
	quoted = world_post(world, ana, VISIBILITY_PUBLIC);
	quoting = world_draft(world, tom, VISIBILITY_PUBLIC);
	quoting->quote_uri = STR("https://a.example/p/1");
	quoting->quote_stamp_uri = STR("https://a.example/a/1");
	quoting->quote_id = quoted;
	world_add(world, quoting);
	txn_del(world->txn, SPACE_QUOTES, key_u64_u64(&key, quoted, quoting->id));
	txn_del(world->txn, SPACE_QUOTE_STAMP, key_hash_u64(&key, quoting->quote_stamp_uri, quoting->id));
	posts_quotes_add(world->txn, quoted, -1);
	txn_put(world->txn, SPACE_POST_JSON, key_u64(&key, quoted), old);
	world_commit(world);
	ok(findings() != 0, "what a version before left is not whole");
	is_int(quotes_migrate(world_write(world)), OK, "the step to this one runs");
	world_commit(world);
	is_int((long long)findings(), 0, "after which it is");
	posts_get(world->arena, world_read(world), quoting->id, &post);
	ok(post.quote_state == QUOTE_ACCEPTED && post.quote_account_id == ana->id, "a quote says that it stands, and of whom");
	posts_stats_get(world->view, quoted, &stats);
	is_int((long long)stats.quotes, 1, "it is counted");
	is_int(view_get(world->view, SPACE_POST_JSON, key_u64(&key, quoted), &json), OK, "finished JSON");
	is_str(json, STR("\"a\":1,\"b\":2"), "says no more that nobody may");
	world_free(world);
}

int main(void)
{
	check_policy();
	check_migration();
	return done();
}
