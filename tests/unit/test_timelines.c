/* storage/timelines, storage/page and storage/merge over the memory engine. */
#include "storage/timelines.h"

#include <stdlib.h>

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/named.h"
#include "storage/posts.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob, *cleo, *dan;

/* ana follows bob and cleo; nobody follows dan. */
static void start(void)
{
	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	cleo = world_account(world, "cleo", "c.example");
	dan = world_account(world, "dan", "");
	world_follow(world, ana->id, bob->id, FOLLOW_ACCEPTED);
	world_follow(world, ana->id, cleo->id, FOLLOW_ACCEPTED);
	world_follow(world, ana->id, dan->id, FOLLOW_REQUESTED);
}

static void finish_writing(void)
{
	world_commit(world);
	world_read(world);
}

static struct post_page home(struct page page)
{
	struct post_page got = { NULL, 0, false };

	if (page.limit == 0)
		page.limit = 20;
	timeline_home(world->arena, world->view, ana->id, &page, &got);
	return got;
}

static bool on_page(const struct post_page *page, uint64_t id)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->posts[i].id == id)
			return true;
	return false;
}

/* "newest … oldest" as the ids wanted. */
static bool is_page(const struct post_page *page, size_t count, const uint64_t *ids)
{
	if (page->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (page->posts[i].id != ids[i])
			return false;
	return true;
}

struct home_case {
	const char *what;
	struct account **author;
	uint8_t visibility;
	struct account **answers;    /* whose post is answered */
	struct account **mentions;
	struct account **boosts;     /* whose post is boosted */
	bool stands;
};

static const struct home_case home_cases[] = {
	{ "one's own post", &ana, VISIBILITY_PUBLIC, NULL, NULL, NULL, true },
	{ "one's own direct post", &ana, VISIBILITY_DIRECT, NULL, NULL, NULL, true },
	{ "one's own reply to a stranger", &ana, VISIBILITY_PUBLIC, &dan, NULL, NULL, true },
	{ "a post of somebody one follows", &bob, VISIBILITY_PUBLIC, NULL, NULL, NULL, true },
	{ "a foreign one", &cleo, VISIBILITY_UNLISTED, NULL, NULL, NULL, true },
	{ "a followers-only post of somebody one follows", &bob, VISIBILITY_FOLLOWERS, NULL, NULL, NULL, true },
	{ "a post of a stranger", &dan, VISIBILITY_PUBLIC, NULL, NULL, NULL, false },
	{ "a stranger's post that mentions one", &dan, VISIBILITY_PUBLIC, NULL, &ana, NULL, false },
	{ "a direct post to somebody else", &bob, VISIBILITY_DIRECT, NULL, &dan, NULL, false },
	{ "a direct post to oneself", &bob, VISIBILITY_DIRECT, NULL, &ana, NULL, true },
	{ "a reply to oneself", &bob, VISIBILITY_PUBLIC, &ana, NULL, NULL, true },
	{ "a reply to the author's own post", &bob, VISIBILITY_PUBLIC, &bob, NULL, NULL, true },
	{ "a reply to somebody else one follows", &bob, VISIBILITY_PUBLIC, &cleo, NULL, NULL, true },
	{ "a reply to a stranger", &bob, VISIBILITY_PUBLIC, &dan, NULL, NULL, false },
	{ "a direct reply to a stranger that mentions one", &bob, VISIBILITY_DIRECT, &dan, &ana, NULL, false },
	{ "a boost of a stranger's post", &bob, VISIBILITY_PUBLIC, NULL, NULL, &dan, true },
	{ "one's own boost", &ana, VISIBILITY_PUBLIC, NULL, NULL, &dan, true },
	{ "a boost from somebody whose boosts are hidden", &cleo, VISIBILITY_PUBLIC, NULL, NULL, &dan, false },
};

static void hide_boosts(const struct account *followee)
{
	struct follow follow;

	graph_follow_get(world->arena, txn_view(world->txn), ana->id, followee->id, &follow);
	follow.show_reblogs = false;
	graph_follow_put(world->txn, &follow);
}

static uint64_t make_case(const struct home_case *c)
{
	struct post *post = world_draft(world, *c->author, c->visibility);

	if (c->answers)
		post->in_reply_to_id = world_post(world, *c->answers, VISIBILITY_PUBLIC);
	if (c->mentions)
		post->mention_ids = world_ids(world, 1, &(*c->mentions)->id);
	if (c->boosts)
		post->reblog_of_id = world_post(world, *c->boosts, VISIBILITY_PUBLIC);
	return world_add(world, post);
}

static void test_home_rules(void)
{
	for (size_t i = 0; i < sizeof(home_cases) / sizeof(home_cases[0]); i++) {
		const struct home_case *c = &home_cases[i];
		struct post_page page;
		struct post post;
		uint64_t id;

		start();
		hide_boosts(cleo);
		id = make_case(c);
		finish_writing();
		page = home((struct page){ .limit = 20 });
		posts_get(world->arena, world->view, id, &post);
		ok(on_page(&page, id) == c->stands, "%s %s in the home timeline", c->what,
		   c->stands ? "stands" : "does not stand");
		ok(timeline_admits(world->view, ana->id, &post) == c->stands, "and the stream says the same");
		world_free(world);
	}
}

static void test_home_languages(void)
{
	static const struct { const char *language; bool tagged, stands; } cases[] = {
		{ "fr", false, true }, { "fr-CA", false, true }, { "FR", false, true }, { "", false, true },
		{ "en", false, false }, { "f", false, false }, { "fry", false, false }, { "en", true, true },
	};
	struct str wanted[] = { STR("de"), STR("fr") }, tag = STR("both");
	struct follow follow;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct post_page page;
		struct post *post;

		start();
		graph_follow_get(world->arena, txn_view(world->txn), ana->id, bob->id, &follow);
		follow.languages = (struct str_list){ wanted, 2 };
		graph_follow_put(world->txn, &follow);
		named_add(world->txn, ana->id, NAMED_FOLLOWED_TAG, tag, 10);
		post = world_draft(world, bob, VISIBILITY_PUBLIC);
		post->language = str_of(cases[i].language);
		if (cases[i].tagged)
			post->tags = (struct str_list){ &tag, 1 };
		world_add(world, post);
		finish_writing();
		page = home((struct page){ .limit = 20 });
		ok(on_page(&page, post->id) == cases[i].stands, "a post in \"%s\"%s %s at home who wants de and fr",
		   cases[i].language, cases[i].tagged ? " with a tag that is followed" : "",
		   cases[i].stands ? "stands" : "does not stand");
		ok(timeline_admits(world->view, ana->id, post) == cases[i].stands, "and the stream says the same");
		world_free(world);
	}
}

static void test_home_odd(void)
{
	struct post_page page;
	struct post *waiting;
	uint64_t narrow, boost;

	start();
	waiting = world_draft(world, bob, VISIBILITY_PUBLIC);
	waiting->in_reply_to_uri = STR("https://c.example/unknown");
	world_add(world, waiting);
	world_follow(world, bob->id, dan->id, FOLLOW_ACCEPTED);
	narrow = world_post(world, dan, VISIBILITY_FOLLOWERS);
	boost = world_boost(world, bob, narrow);
	finish_writing();
	page = home((struct page){ .limit = 20 });
	ok(!on_page(&page, waiting->id), "a reply to nobody known does not stand in it");
	ok(!timeline_admits(world->view, ana->id, waiting), "nor in the stream");
	ok(!on_page(&page, boost), "nor does a boost of what one may not see");
	world_write(world);
	accounts_delete(world->txn, bob->id);
	world_post(world, cleo, VISIBILITY_PUBLIC);
	finish_writing();
	page = home((struct page){ .limit = 20 });
	is_int(page.count, 1, "posts of a deleted account are gone at once");
	world_free(world);
}

static void test_each_once(void)
{
	struct post_page page;
	uint64_t post, first, second;

	start();
	post = world_post(world, bob, VISIBILITY_PUBLIC);
	first = world_boost(world, cleo, post);
	second = world_boost(world, ana, post);
	finish_writing();
	page = home((struct page){ .limit = 20 });
	ok(is_page(&page, 1, (uint64_t[]){ second }), "of a post and its boosts the newest stands on a page");
	page = home((struct page){ .max_id = second });
	ok(is_page(&page, 1, (uint64_t[]){ first }), "the next on the next");
	page = home((struct page){ .max_id = first });
	ok(is_page(&page, 1, (uint64_t[]){ post }), "and so on");
	world_free(world);
}

static void test_paging(void)
{
	enum { POSTS = 100 };
	struct post_page page;
	uint64_t ids[POSTS];

	start();
	for (int i = 0; i < POSTS; i++)
		ids[i] = world_post(world, i % 3 == 0 ? ana : i % 3 == 1 ? bob : cleo, VISIBILITY_PUBLIC);
	finish_writing();
	page = home((struct page){ .limit = 3 });
	ok(is_page(&page, 3, (uint64_t[]){ ids[99], ids[98], ids[97] }) && page.more,
	   "a page begins with the newest");
	page = home((struct page){ .max_id = ids[97], .limit = 3 });
	ok(is_page(&page, 3, (uint64_t[]){ ids[96], ids[95], ids[94] }), "max_id goes on below, without it");
	page = home((struct page){ .since_id = ids[90], .limit = 3 });
	ok(is_page(&page, 3, (uint64_t[]){ ids[99], ids[98], ids[97] }), "since_id keeps the newest");
	page = home((struct page){ .since_id = ids[97], .limit = 3 });
	ok(is_page(&page, 2, (uint64_t[]){ ids[99], ids[98] }) && !page.more, "down to it");
	page = home((struct page){ .min_id = ids[90], .limit = 3 });
	ok(is_page(&page, 3, (uint64_t[]){ ids[93], ids[92], ids[91] }) && page.more,
	   "min_id gives the ones just above, newest first");
	page = home((struct page){ .min_id = ids[90], .max_id = ids[93], .limit = 5 });
	ok(is_page(&page, 2, (uint64_t[]){ ids[92], ids[91] }), "with max_id between both");
	page = home((struct page){ .min_id = ids[99] });
	is_int(page.count, 0, "nothing is above the newest");
	page = home((struct page){ .max_id = ids[0] });
	ok(page.count == 0 && !page.more, "nor below the oldest");
	page = home((struct page){ .max_id = 5, .since_id = 9 });
	is_int(page.count, 0, "bounds that cross hold nothing");
	page = home((struct page){ .since_id = UINT64_MAX });
	is_int(page.count, 0, "nothing is newer than the highest id");
	page = home((struct page){ .limit = 5000 });
	is_int(page.count, POSTS, "a huge page is cut to what is there");
	ok(!page.more, "and says that there is no more");
	page = home((struct page){ .limit = POSTS });
	ok(page.count == POSTS && !page.more, "a page that fits exactly has no next");
	world_free(world);
}

/* Random people, follows, posts, replies and boosts; then every page must be what the predicate says of all
 * posts. */
static void make_random(struct account **people, size_t count, uint64_t *ids, size_t posts)
{
	for (size_t i = 0; i < count; i++)
		people[i] = world_account(world, arena_printf(world->arena, "p%zu", i).p,
		                          i % 3 ? "" : "c.example");
	for (size_t i = 1; i < count; i++) {
		if (i % 4)
			world_follow(world, people[0]->id, people[i]->id, FOLLOW_ACCEPTED);
		if (i % 5 == 1)
			world_follow(world, people[i]->id, people[0]->id, FOLLOW_ACCEPTED);
	}
	for (size_t i = 0; i < posts; i++) {
		struct account *author = people[(size_t)rand() % count];
		struct post *post = world_draft(world, author, (uint8_t)(1 + rand() % 4));
		uint64_t other = i ? ids[(size_t)rand() % i] : 0;
		struct post target = { .reblog_of_id = 1 };

		if (other)
			posts_brief(txn_view(world->txn), other, &target);
		if (i && i % 3 == 0 && target.reblog_of_id == 0)
			post->in_reply_to_id = other;
		if (i && i % 5 == 0 && target.reblog_of_id == 0) {
			post->reblog_of_id = other;
			post->in_reply_to_id = 0;
		} else if (i % 2) {
			post->mention_ids = world_ids(world, 1, &people[(size_t)rand() % 3]->id);
		}
		ids[i] = posts_add(world->txn, post) == OK ? post->id : i ? ids[i - 1] : 0;
	}
}

static size_t expected_page(const uint64_t *ids, size_t posts, uint64_t viewer, uint64_t before, size_t limit,
                            uint64_t *wanted)
{
	uint64_t shown[64];
	size_t n = 0;

	for (size_t i = posts; i-- > 0 && n < limit;) {
		struct post post;
		uint64_t shows;
		bool twice = i + 1 < posts && ids[i] == ids[i + 1];

		if (twice || (before && ids[i] >= before) ||
		    posts_get(world->arena, world->view, ids[i], &post) != OK ||
		    !timeline_admits(world->view, viewer, &post))
			continue;
		shows = post.reblog_of_id ? post.reblog_of_id : post.id;
		for (size_t s = 0; s < n; s++)
			twice |= shown[s] == shows;
		if (twice)
			continue;
		shown[n] = shows;
		wanted[n++] = post.id;
	}
	return n;
}

static void test_merge_is_the_predicate(void)
{
	enum { PEOPLE = 30, POSTS = 600, LIMIT = 17 };
	struct account *people[PEOPLE];
	uint64_t ids[POSTS], wanted[LIMIT];

	for (unsigned seed = 1; seed <= 3; seed++) {
		struct post_page page;
		uint64_t before = 0;
		size_t pages = 0, right = 0, n;

		srand(seed);
		start();
		make_random(people, PEOPLE, ids, POSTS);
		finish_writing();
		do {
			struct page asked = { .max_id = before, .limit = LIMIT };

			n = expected_page(ids, POSTS, people[0]->id, before, LIMIT, wanted);
			timeline_home(world->arena, world->view, people[0]->id, &asked, &page);
			right += is_page(&page, n, wanted);
			pages++;
			before = n ? wanted[n - 1] : 0;
		} while (n == LIMIT);
		ok(pages > 5 && right == pages,
		   "all %zu pages of the merge are what the predicate says (seed %u)", pages, seed);
		world_free(world);
	}
}

static void test_public(void)
{
	struct beholder viewer, nobody = { BEHOLDER_NOBODY, 0 };
	struct page all = { .limit = 20 };
	struct post_page page;
	struct post *picture;
	uint64_t local, remote;

	start();
	viewer = (struct beholder){ BEHOLDER_LOCAL, dan->id };
	local = world_post(world, bob, VISIBILITY_PUBLIC);
	remote = world_post(world, cleo, VISIBILITY_PUBLIC);
	world_post(world, bob, VISIBILITY_UNLISTED);
	world_post(world, bob, VISIBILITY_FOLLOWERS);
	world_boost(world, cleo, local);
	picture = world_draft(world, bob, VISIBILITY_PUBLIC);
	picture->attachments_json = STR("[{\"url\":\"https://a.example/p\"}]");
	world_add(world, picture);
	finish_writing();
	timeline_public(world->arena, world->view, viewer, false, false, false, &all, &page);
	ok(is_page(&page, 3, (uint64_t[]){ picture->id, remote, local }),
	   "public posts and no boosts are public");
	timeline_public(world->arena, world->view, viewer, true, false, false, &all, &page);
	ok(is_page(&page, 2, (uint64_t[]){ picture->id, local }), "local ones alone");
	timeline_public(world->arena, world->view, viewer, false, true, false, &all, &page);
	ok(is_page(&page, 1, (uint64_t[]){ remote }), "remote ones alone");
	timeline_public(world->arena, world->view, viewer, true, true, true, &all, &page);
	ok(is_page(&page, 1, (uint64_t[]){ picture->id }), "or those with media");
	timeline_public(world->arena, world->view, nobody, false, false, false, &all, &page);
	is_int(page.count, 0, "nobody sees nothing");
	all.min_id = local;
	all.limit = 1;
	timeline_public(world->arena, world->view, viewer, false, false, false, &all, &page);
	ok(is_page(&page, 1, (uint64_t[]){ remote }) && page.more, "min_id walks upward");
	world_free(world);
}

static uint64_t tagged(struct account *author, uint8_t visibility, const char *one, const char *two)
{
	struct post *post = world_draft(world, author, visibility);
	struct str *tags = ARENA_ARRAY(world->arena, struct str, 2);

	tags[0] = str_of(one);
	tags[1] = str_of(two);
	post->tags = (struct str_list){ tags, two ? 2 : 1 };
	return world_add(world, post);
}

static void test_tags(void)
{
	struct str a = STR("a"), b = STR("b");
	struct beholder viewer;
	struct page all = { .limit = 20 };
	struct tag_query query = { .tag = STR("a") };
	struct post_page page;
	struct str_list found;
	uint64_t only_a, only_b, both;

	start();
	viewer = (struct beholder){ BEHOLDER_LOCAL, dan->id };
	only_a = tagged(bob, VISIBILITY_PUBLIC, "a", NULL);
	only_b = tagged(cleo, VISIBILITY_PUBLIC, "b", NULL);
	both = tagged(bob, VISIBILITY_PUBLIC, "a", "b");
	tagged(bob, VISIBILITY_UNLISTED, "a", NULL);
	tagged(bob, VISIBILITY_DIRECT, "secret", NULL);
	finish_writing();
	timeline_tag(world->arena, world->view, viewer, &query, &all, &page);
	ok(is_page(&page, 2, (uint64_t[]){ both, only_a }), "public posts stand under their tag");
	query.any = (struct str_list){ &b, 1 };
	timeline_tag(world->arena, world->view, viewer, &query, &all, &page);
	ok(is_page(&page, 3, (uint64_t[]){ both, only_b, only_a }), "another tag widens, each post once");
	query.any.count = 0;
	query.all = (struct str_list){ &b, 1 };
	timeline_tag(world->arena, world->view, viewer, &query, &all, &page);
	ok(is_page(&page, 1, (uint64_t[]){ both }), "a demanded one narrows");
	query.all.count = 0;
	query.none = (struct str_list){ &b, 1 };
	timeline_tag(world->arena, world->view, viewer, &query, &all, &page);
	ok(is_page(&page, 1, (uint64_t[]){ only_a }), "and so does a refused one");
	tags_search(world->arena, world->view, STR_NONE, 0, 10, &found);
	is_int(found.count, 2, "tags are listed, those of direct posts never");
	tags_search(world->arena, world->view, a, 0, 10, &found);
	ok(found.count == 1 && str_eq(found.items[0], a), "by their beginning");
	tags_search(world->arena, world->view, STR_NONE, 1, 10, &found);
	ok(found.count == 1 && str_eq(found.items[0], b), "from an offset");
	world_free(world);
}

static size_t profile(struct beholder beholder, struct account_query query)
{
	struct page all = { .limit = 20 };
	struct post_page page = { NULL, 0, false };

	query.account_id = bob->id;
	timeline_account(world->arena, world->view, beholder, &query, &all, &page);
	return page.count;
}

static void test_account(void)
{
	struct beholder follower, stranger, owner, nobody = { BEHOLDER_NOBODY, 0 }, peer = { BEHOLDER_PEER, 0 };
	struct post *direct;
	uint64_t post;

	start();
	owner = (struct beholder){ BEHOLDER_LOCAL, bob->id };
	follower = (struct beholder){ BEHOLDER_LOCAL, ana->id };
	stranger = (struct beholder){ BEHOLDER_REMOTE, cleo->id };
	post = tagged(bob, VISIBILITY_PUBLIC, "a", NULL);
	world_post(world, bob, VISIBILITY_UNLISTED);
	world_post(world, bob, VISIBILITY_FOLLOWERS);
	direct = world_draft(world, bob, VISIBILITY_DIRECT);
	direct->mention_ids = world_ids(world, 1, &cleo->id);
	world_add(world, direct);
	world_reply(world, bob, VISIBILITY_PUBLIC, world_post(world, dan, VISIBILITY_PUBLIC));
	world_reply(world, bob, VISIBILITY_PUBLIC, post);
	world_boost(world, bob, post);
	finish_writing();
	is_int(profile(owner, (struct account_query){ 0 }), 7,
	       "the author sees all of it, a boost of her own too");
	is_int(profile(follower, (struct account_query){ 0 }), 6, "a follower all but direct posts");
	is_int(profile(stranger, (struct account_query){ 0 }), 6, "who is mentioned sees the direct post");
	is_int(profile(peer, (struct account_query){ 0 }), 5, "a peer what is public");
	is_int(profile(nobody, (struct account_query){ 0 }), 0, "nobody nothing");
	is_int(profile(owner, (struct account_query){ .exclude_replies = true }), 6,
	       "without replies one's own thread stays");
	is_int(profile(owner, (struct account_query){ .exclude_reblogs = true }), 6, "boosts can be left out");
	is_int(profile(owner, (struct account_query){ .only_media = true }), 0, "or all without media");
	is_int(profile(owner, (struct account_query){ .tagged = STR("a") }), 1, "or all without a tag");
	world_free(world);
}

int main(void)
{
	test_home_rules();
	test_home_languages();
	test_home_odd();
	test_each_once();
	test_paging();
	test_merge_is_the_predicate();
	test_public();
	test_tags();
	test_account();
	return done();
}
