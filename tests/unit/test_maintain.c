/* storage/maintain and storage/check: versions, the check against every kind of damage, and random stories. */
#include "storage/maintain.h"

#include <stdlib.h>

#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/bookmarks.h"
#include "storage/conversations.h"
#include "storage/emoji_reactions.h"
#include "storage/engine/writer.h"
#include "storage/graph.h"
#include "storage/house_rules.h"
#include "storage/hushes.h"
#include "storage/keys.h"
#include "storage/announcements.h"
#include "storage/filters.h"
#include "storage/lists.h"
#include "storage/email_links.h"
#include "storage/mails.h"
#include "storage/named.h"
#include "storage/passkeys.h"
#include "storage/notice_requests.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/pins.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/pushes.h"
#include "storage/scheduled.h"
#include "storage/reactions.h"
#include "storage/ties.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static bool loud;  /* findings are shown: none is expected */

static void report(void *context, const char *sentence)
{
	(void)context;
	if (loud)
		printf("# %s\n", sentence);
}

static uint64_t findings(void)
{
	uint64_t n = UINT64_MAX;

	maintain_check(world_read(world), report, NULL, &n);
	return n;
}

/* Versions. */

static int steps_run, fail_at;

static int note_step(struct txn *txn)
{
	steps_run++;
	txn_put(txn, SPACE_SETTING, STR("step"), STR("run"));
	return steps_run == fail_at ? ERR_CORRUPT : OK;
}

static void test_versions(void)
{
	enum { NEWEST = STORE_FORMAT_VERSION + 3 };
	const struct migration table[] = {
		{ STORE_FORMAT_VERSION + 1, note_step }, { STORE_FORMAT_VERSION + 2, note_step },
		{ NEWEST, note_step }, { 0, NULL },
	};
	uint64_t found = 0;

	world = world_new();
	is_int(maintain_migrate(world->store, &found), OK, "an empty store is made current");
	is_int(found, STORE_FORMAT_VERSION, "at the version of today");
	is_int(maintain_migrate(world->store, &found), OK, "and is current when it is opened again");
	fail_at = 2;
	is_int(maintain_migrate_by(world->store, table, NEWEST, &found), ERR_CORRUPT,
	       "a failing step ends the migration");
	fail_at = 0;
	steps_run = 0;
	is_int(maintain_migrate_by(world->store, table, NEWEST, &found), OK, "which goes on the next time");
	is_int(found, STORE_FORMAT_VERSION + 1, "from where it had come");
	is_int(steps_run, 2, "and does only what is missing");
	is_int(maintain_migrate(world->store, &found), ERR_INVALID, "a newer store is refused");
	is_int(found, NEWEST, "and says its version");
	world_free(world);
}

/* Before version 5 a person had one of three roles. */
static void test_roles_of_before(void)
{
	static const struct { uint8_t before, after; } roles[] = {
		{ 0, ROLE_MEMBER }, { 1, ROLE_MODERATOR }, { 2, ROLE_ADMIN | ROLE_MODERATOR | ROLE_PEOPLE_MANAGER },
	};
	uint8_t value[8];
	uint64_t found = 0;

	world = world_new();
	world_write(world);
	for (uint64_t i = 0; i < 3; i++)
		users_put(world->txn, &(struct user){ .account_id = i + 1, .roles = roles[i].before,
		                                      .email = arena_printf(world->arena, "%llu@x", (unsigned long long)i) });
	txn_put(world->txn, SPACE_META, STR("format"), value_u64(value, 4));
	world_commit(world);
	is_int(maintain_migrate(world->store, &found), OK, "a store of before is brought up to date");
	for (uint64_t i = 0; i < 3; i++) {
		struct user user;

		users_get(world->arena, world_read(world), i + 1, &user);
		is_int(user.roles, roles[i].after, "nobody loses what they did");
	}
	is_int(maintain_migrate(world->store, &found), OK, "once");
	world_free(world);
}

static void test_newer_untouched(void)
{
	uint8_t value[8];
	uint64_t found = 0, before;

	world = world_new();
	txn_put(world_write(world), SPACE_META, STR("format"), value_u64(value, 99));
	world_commit(world);
	before = engine_mem_puts(world->engine);
	is_int(maintain_migrate(world->store, &found), ERR_INVALID, "a store of the far future is refused");
	is_int(engine_mem_puts(world->engine), before, "and not touched");
	world_free(world);
}

/* A store with something in every space that an index or a count depends on. */

static void add_sign_ins(struct account *ana)
{
	struct user user = { .account_id = ana->id, .email = STR("ana@a.example") };
	struct app app = { .name = STR("app") };
	struct token token = { .account_id = ana->id };
	struct session session = { .account_id = ana->id, .expires_ms = INT64_MAX };

	users_put(world->txn, &user);
	apps_put(world->arena, world->txn, &app);
	token.app_id = app.id;
	tokens_put(world->txn, STR("secret"), &token);
	pushes_put(world->txn, &(struct push){ .account_id = ana->id, .token_id = token.id });
	pushes_key_put(world->txn, STR("pair"));
	sessions_put(world->txn, STR("cookie"), &session);
	passkeys_put(world->arena, world->txn, &(struct passkey){ .account_id = ana->id, .credential_id = STR("its name") });
	accounts_private_key_put(world->txn, ana->id, STR("PEM"));
	accounts_proof_key_put(world->txn, ana->id, STR("PEM"));
}

static void add_peers(struct account *ana)
{
	struct peer peer = { .domain = STR("c.example"), .url = STR("https://c.example"), .tier = PEER_GROUP };
	struct activity_record activity = {
		.id = txn_new_id(world->txn),
		.uri = STR("https://a.example/a/x"),
		.account_id = ana->id,
		.outbox = true,
		.type = STR("Create"),
		.body = STR("{}"),
	};

	peers_put(world->txn, &peer);
	activities_put(world->txn, &activity);
	activities_mark_seen(world->txn, STR("https://c.example/a/1"));
}

static void add_posts(struct account *ana, struct account *bob, struct account *cleo)
{
	struct str tags[] = { STR("tag"), STR("other") };
	struct favourite favourite = { .account_id = bob->id, .uri = STR("https://c.example/like") };
	struct emoji_reaction reaction = {
		.account_id = bob->id, .emoji = STR("\xf0\x9f\x8d\xb2"), .uri = STR("https://c.example/react"),
	};
	uint64_t counts[2] = { 0 };
	struct poll poll = { .options = { tags, 2 }, .counts = { counts, 2 } };
	struct notice notice = { .account_id = ana->id, .kind = NOTICE_FAVOURITE, .actor_id = bob->id };
	struct announcement announcement = { .text = STR("announcement") };
	struct house_rule rule = { .text = STR("rule") };
	struct list list = { .account_id = ana->id, .title = STR("list"), .replies = LIST_REPLIES_LIST };
	struct post *post = world_draft(world, ana, VISIBILITY_PUBLIC), *waiting, *direct, edited;

	post->tags = (struct str_list){ tags, 2 };
	world_add(world, post);
	edited = *post;
	edited.content = STR("other");
	posts_update(world->txn, &edited);
	world_reply(world, bob, VISIBILITY_PUBLIC, post->id);
	world_boost(world, cleo, post->id);
	waiting = world_draft(world, cleo, VISIBILITY_PUBLIC);
	waiting->in_reply_to_uri = STR("https://c.example/unknown");
	world_add(world, waiting);
	direct = world_draft(world, cleo, VISIBILITY_DIRECT);
	direct->mention_ids = world_ids(world, 2, (uint64_t[]){ ana->id, bob->id });
	world_add(world, direct);
	conversations_add(world->arena, world->txn, direct);
	favourite.post_id = notice.post_id = post->id;
	favourites_add(world->txn, &favourite);
	poll.post_id = post->id;
	reaction.post_id = post->id;
	emoji_reactions_add(world->txn, &reaction);
	polls_put(world->txn, &poll);
	polls_vote(world->txn, post->id, bob->id, 1);
	notices_add(world->txn, &notice);
	notice.kind = NOTICE_MENTION;
	notice.filtered = true;
	notices_add(world->txn, &notice);
	notice_requests_let(world->txn, ana->id, bob->id);
	scheduled_put(world->txn, &(struct scheduled){ .account_id = ana->id, .at_ms = txn_now_ms(world->txn) });
	email_links_put(world->txn, STR("link"), &(struct email_link){ .account_id = ana->id, .kind = EMAIL_LINK_RESET });
	mails_add(world->txn, &(struct mail){ .to = STR("Ana@a.example"), .account_id = ana->id });
	announcements_add(world->txn, &announcement);
	house_rules_add(world->arena, world->txn, &rule);
	announcements_mark_read(world->txn, announcement.id, ana->id);
	announcements_react(world->arena, world->txn, announcement.id, ana->id, STR("\xf0\x9f\x8d\xb2"));
	filters_put(world->arena, world->txn, &(struct filter){ .account_id = ana->id, .title = STR("filter") });
	lists_put(world->txn, &list);
	lists_add(world->txn, &list, bob->id);
	named_add(world->txn, ana->id, NAMED_DOMAIN_BLOCK, STR("d.example"), 10);
	bookmarks_add(world->txn, post->id, bob->id);
	hushes_add(world->txn, post->id, bob->id);
	ties_put(world->txn, &(struct tie){ .account_id = ana->id, .other_id = bob->id, .muted = true });
}

static void start(void)
{
	struct account *ana, *bob, *cleo;
	uint64_t found;

	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	maintain_migrate(world->store, &found);
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	cleo = world_account(world, "cleo", "c.example");
	world_follow(world, ana->id, bob->id, FOLLOW_ACCEPTED);
	world_follow(world, cleo->id, bob->id, FOLLOW_REQUESTED);
	add_sign_ins(ana);
	add_peers(ana);
	add_posts(ana, bob, cleo);
	if (world_commit(world) != OK)
		abort();
}

/* Spaces in which an entry that is missing, or one too many, contradicts nothing. */
static const bool may_be_missing[SPACE_COUNT] = {
	[SPACE_META] = true, [SPACE_SETTING] = true, [SPACE_PRIVATE_KEY] = true, [SPACE_PROOF_KEY] = true,
	[SPACE_OLD_KEY] = true, [SPACE_NAMED] = true, [SPACE_FILTER] = true,
	[SPACE_NOTICE_LET] = true, [SPACE_SCHEDULED] = true, [SPACE_JOB] = true, [SPACE_PUSH] = true, [SPACE_NODE_KEY] = true,
	[SPACE_ANNOUNCEMENT_READ] = true, [SPACE_ANNOUNCEMENT_REACTION] = true,
	[SPACE_POST_EDIT] = true, [SPACE_CHANGE] = true, [SPACE_HOUSE_RULE] = true,
};
static const bool may_be_more[SPACE_COUNT] = {
	[SPACE_META] = true, [SPACE_SETTING] = true, [SPACE_POST_EDIT] = true, [SPACE_NAMED] = true,
	[SPACE_NODE_KEY] = true, [SPACE_ANNOUNCEMENT_REACTION] = true, [SPACE_CHANGE] = true,
};

static bool first_of(unsigned space, struct key *key, struct str *ret_value)
{
	struct engine_range all = { .reverse = false };
	struct engine_item item;
	size_t n = 0;

	view_scan(world_read(world), space, &all, &item, 1, &n);
	if (n == 0)
		return false;
	key_text(key, item.key);
	*ret_value = arena_str(world->arena, item.value);
	return true;
}

static void put_raw(unsigned space, const struct key *key, struct str value)
{
	txn_put(world_write(world), space, (struct str){ (const char *)key->bytes, key->n }, value);
	world_commit(world);
}

static void del_raw(unsigned space, const struct key *key)
{
	txn_del(world_write(world), space, (struct str){ (const char *)key->bytes, key->n });
	world_commit(world);
}

static void test_damage(void)
{
	start();
	loud = true;
	is_int(findings(), 0, "a store that was written as it should be is clean");
	loud = false;
	for (unsigned space = 0; space < SPACE_COUNT; space++) {
		const char *name = space_names[space].name;
		struct str value;
		struct key key, other;

		if (!first_of(space, &key, &value))
			continue;
		if (!may_be_missing[space]) {
			del_raw(space, &key);
			ok(findings() > 0, "a missing entry of %s is found", name);
			put_raw(space, &key, value);
		}
		if (!may_be_more[space]) {
			other = key;
			other.bytes[other.n - 1] ^= 0x15;
			put_raw(space, &other, value);
			ok(findings() > 0, "one too many in %s is found", name);
			del_raw(space, &other);
		}
		if (value.n == 1 || value.n == 8 || value.n == 17) {
			put_raw(space, &key, value.n == 8 ? STR("abcdefgh") : STR("x"));
			ok(may_be_more[space] || findings() > 0, "a wrong value in %s is found", name);
			put_raw(space, &key, value);
		}
	}
	is_int(findings(), 0, "and the repaired store is clean");
	world_free(world);
}

static void test_wrong_counts(void)
{
	struct account ana;
	struct view *view;

	start();
	view = world_read(world);
	accounts_by_name(world->arena, view, STR("ana"), STR_NONE, &ana);
	accounts_stats_add(world_write(world), ana.id, 1, 0, 0, 0);
	world_commit(world);
	is_int(findings(), 1, "a wrong count of posts is found");
	accounts_stats_add(world_write(world), ana.id, -1, 1, 0, 0);
	world_commit(world);
	is_int(findings(), 1, "one of followers too");
	world_free(world);
}

/* Deletes and re-deletes a post with more companions than one step removes. */
static void test_unfinished_removal(void)
{
	struct favourite favourite;
	struct account *ana;
	uint64_t post;
	bool more = false;

	start();
	world_write(world);
	ana = world_account(world, "dora", "");
	post = world_post(world, ana, VISIBILITY_PUBLIC);
	for (int i = 0; i < POST_DELETE_BATCH + 10; i++) {
		favourite = (struct favourite){
			.account_id =
				world_account(world, arena_printf(world->arena, "f%d", i).p, "c.example")->id,
			.post_id = post,
		};
		favourites_add(world->txn, &favourite);
	}
	posts_delete(world->txn, post, &more);
	world_commit(world);
	loud = true;
	ok(more && findings() == 0, "a removal that is not finished is no damage");
	posts_delete(world_write(world), post, &more);
	world_commit(world);
	ok(!more && findings() == 0, "nor is a finished one");
	loud = false;
	world_free(world);
}

/* Random stories. */

enum { PEOPLE = 8, STEPS = 200 };

struct story {
	struct account *people[PEOPLE];
	uint64_t posts[STEPS];
	size_t post_count;
	uint64_t next_uri;
};

static struct account *somebody(struct story *story)
{
	return story->people[rand() % PEOPLE];
}

static uint64_t some_post(struct story *story)
{
	return story->post_count ? story->posts[(size_t)rand() % story->post_count] : 0;
}

/* What is said of a boost is said of what it boosts: federation/ and the API see to that before storage does. */
static uint64_t some_original(struct story *story)
{
	struct post post;
	uint64_t id = some_post(story);

	return posts_get(world->arena, txn_view(world->txn), id, &post) == OK && post.reblog_of_id ? post.reblog_of_id : id;
}

static struct str some_uri(uint64_t number)
{
	return arena_printf(world->arena, "https://c.example/n/%llu", (unsigned long long)number);
}

static void step_add(struct story *story)
{
	static const char *const words[] = { "one", "two", "three" };
	struct post *post = world_draft(world, somebody(story), (uint8_t)(1 + rand() % 4));
	struct str *tag = ARENA_NEW(world->arena, struct str);

	*tag = str_of(words[rand() % 3]);
	post->tags = (struct str_list){ tag, (size_t)rand() % 2 };
	post->mention_ids = world_ids(world, 1, &somebody(story)->id);
	if (post->remote) {
		/* replies that come before their parents, and some that form circles */
		post->uri = some_uri(story->next_uri++);
		if (rand() % 2)
			post->in_reply_to_uri = some_uri((uint64_t)rand() % (story->next_uri + 5));
	} else if (rand() % 2) {
		post->in_reply_to_id = some_original(story);
	}
	if (posts_add(world->txn, post) != OK)
		return;
	conversations_add(world->arena, world->txn, post);
	story->posts[story->post_count++] = post->id;
}

static void step_boost(struct story *story)
{
	struct post *post = world_draft(world, somebody(story), VISIBILITY_PUBLIC);

	post->reblog_of_id = some_original(story);
	if (post->reblog_of_id && posts_add(world->txn, post) == OK)
		story->posts[story->post_count++] = post->id;
}

static void step_update(struct story *story)
{
	struct post post;

	if (posts_get(world->arena, txn_view(world->txn), some_post(story), &post) != OK)
		return;
	post.content = arena_printf(world->arena, "%d", rand());
	post.mention_ids = world_ids(world, 1, &somebody(story)->id);
	post.tags.count = 0;
	posts_update(world->txn, &post);
}

static void step_delete(struct story *story)
{
	bool more;

	posts_delete(world->txn, some_post(story), &more);
}

static void step_favourite(struct story *story)
{
	struct favourite favourite = {
		.account_id = somebody(story)->id,
		.post_id = some_original(story),
		.uri = some_uri(txn_new_id(world->txn)),
	};

	if (rand() % 3)
		favourites_add(world->txn, &favourite);
	else
		favourites_remove(world->txn, favourite.post_id, favourite.account_id);
}

static void step_emoji(struct story *story)
{
	static const struct str emojis[] = { STR("\xf0\x9f\x8d\xb2"), STR("\xe2\x98\x95"), STR("blob@c.example") };
	struct emoji_reaction reaction = {
		.account_id = somebody(story)->id, .post_id = some_original(story), .emoji = emojis[rand() % 3],
		.uri = some_uri(txn_new_id(world->txn)),
	};
	uint64_t id;

	if (rand() % 3)
		emoji_reactions_add(world->txn, &reaction);
	else if (emoji_reactions_find(txn_view(world->txn), reaction.post_id, reaction.account_id, reaction.emoji, &id) == OK)
		emoji_reactions_remove(world->txn, reaction.post_id, id);
}

static void ask(uint64_t post_id)
{
	static const struct str words[] = { STR("yes"), STR("no"), STR("both") };
	struct poll poll = {
		.post_id = post_id, .multiple = rand() % 2,
		.options = { ARENA_ARRAY(world->arena, struct str, 3), 2 + (size_t)rand() % 2 },
	};

	for (size_t i = 0; i < poll.options.count; i++)
		poll.options.items[i] = words[i];
	poll.counts = (struct id_list){ ARENA_ARRAY(world->arena, uint64_t, 3), poll.options.count };
	polls_put(world->txn, &poll);
}

/* Asks where nothing was asked yet; else votes, or takes a vote back. */
static void step_poll(struct story *story)
{
	uint64_t post_id = some_original(story);
	struct id_list voters = { 0 };
	struct poll poll;
	int tries = 0;

	while (polls_get(world->arena, txn_view(world->txn), post_id, &poll) != OK && tries++ < 4)
		post_id = some_original(story);
	polls_voters(world->arena, txn_view(world->txn), post_id, 0, 8, &voters);
	if (tries > 4)
		ask(post_id);
	else if (voters.count > 1 && rand() % 2)
		polls_vote_remove(world->txn, post_id, voters.ids[(size_t)rand() % voters.count]);
	else
		polls_vote(world->txn, post_id, somebody(story)->id, (uint64_t)rand() % 4);
}

static void step_block(struct story *story)
{
	struct block block = {
		.blocker_id = somebody(story)->id, .blocked_id = somebody(story)->id,
		.uri = some_uri(txn_new_id(world->txn)),
	};

	if (rand() % 3)
		blocks_put(world->txn, &block);
	else
		blocks_delete(world->txn, block.blocker_id, block.blocked_id);
}

static void step_pin(struct story *story)
{
	struct post post;

	if (posts_brief(txn_view(world->txn), some_original(story), &post) != OK)
		return;
	if (rand() % 3)
		pins_add(world->txn, post.account_id, post.id, PINS_MAX);
	else
		pins_remove(world->txn, post.account_id, post.id);
}

static void step_follow(struct story *story)
{
	struct follow follow = {
		.follower_id = somebody(story)->id,
		.followee_id = somebody(story)->id,
		.state = (uint8_t)(1 + rand() % 2),
		.uri = some_uri(txn_new_id(world->txn)),
	};

	if (rand() % 3)
		graph_follow_put(world->txn, &follow);
	else
		graph_follow_delete(world->txn, follow.follower_id, follow.followee_id);
}

static void step_notice(struct story *story)
{
	struct notice notice = {
		.account_id = somebody(story)->id,
		.kind = (uint8_t)(1 + rand() % 7),
		.actor_id = somebody(story)->id,
		.post_id = rand() % 2 ? some_post(story) : 0,
	};
	struct post post;

	if (notice.post_id && posts_brief(txn_view(world->txn), notice.post_id, &post) != OK)
		return;
	if (rand() % 3)
		notices_add(world->txn, &notice);
	else
		notices_remove(world->txn, notice.account_id, notice.kind, notice.actor_id, notice.post_id);
}

static void step_conversation(struct story *story)
{
	struct conversation *conversations;
	struct page page = { .limit = 1 };
	struct account *account = somebody(story);
	size_t n = 0;

	conversations_page(world->arena, txn_view(world->txn), account->id, &page, &conversations, &n);
	if (n && rand() % 4 == 0)
		conversations_delete(world->arena, world->txn, account->id, conversations[0].id);
	else if (n)
		conversations_read(world->arena, world->txn, account->id, conversations[0].id);
}

static bool tell_story(unsigned seed)
{
	static void (*const steps[])(struct story *) = {
		step_add,    step_add,       step_add,    step_boost,  step_update,
		step_delete, step_favourite, step_emoji, step_follow, step_notice, step_conversation,
		step_poll,   step_poll,      step_block, step_pin,
	};
	struct story story = { .next_uri = 1 };

	srand(seed);
	world_write(world);
	for (int i = 0; i < PEOPLE; i++)
		story.people[i] = world_account(world, arena_printf(world->arena, "p%d", i).p,
		                                i % 2 ? "c.example" : "");
	for (int i = 0; i < STEPS; i++) {
		steps[(size_t)rand() % (sizeof(steps) / sizeof(steps[0]))](&story);
		if (txn_err(world->txn) != OK)
			break;
		if (i % 20 == 19) {
			clock_advance_for_test(1000);
			if (world_commit(world) != OK)
				return false;
			world_write(world);
		}
	}
	return world_commit(world) == OK && story.post_count > 20;
}

static void test_random_stories(void)
{
	loud = true;
	for (unsigned seed = 1; seed <= 60; seed++) {
		clock_set_for_test(INT64_C(1800000000000));
		world = world_new();
		ok(tell_story(seed) && findings() == 0, "after a random story (seed %u) the store is clean",
		   seed);
		world_free(world);
	}
	loud = false;
}

int main(void)
{
	test_versions();
	test_roles_of_before();
	test_newer_untouched();
	test_damage();
	test_wrong_counts();
	test_unfinished_removal();
	test_random_stories();
	return done();
}
