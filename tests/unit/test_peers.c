/* storage/peers over the memory engine. */
#include "storage/peers.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world_read(world), space, &count);
	return count;
}

static struct peer add(const char *domain, const char *url)
{
	struct peer peer = { .domain = str_of(domain), .url = str_of(url), .tier = PEER_GROUP };

	world_write(world);
	peers_put(world->txn, &peer);
	world_commit(world);
	return peer;
}

static void test_peers(void)
{
	struct peer b, c, twin, found, *all;
	struct view *view;
	size_t count;

	world = world_new();
	b = add("B.example:8443", "https://b.example:8443");
	is_int(world_events(world, EVENT_PEER), 1, "a new peer is told");
	c = add("c.example", "https://social.c.example");
	twin = (struct peer){ .domain = STR("b.EXAMPLE:8443") };
	world_write(world);
	is_int(peers_put(world->txn, &twin), ERR_EXISTS, "a domain is listed once, in any case");
	is_int(peers_put(world->txn, &(struct peer){ 0 }), ERR_INVALID, "a peer has a domain");
	ok(!txn_touched(world->txn), "and a refusal touches nothing");
	world_abort(world);
	view = world_read(world);
	is_int(peers_by_domain(world->arena, view, STR("b.example:8443"), &found), OK,
	       "a peer is found by domain");
	ok(found.id == b.id && found.tier == PEER_GROUP, "and is complete");
	is_int(peers_by_domain(world->arena, view, STR("b.example"), &found), ERR_NOT_FOUND,
	       "another port is another node");
	is_int(peers_by_url(world->arena, view, STR("https://b.example:8443/u/7"), &found), OK,
	       "a peer is found by an address");
	is_int(peers_by_url(world->arena, view, STR("https://SOCIAL.c.example/u/7"), &found), OK,
	       "also where handles have another domain");
	ok(found.id == c.id, "and is the right one");
	is_int(peers_by_url(world->arena, view, STR("https://c.example@evil.example/"), &found),
	       ERR_NOT_FOUND, "a name before @ is no host");
	is_int(peers_by_url(world->arena, view, STR("https://evil.example/https://c.example/"), &found),
	       ERR_NOT_FOUND, "nor is a path");
	is_int(peers_by_url(world->arena, view, STR("https://c.example.evil/"), &found), ERR_NOT_FOUND,
	       "nor a longer host");
	is_int(peers_by_url(world->arena, view, STR("c.example"), &found), ERR_NOT_FOUND,
	       "what has no scheme is no address");
	is_int(peers_each(world->arena, view, &all, &count), OK, "peers are listed");
	ok(count == 2 && all[0].id == b.id && all[1].id == c.id, "all of them");

	c.domain = STR("d.example");
	world_write(world);
	is_int(peers_put(world->txn, &c), OK, "a peer may move");
	world_commit(world);
	is_int(peers_by_domain(world->arena, world_read(world), STR("c.example"), &found), ERR_NOT_FOUND,
	       "from its old domain");
	is_int(entries(SPACE_PEER_DOMAIN), 2, "which is free");
	world_free(world);
}

static void test_lanes(void)
{
	struct lane lane;

	world = world_new();
	is_int(lanes_get(world->arena, world_read(world), 9, &lane), OK, "a lane needs no record");
	ok(lane.peer_id == 9 && lane.failures == 0 && lane.next_try_ms == 0,
	   "it is fine until something fails");
	lane.failures = 3;
	lane.last_error = STR("503");
	world_write(world);
	lanes_put(world->txn, &lane);
	world_commit(world);
	lanes_get(world->arena, world_read(world), 9, &lane);
	ok(lane.failures == 3 && str_eq(lane.last_error, STR("503")), "then it is kept");
	world_free(world);
}

static void put_deliveries(uint64_t peer_id, size_t count)
{
	world_write(world);
	for (size_t i = 0; i < count; i++) {
		struct delivery delivery = {
			.peer_id = peer_id, .activity_id = 100 + i, .inbox = STR("https://b.example/inbox"),
		};

		deliveries_put(world->txn, &delivery);
	}
	world_commit(world);
}

static void test_deliveries(void)
{
	struct delivery *page;
	uint64_t waiting;
	size_t count;
	bool ordered = true;

	world = world_new();
	put_deliveries(1, 300);
	ok(world_events(world, EVENT_DELIVERY) > 0, "a new delivery is told");
	put_deliveries(2, 1);
	deliveries_count(world_read(world), 1, &waiting);
	is_int(waiting, 300, "waiting deliveries of a peer are counted");
	is_int(deliveries_page(world->arena, world->view, 1, 0, 200, &page, &count), OK, "and paged");
	for (size_t i = 0; i < count; i++)
		ordered &= page[i].activity_id == 100 + i &&
		           (i == 0 || page[i].sequence > page[i - 1].sequence);
	ok(count == 200 && ordered, "in the order they were put");
	deliveries_page(world->arena, world->view, 1, page[199].sequence, 200, &page, &count);
	ok(count == 100 && page[0].activity_id == 300, "and the next page goes on behind");
	page[0].tries = 4;
	world_write(world);
	deliveries_put(world->txn, &page[0]);
	deliveries_delete(world->txn, 1, page[1].sequence);
	world_commit(world);
	deliveries_page(world->arena, world_read(world), 1, page[0].sequence - 1, 2, &page, &count);
	ok(count == 2 && page[0].tries == 4 && page[1].activity_id == 302, "a retry keeps its place");
	world_free(world);
}

static void test_delete(void)
{
	struct peer b, found;
	struct lane lane;
	size_t calls = 0;
	bool more = true;

	world = world_new();
	b = add("b.example", "https://b.example");
	world_write(world);
	lanes_put(world->txn, &(struct lane){ .peer_id = b.id, .failures = 1 });
	world_commit(world);
	put_deliveries(b.id, 800);
	put_deliveries(b.id + 1, 1);
	for (; more && calls < 10; calls++) {
		world_write(world);
		is_int(peers_delete(world->txn, b.id, &more), OK, "a peer goes page by page");
		world_commit(world);
		is_int(peers_by_domain(world->arena, world_read(world), STR("b.example"), &found),
		       ERR_NOT_FOUND, "and is off the list from the first");
	}
	is_int(calls, 2, "until nothing is left");
	is_int(entries(SPACE_DELIVERY), 1, "but what is another's");
	lanes_get(world->arena, world_read(world), b.id, &lane);
	is_int(lane.failures, 0, "its lane is gone");
	world_write(world);
	is_int(peers_delete(world->txn, b.id, &more), ERR_NOT_FOUND, "an unlisted peer cannot be taken off");
	world_abort(world);
	world_free(world);
}

int main(void)
{
	test_peers();
	test_lanes();
	test_deliveries();
	test_delete();
	return done();
}
