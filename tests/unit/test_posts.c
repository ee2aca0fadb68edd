/* storage/posts: adding, finding, editing, threads and removal, over the memory engine. */
#include "storage/posts.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/conversations.h"
#include "storage/emoji_reactions.h"
#include "storage/keys.h"
#include "storage/notices.h"
#include "storage/reactions.h"
#include "storage/users.h"
#include "tests/rig/engine_mem.h"
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
	world_commit(world);
	world_write(world);
}

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world->txn ? txn_view(world->txn) : world->view, space, &count);
	return count;
}

static struct post_stats stats_of(uint64_t id)
{
	struct post_stats stats;

	posts_stats_get(world->txn ? txn_view(world->txn) : world->view, id, &stats);
	return stats;
}

static struct post get(uint64_t id)
{
	struct post post = { .id = 0 };

	posts_get(world->arena, world->txn ? txn_view(world->txn) : world->view, id, &post);
	return post;
}

static struct str json_of(uint64_t id)
{
	struct key key;
	struct str json = STR_NONE;

	view_get(world->txn ? txn_view(world->txn) : world->view, SPACE_POST_JSON, key_u64(&key, id), &json);
	return json;
}

static struct post *draft_with_uri(const struct account *author, const char *uri, const char *parent_uri)
{
	struct post *post = world_draft(world, author, VISIBILITY_PUBLIC);

	post->uri = str_of(uri);
	post->in_reply_to_uri = str_of(parent_uri);
	return post;
}

static void test_flags(void)
{
	struct post post = { .visibility = VISIBILITY_DIRECT, .account_id = 7 };

	is_int(post_flags(&post), 3 << POST_FLAG_VISIBILITY_SHIFT,
	       "a plain post has only its visibility in its flags");
	for (uint8_t visibility = VISIBILITY_PUBLIC; visibility <= VISIBILITY_DIRECT; visibility++) {
		post.visibility = visibility;
		is_int(post_flags_visibility(post_flags(&post)), visibility, "which is read back");
	}
	post.in_reply_to_uri = STR("https://x.example/1");
	ok(post_flags(&post) & POST_FLAG_REPLY, "a reply to the unknown is a reply");
	post.in_reply_to_id = 5;
	post.in_reply_to_account_id = 7;
	ok(post_flags(&post) & POST_FLAG_REPLY_TO_SELF, "a reply to oneself is marked");
	post.attachments_json = STR("[]");
	ok(!(post_flags(&post) & POST_FLAG_MEDIA), "no attachment is no media");
	post.attachments_json = STR("[{}]");
	ok(post_flags(&post) & POST_FLAG_MEDIA, "an attachment is");
}

static void test_add_and_find(void)
{
	struct account_stats stats;
	struct post *post, found;
	uint64_t id, boost;

	start();
	post = world_draft(world, cleo, VISIBILITY_PUBLIC);
	is_int(posts_add(world->txn, post), OK, "a foreign post is added");
	is_int(post->root_id, post->id, "and begins a thread");
	is_int(posts_add(world->txn, post), ERR_EXISTS, "once");
	id = post->id;
	post->id = txn_new_id(world->txn);
	is_int(posts_add(world->txn, post), ERR_EXISTS, "under one address");
	is_int(posts_by_uri(world->arena, txn_view(world->txn), post->uri, &found), OK,
	       "it is found by its address");
	is_int(found.id, id, "as itself");
	is_int(posts_id_by_uri(txn_view(world->txn), STR("https://c.example/none"), &id), ERR_NOT_FOUND,
	       "an unknown address is not found");
	post = world_draft(world, ana, VISIBILITY_UNLISTED);
	world_add(world, post);
	is_int(posts_id_by_uri(txn_view(world->txn), post->uri, &id), OK, "ours is found by its number");
	is_int(entries(SPACE_POST_URI), 1, "without an entry for its address");
	is_int(entries(SPACE_PUBLIC), 1, "only a public post is in the public timeline");
	boost = world_boost(world, bob, id);
	is_int(stats_of(id).reblogs, 1, "a boost is counted");
	is_int(posts_boost_get(txn_view(world->txn), id, bob->id, &id), OK, "and found");
	is_int(id, boost, "by who made it");
	is_int(world_commit(world), OK, "all of it is committed");
	is_int(world_events(world, EVENT_POST), 3, "and told");
	accounts_stats_get(world_read(world), bob->id, &stats);
	is_int(stats.statuses, 1, "a boost counts for its author");
	is_int(stats.last_status_ms, clock_now_ms(), "and is the latest");
	world_free(world);
}

static void test_refused(void)
{
	struct post *post, *boost;
	uint64_t id;

	start();
	id = world_post(world, ana, VISIBILITY_PUBLIC);
	world_commit(world);
	world_write(world);
	post = world_draft(world, ana, 0);
	is_int(posts_add(world->txn, post), ERR_INVALID, "a post has a visibility");
	post = world_draft(world, ana, VISIBILITY_PUBLIC);
	post->id = 0;
	is_int(posts_add(world->txn, post), ERR_INVALID, "and an id");
	post = world_draft(world, ana, VISIBILITY_PUBLIC);
	post->account_id = 99;
	is_int(posts_add(world->txn, post), ERR_NOT_FOUND, "and an author");
	post = world_draft(world, ana, VISIBILITY_PUBLIC);
	post->in_reply_to_id = 99;
	is_int(posts_add(world->txn, post), ERR_NOT_FOUND, "a reply by number needs its parent");
	boost = world_draft(world, bob, VISIBILITY_PUBLIC);
	boost->reblog_of_id = 99;
	is_int(posts_add(world->txn, boost), ERR_NOT_FOUND, "a boost needs what it boosts");
	post->in_reply_to_id = 0;
	post->content = (struct str){ arena_alloc(world->arena, POST_BYTES_MAX + 1), POST_BYTES_MAX + 1 };
	is_int(posts_add(world->txn, post), ERR_LIMIT, "a text has a bound");
	ok(!txn_touched(world->txn), "all of these touched nothing");
	boost->reblog_of_id = id;
	is_int(posts_add(world->txn, boost), OK, "a boost is added");
	boost = world_draft(world, bob, VISIBILITY_PUBLIC);
	boost->reblog_of_id = id;
	is_int(posts_add(world->txn, boost), ERR_EXISTS, "once per account");
	posts_boost_get(txn_view(world->txn), id, bob->id, &boost->reblog_of_id);
	is_int(posts_add(world->txn, boost), ERR_INVALID, "a boost is not boosted");
	world_free(world);
}

static void test_backfill(void)
{
	int64_t old_ms = clock_now_ms() - 3 * DAY_MS;
	uint64_t first, second, now;
	struct post *post;
	bool more;

	start();
	first = posts_id_for(world->txn, old_ms);
	is_int(id_to_ms(first), old_ms, "an old post takes its place in time");
	post = world_draft(world, cleo, VISIBILITY_PUBLIC);
	post->id = first;
	world_add(world, post);
	second = posts_id_for(world->txn, old_ms);
	ok(second > first && id_to_ms(second) == old_ms, "beside others of the same moment");
	world_reply(world, ana, VISIBILITY_PUBLIC, first);
	posts_delete(world->txn, first, &more);
	ok(posts_id_for(world->txn, old_ms) != first, "nor in place of one that is gone but for its answers");
	now = posts_id_for(world->txn, clock_now_ms() - HOUR_MS);
	is_int(id_to_ms(now), clock_now_ms(), "one of today is new");
	is_int(id_to_ms(posts_id_for(world->txn, 0)), clock_now_ms(), "and so is one without a date");
	ok(id_to_ms(posts_id_for(world->txn, clock_now_ms() + DAY_MS)) <= clock_now_ms() + 1,
	   "one from the future does not run ahead");
	world_free(world);
}

static void test_threads(void)
{
	struct id_list ids;
	struct post leaf;
	uint64_t root, a, b, a1, a2, b1;

	start();
	root = world_post(world, ana, VISIBILITY_PUBLIC);
	a = world_reply(world, bob, VISIBILITY_PUBLIC, root);
	b = world_reply(world, ana, VISIBILITY_UNLISTED, root);
	b1 = world_reply(world, ana, VISIBILITY_FOLLOWERS, b);
	a1 = world_reply(world, ana, VISIBILITY_UNLISTED, a);
	a2 = world_reply(world, cleo, VISIBILITY_PUBLIC, a1);
	world_commit(world);
	world_read(world);
	posts_descendants(world->arena, world->view, root, 100, &ids);
	is_int(ids.count, 5, "all that came of a post is found");
	ok(ids.ids[0] == a && ids.ids[1] == a1 && ids.ids[2] == a2 && ids.ids[3] == b && ids.ids[4] == b1,
	   "depth first, siblings by age");
	posts_descendants(world->arena, world->view, root, 3, &ids);
	is_int(ids.count, 3, "up to a bound");
	posts_descendants(world->arena, world->view, a2, 100, &ids);
	is_int(ids.count, 0, "nothing came of the last");
	leaf = get(a2);
	posts_ancestors(world->arena, world->view, &leaf, 100, &ids);
	ok(ids.count == 3 && ids.ids[0] == root && ids.ids[1] == a && ids.ids[2] == a1,
	   "what is above comes oldest first");
	posts_ancestors(world->arena, world->view, &leaf, 2, &ids);
	ok(ids.count == 2 && ids.ids[0] == a && ids.ids[1] == a1, "of which the nearest, up to a bound");
	is_int(leaf.root_id, root, "each knows the root");
	is_int(leaf.in_reply_to_account_id, ana->id, "and whom it answers");
	is_int(stats_of(root).replies, 2, "answers are counted where they were given");
	is_int(stats_of(b).replies, 0, "a limited one is not");
	world_free(world);
}

static void test_deep_thread(void)
{
	enum { DEPTH = 3000 };
	struct id_list ids;
	uint64_t root, last;

	start();
	root = last = world_post(world, ana, VISIBILITY_PUBLIC);
	for (int i = 0; i < DEPTH; i++)
		last = world_reply(world, i % 2 ? ana : bob, VISIBILITY_PUBLIC, last);
	world_commit(world);
	posts_descendants(world->arena, world_read(world), root, 2 * DEPTH, &ids);
	is_int(ids.count, DEPTH, "a thread of any depth is walked");
	world_free(world);
}

static void test_waiting_replies(void)
{
	struct post *child, *grandchild, *parent, adopted;
	struct id_list ids;

	start();
	child = draft_with_uri(cleo, "https://c.example/2", "https://c.example/1");
	world_add(world, child);
	ok(child->in_reply_to_id == 0 && child->root_id == child->id,
	   "a reply whose parent is unknown begins a thread");
	grandchild = draft_with_uri(cleo, "https://c.example/3", "https://c.example/2");
	world_add(world, grandchild);
	is_int(entries(SPACE_WAITING_REPLIES), 1, "and waits");
	parent = draft_with_uri(cleo, "https://c.example/1", "");
	world_add(world, parent);
	adopted = get(child->id);
	is_int(adopted.in_reply_to_id, parent->id, "until its parent comes");
	is_int(adopted.in_reply_to_account_id, cleo->id, "whose author is then known");
	is_int(adopted.root_id, parent->id, "and takes it into the thread");
	is_int(get(grandchild->id).root_id, parent->id, "with all that came of it");
	is_int(stats_of(parent->id).replies, 1, "counted");
	is_int(entries(SPACE_WAITING_REPLIES), 0, "waiting no more");
	ok(str_find(json_of(child->id), STR("\"in_reply_to_id\":\"")) != SIZE_MAX,
	   "and its finished JSON says so");
	posts_descendants(world->arena, txn_view(world->txn), parent->id, 10, &ids);
	is_int(ids.count, 2, "the thread is whole");
	world_free(world);
}

static void test_many_waiting(void)
{
	enum { WAITING = 3 * POST_ADOPT_MAX + 10 };
	struct post *parent, *child = NULL, *below;
	bool more = true;
	size_t runs = 0;

	start();
	for (int i = 0; i < WAITING; i++) {
		child = draft_with_uri(cleo, arena_printf(world->arena, "https://c.example/r%d", i).p, "https://c.example/1");
		world_add(world, child);
	}
	below = draft_with_uri(cleo, "https://c.example/below", arena_cstr(world->arena, child->uri));
	world_add(world, below);
	parent = draft_with_uri(cleo, "https://c.example/1", "");
	world_add(world, parent);
	is_int(entries(SPACE_WAITING_REPLIES), WAITING - POST_ADOPT_MAX, "of many that waited some find their parent at once");
	is_int(entries(SPACE_JOB), 1, "and a job for the rest");
	while (more && runs++ < 10)
		is_int(posts_adopt(world->txn, parent->id, &more), OK, "which takes a few each time");
	is_int(entries(SPACE_WAITING_REPLIES), 0, "until none waits");
	is_int(stats_of(parent->id).replies, WAITING, "all are counted");
	is_int(get(below->id).root_id, parent->id, "and what stands below them is in the thread");
	world_free(world);
}

static void test_no_circles(void)
{
	struct post *one, *two, *three, *self;
	struct id_list ids;
	struct post at;

	start();
	one = draft_with_uri(cleo, "https://c.example/1", "https://c.example/3");
	two = draft_with_uri(cleo, "https://c.example/2", "https://c.example/1");
	three = draft_with_uri(cleo, "https://c.example/3", "https://c.example/2");
	self = draft_with_uri(cleo, "https://c.example/4", "https://c.example/4");
	world_add(world, one);
	world_add(world, two);
	world_add(world, three);
	world_add(world, self);
	is_int(get(one->id).in_reply_to_id, 0, "what would close a circle stays the top of its thread");
	is_int(get(self->id).in_reply_to_id, 0, "and nothing answers itself");
	posts_descendants(world->arena, txn_view(world->txn), one->id, 100, &ids);
	is_int(ids.count, 2, "the thread ends");
	at = get(three->id);
	posts_ancestors(world->arena, txn_view(world->txn), &at, 100, &ids);
	is_int(ids.count, 2, "in both directions");
	world_free(world);
}

/* A store that holds a circle all the same: nothing of ours makes one, so it is put by hand. */
static void test_stored_circle(void)
{
	struct id_list ids;
	struct post at;
	struct key key;
	uint64_t a, b;

	start();
	a = world_post(world, ana, VISIBILITY_PUBLIC);
	b = world_reply(world, ana, VISIBILITY_PUBLIC, a);
	txn_put(world->txn, SPACE_REPLIES, key_u64_u64(&key, b, a), STR_NONE);
	is_int(posts_descendants(world->arena, txn_view(world->txn), a, 100, &ids), OK,
	       "a circle in the store is walked");
	is_int(ids.count, 1, "once");
	at = get(b);
	at.in_reply_to_id = b;
	is_int(posts_ancestors(world->arena, txn_view(world->txn), &at, 100, &ids), OK, "from below too");
	is_int(ids.count, 0, "without end in sight");
	world_free(world);
}

static void test_update(void)
{
	struct str tags[] = { STR("alt"), STR("neu") };
	struct post *post, edit;
	struct post_edit *edits;
	size_t count;

	start();
	post = world_draft(world, cleo, VISIBILITY_PUBLIC);
	post->tags = (struct str_list){ tags, 1 };
	post->content = STR("<p>one</p>");
	world_add(world, post);
	edit = *post;
	edit.content = STR("<p>two</p>");
	edit.visibility = VISIBILITY_DIRECT;
	edit.account_id = ana->id;
	edit.tags = (struct str_list){ tags + 1, 1 };
	edit.attachments_json = STR("[{\"url\":\"https://c.example/p.png\"}]");
	edit.edited_ms = clock_now_ms() + 1;
	is_int(posts_update(world->txn, &edit), OK, "a text is replaced");
	edit = get(post->id);
	is_str(edit.content, STR("<p>two</p>"), "by the new one");
	ok(edit.visibility == VISIBILITY_PUBLIC && edit.account_id == cleo->id, "audience and author stay");
	ok(str_find(json_of(post->id), STR("two")) != SIZE_MAX, "the finished JSON is new");
	posts_edits(world->arena, txn_view(world->txn), post->id, &edits, &count);
	is_int(count, 1, "the earlier text is kept");
	is_str(edits[0].content, STR("<p>one</p>"), "as it was");
	is_int(edits[0].created_ms, post->created_ms, "with its time");
	is_int(entries(SPACE_TAGGED), 1, "it stands under its new tag");
	is_int(entries(SPACE_TAG), 1, "and the old tag is forgotten");
	edit.edited_ms++;
	edit.sensitive = true;
	posts_update(world->txn, &edit);
	posts_edits(world->arena, txn_view(world->txn), post->id, &edits, &count);
	is_int(count, 1, "no earlier text is kept when the text did not change");
	for (int i = 0; i < POST_EDITS_MAX + 5; i++) {
		edit.content = arena_printf(world->arena, "%d", i);
		posts_update(world->txn, &edit);
	}
	posts_edits(world->arena, txn_view(world->txn), post->id, &edits, &count);
	is_int(count, POST_EDITS_MAX, "a bounded number of earlier texts is kept");
	is_str(edits[count - 1].content, STR("103"), "the newest of them");
	is_int(world_commit(world), OK, "all that is committed");
	ok(world_events(world, EVENT_POST_EDITED) > 0, "and told");
	world_free(world);
}

static void test_narrowed_mentions(void)
{
	struct conversation *conversations;
	struct page page = { .limit = 10 };
	struct post *post, edit;
	size_t count;

	start();
	post = world_draft(world, cleo, VISIBILITY_DIRECT);
	post->mention_ids = world_ids(world, 2, (uint64_t[]){ ana->id, bob->id });
	world_add(world, post);
	conversations_add(world->arena, world->txn, post);
	edit = *post;
	edit.mention_ids = world_ids(world, 1, (uint64_t[]){ ana->id });
	posts_update(world->txn, &edit);
	ok(posts_addressed(txn_view(world->txn), post->id, ana->id), "who is still mentioned is addressed");
	ok(!posts_addressed(txn_view(world->txn), post->id, bob->id), "who is no more, is not");
	conversations_page(world->arena, txn_view(world->txn), bob->id, &page, &conversations, &count);
	is_int(count, 0, "and loses the conversation");
	conversations_page(world->arena, txn_view(world->txn), ana->id, &page, &conversations, &count);
	is_int(count, 1, "which the other one keeps");
	world_free(world);
}

static void test_delete(void)
{
	struct notice notice;
	struct favourite favourite;
	struct tombstone tombstone;
	struct emoji_reaction reaction;
	struct key key;
	struct post *post, child;
	uint64_t parent, reply;
	bool more = true;

	start();
	parent = world_post(world, ana, VISIBILITY_PUBLIC);
	post = world_draft(world, cleo, VISIBILITY_PUBLIC);
	post->in_reply_to_id = parent;
	post->tags = (struct str_list){ (struct str[]){ STR("tag") }, 1 };
	world_add(world, post);
	reply = world_reply(world, bob, VISIBILITY_PUBLIC, post->id);
	world_boost(world, bob, post->id);
	favourite = (struct favourite){ .account_id = ana->id,
		                        .post_id = post->id,
		                        .uri = STR("https://a.example/a/1") };
	favourites_add(world->txn, &favourite);
	reaction = (struct emoji_reaction){ .account_id = ana->id, .post_id = post->id, .emoji = STR("x") };
	emoji_reactions_add(world->txn, &reaction);
	notice = (struct notice){
		.account_id = ana->id, .kind = NOTICE_MENTION, .actor_id = cleo->id, .post_id = post->id
	};
	notices_add(world->txn, &notice);
	world_commit(world);

	is_int(posts_delete(world_write(world), post->id, &more), OK, "a post is deleted");
	ok(!more, "at once");
	child = get(reply);
	is_int(child.in_reply_to_id, post->id, "its replies stay and know what they answered");
	is_int(stats_of(parent).replies, 0, "its parent counts it no more");
	is_int(entries(SPACE_BOOSTS) + entries(SPACE_FAVOURITE) + entries(SPACE_FAVOURITE_BY) +
	               entries(SPACE_EMOJI_REACTION) + entries(SPACE_EMOJI_REACTION_OF) + entries(SPACE_EMOJI_REACTION_BY) +
	               entries(SPACE_NOTICE) + entries(SPACE_NOTICE_OF) + entries(SPACE_NOTICE_ABOUT) +
	               entries(SPACE_TAGGED) + entries(SPACE_TAG) + entries(SPACE_ACTIVITY_OF) +
	               entries(SPACE_POST_URI),
	       0, "nothing of it is left in any index");
	is_int(entries(SPACE_POST), 2, "two posts are left");
	is_int(entries(SPACE_POST_JSON), 2, "with their JSON");
	is_int(posts_by_uri(world->arena, txn_view(world->txn), post->uri, &child), ERR_GONE,
	       "its address is gone");
	is_int(posts_tombstone_get(world->arena, txn_view(world->txn), post->uri, &tombstone), OK,
	       "there is a tombstone");
	is_str(tombstone.actor_uri, cleo->uri, "that names its author");
	is_int(tombstone.visibility, VISIBILITY_PUBLIC, "and for whom it was");
	txn_put(world->txn, SPACE_TOMBSTONE, key_hash(&key, STR("https://c.example/old")),
	        STR("\0\0\0\0\0\0\0\5https://c.example/u"));
	posts_tombstone_get(world->arena, txn_view(world->txn), STR("https://c.example/old"), &tombstone);
	is_str(tombstone.actor_uri, STR("https://c.example/u"), "an older one is read");
	is_int(tombstone.deleted_ms + tombstone.visibility, 5, "that does not say so");
	post->id = txn_new_id(world->txn);
	is_int(posts_add(world->txn, post), ERR_GONE, "it does not come back");
	is_int(posts_delete(world->txn, 4711, &more), ERR_NOT_FOUND, "what is not there is not deleted");
	world_commit(world);
	is_int(world_events(world, EVENT_POST_DELETED), 2, "the boost's end is told too");
	world_free(world);
}

static void test_delete_boost(void)
{
	struct notice notice;
	uint64_t post, boost;
	bool more;

	start();
	post = world_post(world, ana, VISIBILITY_PUBLIC);
	boost = world_boost(world, cleo, post);
	notice = (struct notice){
		.account_id = ana->id, .kind = NOTICE_REBLOG, .actor_id = cleo->id, .post_id = post
	};
	notices_add(world->txn, &notice);
	is_int(posts_delete(world->txn, boost, &more), OK, "a boost is taken back");
	is_int(stats_of(post).reblogs, 0, "and counted no more");
	is_int(entries(SPACE_NOTICE), 0, "nor told");
	is_int(entries(SPACE_TOMBSTONE), 0, "it leaves no tombstone");
	ok(world_boost(world, cleo, post) != 0, "so it may be made again");
	world_free(world);
}

static void test_delete_in_steps(void)
{
	enum { FANS = POST_DELETE_BATCH + 50 };
	struct favourite favourite;
	struct post_stats left;
	uint64_t post;
	bool more = false;

	start();
	post = world_post(world, ana, VISIBILITY_PUBLIC);
	for (int i = 0; i < FANS; i++) {
		struct account *fan =
			world_account(world, arena_printf(world->arena, "fan%d", i).p, "c.example");

		if (i % 2)
			world_boost(world, fan, post);
		favourite = (struct favourite){ .account_id = fan->id, .post_id = post };
		favourites_add(world->txn, &favourite);
	}
	world_commit(world);
	is_int(posts_delete(world_write(world), post, &more), OK, "a post that many liked is deleted");
	ok(more, "not all at once");
	left = stats_of(post);
	is_int(left.favourites + left.reblogs, FANS + FANS / 2 - POST_DELETE_BATCH, "a bounded part each time");
	is_int(posts_delete(world->txn, post, &more), OK, "a second call goes on");
	ok(!more && entries(SPACE_FAVOURITE) == 0 && entries(SPACE_POST_STATS) == 0, "to the end");
	is_int(posts_delete(world->txn, post, &more), ERR_NOT_FOUND, "then nothing is left to do");
	is_int(world_commit(world), OK, "all that is committed");
	world_free(world);
}

static void test_count_local(void)
{
	struct user user;
	uint64_t count = 0;

	start();
	user = (struct user){ .account_id = ana->id, .email = STR("ana@a.example") };
	users_put(world->txn, &user);
	world_post(world, ana, VISIBILITY_PUBLIC);
	world_post(world, ana, VISIBILITY_FOLLOWERS);
	world_post(world, ana, VISIBILITY_DIRECT);
	world_post(world, cleo, VISIBILITY_PUBLIC);
	is_int(posts_count_local(txn_view(world->txn), &count), OK, "posts of ours are counted");
	is_int(count, 2, "without direct ones and without foreign ones");
	world_free(world);
}

/* The committed bytes of all spaces in one number. */
static uint64_t fingerprint(struct engine *engine)
{
	const struct engine_ops *ops = engine->ops;
	struct engine_txn *txn;
	uint64_t sum = UINT64_C(14695981039346656037);

	ops->read_begin(engine, &txn);
	for (unsigned space = SPACE_META + 1; space < SPACE_COUNT; space++) {
		struct engine_range range = { .reverse = false };
		struct engine_item items[512];
		size_t n;

		ops->scan(txn, space, &range, items, 512, &n);
		for (size_t i = 0; i < n; i++) {
			const struct str parts[] = { items[i].key, items[i].value };

			for (int p = 0; p < 2; p++)
				for (size_t b = 0; b < parts[p].n; b++)
					sum = (sum ^ (uint8_t)parts[p].p[b]) * UINT64_C(1099511628211);
			sum = (sum ^ space) * UINT64_C(1099511628211);
		}
	}
	ops->read_end(txn);
	return sum;
}

/* One post with everything that touches indexes; the result of the commit. */
static int add_story(struct world *in)
{
	struct post *post, *waiting;
	struct txn *txn = world_write(in);
	int r;

	waiting = world_draft(in, cleo, VISIBILITY_FOLLOWERS);
	waiting->in_reply_to_uri = STR("https://c.example/parent");
	waiting->mention_ids = world_ids(in, 1, (uint64_t[]){ ana->id });
	post = world_draft(in, cleo, VISIBILITY_PUBLIC);
	post->uri = STR("https://c.example/parent");
	post->tags = (struct str_list){ (struct str[]){ STR("one"), STR("two") }, 2 };
	r = posts_add(txn, waiting);
	if (r == OK)
		r = posts_add(txn, post);
	if (r == OK)
		return world_commit(in);
	world_abort(in);
	return r;
}

static void test_failing_puts(void)
{
	uint64_t before, puts, failed = 0, unchanged = 0;

	start();
	world_commit(world);
	before = fingerprint(world->engine);
	for (puts = 1; puts < 200; puts++) {
		engine_mem_fail_put(world->engine, puts, ERR_FULL);
		if (add_story(world) == OK)
			break;
		failed++;
		unchanged += fingerprint(world->engine) == before;
	}
	ok(failed > 20, "a post is many puts (%llu)", (unsigned long long)failed);
	is_int(unchanged, failed, "whichever of them fails, the store is as before");
	engine_mem_fail_put(world->engine, 0, OK);
	ok(fingerprint(world->engine) != before, "and when none fails, the post is there");
	world_free(world);
}

int main(void)
{
	test_flags();
	test_add_and_find();
	test_refused();
	test_backfill();
	test_threads();
	test_deep_thread();
	test_waiting_replies();
	test_many_waiting();
	test_no_circles();
	test_stored_circle();
	test_update();
	test_narrowed_mentions();
	test_delete();
	test_delete_boost();
	test_delete_in_steps();
	test_count_local();
	test_failing_puts();
	return done();
}
