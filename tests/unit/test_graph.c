/* storage/graph and storage/reactions over the memory engine. */
#include "storage/graph.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob, *cleo;

static void start(void)
{
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	cleo = world_account(world, "cleo", "c.example");
	world_commit(world);
}

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world_read(world), space, &count);
	return count;
}

static struct account_stats stats_of(const struct account *account)
{
	struct account_stats stats;

	accounts_stats_get(world_read(world), account->id, &stats);
	return stats;
}

static int put(uint8_t state, const char *uri)
{
	struct follow follow = {
		.follower_id = ana->id, .followee_id = bob->id, .state = state, .show_reblogs = true,
		.uri = str_of(uri), .created_ms = 5,
	};
	int r = graph_follow_put(world_write(world), &follow);

	if (r != OK) {
		world_abort(world);
		return r;
	}
	return world_commit(world);
}

static void test_request_and_accept(void)
{
	struct follow follow;
	uint64_t a, b;
	uint8_t kind;

	start();
	is_int(put(FOLLOW_REQUESTED, "https://a.example/a/1"), OK, "a request is stored");
	ok(graph_requested(world_read(world), ana->id, bob->id), "it waits");
	ok(!graph_follows(world->view, ana->id, bob->id), "and is no follow yet");
	is_int(stats_of(bob).followers, 0, "nor counted");
	is_int(entries(SPACE_FOLLOW_REQUEST), 1, "it is listed for its answer");
	is_int(put(FOLLOW_ACCEPTED, "https://a.example/a/1"), OK, "it is accepted");
	ok(graph_follows(world_read(world), ana->id, bob->id), "and is a follow");
	ok(!graph_follows(world->view, bob->id, ana->id), "in one direction");
	is_int(entries(SPACE_FOLLOW_REQUEST), 0, "no request is left");
	is_int(put(FOLLOW_ACCEPTED, "https://a.example/a/2"), OK, "it may be put again under another id");
	is_int(stats_of(bob).followers, 1, "one follower is counted");
	is_int(stats_of(ana).following, 1, "and one followed");
	is_int(made_get(world_read(world), STR("https://a.example/a/1"), &kind, &a, &b), ERR_NOT_FOUND,
	       "the former activity made nothing");
	is_int(made_get(world->view, STR("https://a.example/a/2"), &kind, &a, &b), OK, "the new one made it");
	ok(kind == MADE_FOLLOW && a == ana->id && b == bob->id, "this follow");
	is_int(graph_follow_get(world->arena, world->view, ana->id, bob->id, &follow), OK,
	       "the record is found");
	ok(follow.show_reblogs && follow.created_ms == 5, "as it was put");
	is_int(graph_follow_delete(world_write(world), ana->id, bob->id), OK, "it is deleted");
	is_int(graph_follow_delete(world->txn, ana->id, bob->id), ERR_NOT_FOUND, "once");
	world_commit(world);
	is_int(stats_of(bob).followers, 0, "it is counted no more");
	is_int(entries(SPACE_FOLLOWER) + entries(SPACE_ACTIVITY_OF), 0, "no index knows it");
	world_free(world);
}

static void test_refused(void)
{
	struct follow follow;

	start();
	follow = (struct follow){ .follower_id = ana->id, .followee_id = ana->id, .state = FOLLOW_ACCEPTED };
	is_int(graph_follow_put(world_write(world), &follow), ERR_INVALID, "nobody follows herself");
	follow.followee_id = bob->id;
	follow.state = 0;
	is_int(graph_follow_put(world->txn, &follow), ERR_INVALID, "a follow has a state");
	follow.state = FOLLOW_ACCEPTED;
	follow.uri = STR("https://c.example/follow");
	is_int(graph_follow_put(world->txn, &follow), OK, "a follow under a foreign id is stored");
	follow.follower_id = cleo->id;
	ok(txn_err(world->txn) == OK && graph_follow_put(world->txn, &follow) == ERR_EXISTS,
	   "one activity makes one follow");
	is_int(world_commit(world), OK, "a refusal does no harm to what stands beside it");
	world_free(world);
}

static void test_pages(void)
{
	struct id_list ids;
	struct account *many[150];

	start();
	world_write(world);
	for (size_t i = 0; i < 150; i++) {
		many[i] = world_account(world, arena_printf(world->arena, "p%zu", i).p,
		                        i % 2 ? "c.example" : "");
		world_follow(world, many[i]->id, ana->id, i % 3 ? FOLLOW_ACCEPTED : FOLLOW_REQUESTED);
	}
	world_follow(world, ana->id, bob->id, FOLLOW_ACCEPTED);
	world_follow(world, ana->id, cleo->id, FOLLOW_REQUESTED);
	world_commit(world);
	world_read(world);
	is_int(graph_followers(world->arena, world->view, ana->id, 0, 1000, &ids), OK, "followers are listed");
	is_int(ids.count, 100, "those who were accepted");
	graph_followers(world->arena, world->view, ana->id, many[1]->id, 2, &ids);
	ok(ids.count == 2 && ids.ids[0] == many[2]->id && ids.ids[1] == many[4]->id, "in pages by id");
	graph_followers(world->arena, world->view, ana->id, many[149]->id, 10, &ids);
	is_int(ids.count, 0, "nothing is behind the last");
	graph_requests(world->arena, world->view, ana->id, 0, 1000, &ids);
	is_int(ids.count, 50, "requests are listed apart");
	graph_following(world->arena, world->view, ana->id, 0, 10, &ids);
	ok(ids.count == 1 && ids.ids[0] == bob->id, "whom one follows leaves out who was only asked");
	ok(graph_has_follower_on(world->arena, world->view, ana->id, STR("C.example")),
	   "a follower lives on a host");
	ok(!graph_has_follower_on(world->arena, world->view, ana->id, STR("d.example")),
	   "on another there is none");
	ok(!graph_has_follower_on(world->arena, world->view, cleo->id, STR("")), "a request is no follower");
	world_free(world);
}

static void test_favourites(void)
{
	struct favourite favourite = { .id = 0 }, found;
	struct post_stats stats;
	struct id_list ids;
	uint64_t post, a, b;
	uint8_t kind;

	start();
	world_write(world);
	post = world_post(world, ana, VISIBILITY_PUBLIC);
	favourite = (struct favourite){ .account_id = cleo->id,
		                        .post_id = post,
		                        .uri = STR("https://c.example/like") };
	is_int(favourites_add(world->txn, &favourite), OK, "a favourite is stored");
	ok(favourite.id != 0, "under an id of its own");
	is_int(favourites_add(world->txn, &favourite), ERR_EXISTS, "once");
	favourite.account_id = bob->id;
	is_int(favourites_add(world->txn, &favourite), ERR_EXISTS, "one activity makes one favourite");
	favourite = (struct favourite){ .account_id = bob->id, .post_id = post };
	is_int(favourites_add(world->txn, &favourite), OK, "another's is another");
	favourite.post_id = 77;
	is_int(favourites_add(world->txn, &favourite), ERR_NOT_FOUND,
	       "what is not there is nobody's favourite");
	is_int(world_commit(world), OK, "all that is committed");
	world_read(world);
	ok(favourites_has(world->view, post, bob->id) && !favourites_has(world->view, post, ana->id),
	   "it is known who favoured");
	is_int(favourites_get(world->arena, world->view, post, cleo->id, &found), OK, "a favourite is found");
	is_str(found.uri, STR("https://c.example/like"), "with its activity");
	is_int(made_get(world->view, found.uri, &kind, &a, &b), OK, "and by its activity");
	ok(kind == MADE_FAVOURITE && a == cleo->id && b == post, "as what it is");
	favourites_accounts(world->arena, world->view, post, 0, 10, &ids);
	is_int(ids.count, 2, "who favoured is listed");
	posts_stats_get(world->view, post, &stats);
	is_int(stats.favourites, 2, "and counted");
	is_int(favourites_remove(world_write(world), post, cleo->id), OK, "a favourite is taken back");
	is_int(favourites_remove(world->txn, post, cleo->id), ERR_NOT_FOUND, "once");
	world_commit(world);
	posts_stats_get(world_read(world), post, &stats);
	is_int(stats.favourites, 1, "and counted no more");
	is_int(entries(SPACE_ACTIVITY_OF), 0, "its activity made nothing");
	is_int(entries(SPACE_FAVOURITE_BY), 1, "the other one stays");
	world_free(world);
}

int main(void)
{
	test_request_and_accept();
	test_refused();
	test_pages();
	test_favourites();
	return done();
}
