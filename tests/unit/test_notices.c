/* storage/notices and storage/conversations over the memory engine. */
#include "storage/notices.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/conversations.h"
#include "storage/keys.h"
#include "storage/graph.h"
#include "storage/posts.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob, *cleo;

static void start(void)
{
	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	cleo = world_account(world, "cleo", "c.example");
}

static void finish_writing(void)
{
	world_commit(world);
	world_read(world);
}

static uint64_t tell(const struct account *account, uint8_t kind, const struct account *actor, uint64_t post_id)
{
	struct notice notice = {
		.account_id = account->id, .kind = kind, .actor_id = actor->id, .post_id = post_id,
		.created_ms = clock_now_ms(),
	};

	return notices_add(world->txn, &notice) == OK ? notice.id : 0;
}

struct notices {
	struct notice *list;
	size_t count;
};

static struct notices told(uint32_t kinds, uint64_t actor_id, struct page page)
{
	struct notices notices = { NULL, 0 };

	if (page.limit == 0)
		page.limit = 20;
	notices_page(world->arena, world->view, ana->id, kinds, actor_id, &page, &notices.list, &notices.count);
	return notices;
}

static void test_add_and_remove(void)
{
	struct notice notice, found;
	uint64_t count;

	start();
	notice = (struct notice){
		.account_id = ana->id, .kind = NOTICE_FOLLOW, .actor_id = bob->id, .created_ms = 7
	};
	is_int(notices_add(world->txn, &notice), OK, "somebody of ours is told");
	is_int(notices_add(world->txn, &notice), ERR_EXISTS, "once");
	notice.account_id = cleo->id;
	is_int(notices_add(world->txn, &notice), OK, "who lives elsewhere is told nothing");
	notice.account_id = 99;
	is_int(notices_add(world->txn, &notice), OK, "nor is nobody");
	is_int(world_commit(world), OK, "all that is committed");
	is_int(world_events(world, EVENT_NOTICE), 1, "one notice is handed on");
	view_count(world_read(world), SPACE_NOTICE, &count);
	is_int(count, 1, "and stored");
	is_int(notices_get(world->arena, world->view, ana->id, world->events.events[0].id, &found), OK,
	       "it is found");
	ok(found.kind == NOTICE_FOLLOW && found.actor_id == bob->id && found.created_ms == 7, "as it was");
	is_int(notices_get(world->arena, world->view, bob->id, found.id, &found), ERR_NOT_FOUND,
	       "by whom it is for alone");
	world_write(world);
	is_int(notices_remove(world->txn, ana->id, NOTICE_FOLLOW, bob->id, 0), OK, "it is taken back");
	is_int(notices_remove(world->txn, ana->id, NOTICE_FOLLOW, bob->id, 0), OK,
	       "what is not there is taken back too");
	finish_writing();
	is_int(told(0, 0, (struct page){ 0 }).count, 0, "and is gone");
	world_free(world);
}

static void test_pages(void)
{
	struct notices got;
	uint64_t ids[10], post;

	start();
	post = world_post(world, ana, VISIBILITY_PUBLIC);
	for (int i = 0; i < 10; i++) {
		struct account *fan = world_account(world, arena_printf(world->arena, "f%d", i).p, "c.example");

		ids[i] = tell(ana, i % 2 ? NOTICE_FAVOURITE : NOTICE_FOLLOW, fan, i % 2 ? post : 0);
	}
	ok(tell(bob, NOTICE_FOLLOW, ana, 0) != 0, "others have notices of their own");
	finish_writing();
	got = told(0, 0, (struct page){ .limit = 3 });
	ok(got.count == 3 && got.list[0].id == ids[9] && got.list[2].id == ids[7], "the newest come first");
	got = told(0, 0, (struct page){ .max_id = ids[2] });
	ok(got.count == 2 && got.list[0].id == ids[1], "max_id goes on below");
	got = told(0, 0, (struct page){ .min_id = ids[2], .limit = 2 });
	ok(got.count == 2 && got.list[0].id == ids[4] && got.list[1].id == ids[3],
	   "min_id gives the ones just above");
	got = told(1u << NOTICE_FAVOURITE, 0, (struct page){ .limit = 3 });
	ok(got.count == 3 && got.list[2].id == ids[5], "kinds are chosen");
	got = told(1u << NOTICE_FAVOURITE | 1u << NOTICE_FOLLOW, 0, (struct page){ 0 });
	is_int(got.count, 10, "several at once");
	got = told(1u << NOTICE_MENTION, 0, (struct page){ 0 });
	is_int(got.count, 0, "or none that is there");
	got = told(0, bob->id, (struct page){ 0 });
	is_int(got.count, 0, "and so is who did it");
	world_free(world);
}

static void test_what_one_may_see(void)
{
	struct post *direct;
	uint64_t narrow;

	start();
	narrow = world_post(world, bob, VISIBILITY_FOLLOWERS);
	direct = world_draft(world, bob, VISIBILITY_DIRECT);
	direct->mention_ids = world_ids(world, 1, &ana->id);
	world_add(world, direct);
	tell(ana, NOTICE_STATUS, bob, narrow);
	tell(ana, NOTICE_MENTION, bob, direct->id);
	tell(ana, NOTICE_FOLLOW, cleo, 0);
	finish_writing();
	is_int(told(0, 0, (struct page){ 0 }).count, 2, "what one may not see is not told");
	world_write(world);
	world_follow(world, ana->id, bob->id, FOLLOW_ACCEPTED);
	finish_writing();
	is_int(told(0, 0, (struct page){ 0 }).count, 3, "until one may");
	accounts_delete(world_write(world), cleo->id);
	finish_writing();
	is_int(told(0, 0, (struct page){ 0 }).count, 2, "what a deleted account did is not told");
	world_free(world);
}

/* Conversations. */

static struct post *direct_post(const struct account *from, const struct account *to, uint64_t parent_id)
{
	struct post *post = world_draft(world, from, VISIBILITY_DIRECT);

	post->in_reply_to_id = parent_id;
	if (to)
		post->mention_ids = world_ids(world, 1, &to->id);
	world_add(world, post);
	conversations_add(world->arena, world->txn, post);
	return post;
}

struct conversations {
	struct conversation *list;
	size_t count;
};

static struct conversations of(const struct account *account, struct page page)
{
	struct conversations found = { NULL, 0 };
	struct view *view = world->txn ? txn_view(world->txn) : world->view;

	if (page.limit == 0)
		page.limit = 20;
	conversations_page(world->arena, view, account->id, &page, &found.list, &found.count);
	return found;
}

static void test_conversation(void)
{
	struct conversations anas, bobs;
	struct post *first, *second;

	start();
	first = direct_post(ana, bob, 0);
	anas = of(ana, (struct page){ 0 });
	bobs = of(bob, (struct page){ 0 });
	ok(anas.count == 1 && bobs.count == 1, "a direct post begins a conversation on both sides");
	ok(!anas.list[0].unread && bobs.list[0].unread, "unread for who did not write it");
	ok(anas.list[0].participant_ids.count == 1 && anas.list[0].participant_ids.ids[0] == bob->id,
	   "with the other");
	second = direct_post(bob, ana, first->id);
	anas = of(ana, (struct page){ 0 });
	ok(anas.count == 1 && anas.list[0].last_post_id == second->id, "an answer goes on with it");
	ok(anas.list[0].unread, "and is unread");
	ok(!of(bob, (struct page){ 0 }).list[0].unread, "but for who wrote it");
	conversations_read(world->arena, world->txn, ana->id, anas.list[0].id);
	ok(!of(ana, (struct page){ 0 }).list[0].unread, "until it is read");
	conversations_add(world->arena, world->txn, second);
	ok(!of(ana, (struct page){ 0 }).list[0].unread, "the same post again changes nothing");
	is_int(conversations_read(world->arena, world->txn, bob->id, anas.list[0].id), ERR_NOT_FOUND,
	       "nobody reads another's conversation");
	is_int(world_commit(world), OK, "all that is committed");
	world_free(world);
}

static void test_fall_back(void)
{
	struct conversations anas;
	struct post *first, *second, *third;
	bool more;

	start();
	first = direct_post(ana, bob, 0);
	second = direct_post(bob, ana, first->id);
	third = direct_post(bob, ana, second->id);
	posts_delete(world->txn, second->id, &more);
	anas = of(ana, (struct page){ 0 });
	is_int(anas.list[0].last_post_id, third->id, "an older post's end changes nothing");
	posts_delete(world->txn, third->id, &more);
	anas = of(ana, (struct page){ 0 });
	is_int(anas.list[0].last_post_id, first->id, "the newest post's end falls back, over holes too");
	posts_delete(world->txn, first->id, &more);
	is_int(of(ana, (struct page){ 0 }).count, 0, "with its last post a conversation goes");
	is_int(of(bob, (struct page){ 0 }).count, 0, "on both sides");
	is_int(world_commit(world), OK, "all that is committed");
	world_free(world);
}

static void test_deleted_conversation(void)
{
	struct conversations anas;
	struct post *first, *second;

	start();
	first = direct_post(bob, ana, 0);
	anas = of(ana, (struct page){ 0 });
	is_int(conversations_delete(world->arena, world->txn, ana->id, anas.list[0].id), OK,
	       "a conversation is deleted");
	is_int(of(ana, (struct page){ 0 }).count, 0, "for oneself");
	is_int(of(bob, (struct page){ 0 }).count, 1, "not for others");
	second = direct_post(bob, ana, first->id);
	anas = of(ana, (struct page){ 0 });
	ok(anas.count == 1 && anas.list[0].last_post_id == second->id, "a new post begins it anew");
	world_free(world);
}

static void test_pages_of_conversations(void)
{
	struct conversations found;
	struct post *posts[6];

	start();
	for (int i = 0; i < 6; i++)
		posts[i] = direct_post(bob, ana, 0);
	direct_post(bob, ana, posts[0]->id);
	finish_writing();
	found = of(ana, (struct page){ .limit = 3 });
	ok(found.count == 3 && found.list[0].root_id == posts[0]->id && found.list[1].root_id == posts[5]->id,
	   "the one with the newest post comes first");
	found = of(ana, (struct page){ .max_id = posts[3]->id });
	ok(found.count == 2 && found.list[0].root_id == posts[2]->id, "max_id goes on below");
	found = of(ana, (struct page){ .min_id = posts[1]->id, .limit = 2 });
	ok(found.count == 2 && found.list[0].root_id == posts[3]->id && found.list[1].root_id == posts[2]->id,
	   "min_id gives the ones just above");
	world_free(world);
}

static void test_late_root(void)
{
	struct conversations anas;
	struct post *late, *reply;

	start();
	reply = world_draft(world, cleo, VISIBILITY_DIRECT);
	reply->uri = STR("https://c.example/2");
	reply->in_reply_to_uri = STR("https://c.example/1");
	reply->mention_ids = world_ids(world, 1, &ana->id);
	world_add(world, reply);
	conversations_add(world->arena, world->txn, reply);
	late = world_draft(world, cleo, VISIBILITY_DIRECT);
	late->uri = STR("https://c.example/1");
	late->mention_ids = world_ids(world, 1, &ana->id);
	world_add(world, late);
	conversations_add(world->arena, world->txn, late);
	anas = of(ana, (struct page){ 0 });
	is_int(anas.count, 1, "a first post that comes late joins the conversation it began");
	is_int(anas.list[0].root_id, late->id, "as its root");
	ok(anas.list[0].unread, "which stays unread");
	is_int(world_commit(world), OK, "all that is committed");
	world_free(world);
}

static void test_not_direct(void)
{
	struct post *post;

	start();
	post = world_draft(world, bob, VISIBILITY_FOLLOWERS);
	post->mention_ids = world_ids(world, 1, &ana->id);
	world_add(world, post);
	is_int(conversations_add(world->arena, world->txn, post), OK, "a post that is not direct");
	is_int(of(ana, (struct page){ 0 }).count, 0, "is no conversation");
	direct_post(cleo, cleo, 0);
	finish_writing();
	is_int(of(cleo, (struct page){ .limit = 5 }).count, 0, "who lives elsewhere has none here");
	world_free(world);
}

int main(void)
{
	test_add_and_remove();
	test_pages();
	test_what_one_may_see();
	test_conversation();
	test_fall_back();
	test_deleted_conversation();
	test_pages_of_conversations();
	test_late_root();
	test_not_direct();
	return done();
}
