/* storage/activities over the memory engine. */
#include "storage/activities.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static const int64_t NOON_MS = 1795521600000;
static struct world *world;

static void begin(void)
{
	clock_set_for_test(NOON_MS);
	world = world_new();
}

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world_read(world), space, &count);
	return count;
}

static void test_seen(void)
{
	bool more;

	begin();
	world_write(world);
	ok(!activities_seen(txn_view(world->txn), STR("https://b.example/1")), "a new id was not seen");
	is_int(activities_mark_seen(world->txn, STR("https://b.example/1")), OK, "it is marked");
	ok(activities_seen(txn_view(world->txn), STR("https://b.example/1")), "and seen from then on");
	world_commit(world);
	clock_advance_for_test(DAY_MS);
	world_write(world);
	activities_mark_seen(world->txn, STR("https://b.example/1"));
	activities_mark_seen(world->txn, STR("https://b.example/2"));
	world_commit(world);
	is_int(entries(SPACE_SEEN_AT), 2, "marking twice leaves one entry");
	world_write(world);
	is_int(activities_forget(world->txn, NOON_MS + DAY_MS, 10, &more), OK, "old ones are forgotten");
	world_commit(world);
	ok(!more, "all at once");
	ok(!activities_seen(world_read(world), STR("https://b.example/1")), "what is older is gone");
	ok(activities_seen(world->view, STR("https://b.example/2")), "what is not stays");
	is_int(entries(SPACE_SEEN), 1, "both entries go together");
	world_write(world);
	activities_forget(world->txn, INT64_MAX, 1, &more);
	ok(more, "a full page asks to be called again");
	world_abort(world);
	world_free(world);
}

static void test_void(void)
{
	struct str uri = STR("https://b.example/follow/1");
	bool more;

	begin();
	world_write(world);
	activities_void(world->txn, uri);
	world_commit(world);
	ok(activities_voided(world_read(world), uri), "an activity undone before it came is void");
	ok(!activities_voided(world->view, STR("https://b.example/follow/2")), "another is not");
	world_write(world);
	activities_forget(world->txn, 0, 10, &more);
	world_commit(world);
	ok(activities_voided(world_read(world), uri), "for a month");
	clock_advance_for_test((int64_t)30 * DAY_MS);
	ok(!activities_voided(world_read(world), uri), "and no longer");
	world_write(world);
	activities_forget(world->txn, 0, 10, &more);
	world_commit(world);
	is_int(entries(SPACE_VOIDED) + entries(SPACE_VOIDED_AT), 0, "then it is forgotten");
	world_free(world);
}

static struct activity_record record(uint64_t id)
{
	return (struct activity_record){
		.id = id,
		.uri = arena_printf(world->arena, "https://a.example/a/%llu", (unsigned long long)id),
		.type = STR("Create"),
		.account_id = 7,
		.object_id = id + 1,
		.body = STR("{\"type\":\"Create\"}"),
		.visibility = VISIBILITY_PUBLIC,
		.outbox = true,
	};
}

static void test_records(void)
{
	struct activity_record one, two, found;
	struct id_list ids;
	struct view *view;

	begin();
	one = record(100);
	two = record(101);
	world_write(world);
	is_int(activities_put(world->txn, &one), OK, "an activity is kept");
	is_int(activities_put(world->txn, &two), OK, "and another");
	world_commit(world);
	view = world_read(world);
	is_int(activities_by_uri(world->arena, view, one.uri, &found), OK, "one is found by its id");
	ok(found.id == 100 && found.object_id == 101 && found.outbox, "and is complete");
	is_str(found.body, one.body, "to the byte");
	is_int(activities_get(world->arena, view, 102, &found), ERR_NOT_FOUND, "an unknown one is not found");
	activities_outbox(world->arena, view, 7, 0, 10, &ids);
	ok(ids.count == 2 && ids.ids[0] == 101 && ids.ids[1] == 100, "the outbox is newest first");
	activities_outbox(world->arena, view, 7, 101, 10, &ids);
	ok(ids.count == 1 && ids.ids[0] == 100, "and goes on before an id");
	activities_outbox(world->arena, view, 8, 0, 10, &ids);
	is_int(ids.count, 0, "another account's outbox is another");

	world_write(world);
	two.outbox = false;
	activities_put(world->txn, &two);
	is_int(activities_delete(world->txn, one.id), OK, "an activity is deleted");
	is_int(activities_delete(world->txn, one.id), OK, "twice does no harm");
	world_commit(world);
	is_int(entries(SPACE_OUTBOX), 0, "the outbox follows");
	is_int(entries(SPACE_ACTIVITY_URI), 0, "our own addresses hold the number and need no entry");
	world_write(world);
	two.uri = STR("https://b.example/act/2");
	activities_put(world->txn, &two);
	world_commit(world);
	is_int(entries(SPACE_ACTIVITY_URI), 1, "a foreign one has an entry");
	view = world_read(world);
	is_int(activities_by_uri(world->arena, view, two.uri, &found), OK, "by which it is found");
	is_int(activities_by_uri(world->arena, view, STR("https://a.example/a/101"), &found), ERR_NOT_FOUND,
	       "and not by an address that is not its own");
	world_free(world);
}

static void test_refusals(void)
{
	struct activity_record a, b;
	struct str long_body;

	begin();
	a = record(100);
	b = record(101);
	world_write(world);
	activities_put(world->txn, &a);
	world_commit(world);
	world_write(world);
	b.uri = a.uri;
	is_int(activities_put(world->txn, &b), ERR_EXISTS, "an id belongs to one activity");
	b.id = 0;
	is_int(activities_put(world->txn, &b), ERR_INVALID, "an activity has a number");
	b = record(102);
	long_body = (struct str){ arena_alloc(world->arena, ENGINE_VALUE_MAX), ENGINE_VALUE_MAX };
	b.body = long_body;
	is_int(activities_put(world->txn, &b), ERR_LIMIT, "one larger than a value is refused");
	ok(!txn_touched(world->txn), "and a refusal touches nothing");
	b.body.n -= 4096;
	is_int(activities_put(world->txn, &b), OK, "one that fits is kept");
	world_commit(world);
	world_free(world);
}

int main(void)
{
	test_seen();
	test_void();
	test_records();
	test_refusals();
	return done();
}
