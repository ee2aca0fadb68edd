/* Subscriptions of Web Push: which notices make a job, and what ends them. */
#include "storage/pushes.h"

#include "node/push.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/maintain.h"
#include "storage/notices.h"
#include "storage/tokens.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob;
static struct token token;

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static void start(void)
{
	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	token = (struct token){ .account_id = ana->id };
	tokens_put(world->txn, STR("secret"), &token);
}

static void subscribe(uint64_t alerts, uint8_t policy, int64_t wait_until_ms)
{
	struct push push = {
		.account_id = ana->id, .token_id = token.id, .alerts = alerts, .policy = policy, .wait_until_ms = wait_until_ms,
	};

	pushes_put(world->txn, &push);
}

/* How many messages a notice of bob's makes. */
static size_t told(uint8_t kind, bool filtered)
{
	struct notice notice = { .account_id = ana->id, .kind = kind, .actor_id = bob->id, .filtered = filtered };
	size_t count;

	notices_remove(world->txn, ana->id, kind, bob->id, 0);
	notices_add(world->txn, &notice);
	world_commit(world);
	count = world_events(world, EVENT_JOBS);
	world_write(world);
	return count;
}

static void check_wants(void)
{
	start();
	is_int(told(NOTICE_FOLLOW, false), 0, "who has no subscription is told nothing");
	subscribe(1u << NOTICE_FOLLOW, PUSH_ALL, 0);
	is_int(told(NOTICE_FOLLOW, false), 1, "who has one is");
	is_int(told(NOTICE_FOLLOW_REQUEST, false), 0, "of what he asked for");
	is_int(told(NOTICE_FOLLOW, true), 0, "and not of what is held back");
	subscribe(1u << NOTICE_FOLLOW, PUSH_NONE, 0);
	is_int(told(NOTICE_FOLLOW, false), 0, "nobody's is nobody's");
	subscribe(1u << NOTICE_FOLLOW, PUSH_FOLLOWED, 0);
	is_int(told(NOTICE_FOLLOW, false), 0, "those he follows are others");
	world_follow(world, ana->id, bob->id, FOLLOW_ACCEPTED);
	is_int(told(NOTICE_FOLLOW, false), 1, "until he follows");
	subscribe(1u << NOTICE_FOLLOW, PUSH_FOLLOWERS, 0);
	is_int(told(NOTICE_FOLLOW, false), 0, "his followers are others again");
	world_follow(world, bob->id, ana->id, FOLLOW_ACCEPTED);
	is_int(told(NOTICE_FOLLOW, false), 1, "until they are");
	world_free(world);
}

static void check_ends(void)
{
	uint64_t findings = 0;
	struct push push;

	start();
	subscribe(1, PUSH_ALL, 0);
	is_int(tokens_delete(world->txn, STR("secret")), OK, "when the token ends");
	is_int(pushes_get(world->arena, txn_view(world->txn), ana->id, token.id, &push), ERR_NOT_FOUND, "so does its subscription");
	token.id = 0;
	tokens_put(world->txn, STR("other"), &token);
	subscribe(1, PUSH_ALL, 0);
	is_int(tokens_delete_all(world->txn, ana->id), OK, "with all of them");
	is_int(pushes_get(world->arena, txn_view(world->txn), ana->id, token.id, &push), ERR_NOT_FOUND, "all do");
	for (uint64_t id = 1; id <= PUSHES_MAX; id++)
		pushes_put(world->txn, &(struct push){ .account_id = bob->id, .token_id = id });
	is_int(pushes_put(world->txn, &(struct push){ .account_id = bob->id, .token_id = 1 }), OK, "one can be replaced");
	is_int(pushes_put(world->txn, &(struct push){ .account_id = bob->id, .token_id = 99 }), ERR_LIMIT, "there is a most of them");
	pushes_delete_all(world->txn, bob->id);
	world_commit(world);
	maintain_check(world_read(world), print_finding, NULL, &findings);
	is_int(findings, 0, "and the store is clean");
	world_free(world);
}

static void check_key(void)
{
	struct str first, again;

	start();
	world_commit(world);
	is_int(push_public_key(world->arena, world_read(world)).n, 0, "a store has no key of itself");
	is_int(push_make_key(world->store), OK, "one is made");
	first = push_public_key(world->arena, world_read(world));
	is_int(first.n, 87, "65 bytes as text");
	push_make_key(world->store);
	again = push_public_key(world->arena, world_read(world));
	is_str(again, first, "once");
	world_free(world);
}

static void check_older_store(void)
{
	struct seal seal = { { 7 } }, other = { { 8 } };
	struct push push = { .secret = STR("open to all"), .policy = PUSH_ALL };

	start();
	push.account_id = ana->id;
	push.token_id = token.id;
	pushes_put(world->txn, &push);
	world_commit(world);
	is_int(push_seal_all(world->store, &seal), OK, "subscriptions of an older store are sealed");
	pushes_get(world->arena, world_read(world), ana->id, token.id, &push);
	ok(!push.secret.n && push.sealed.n && str_find(push.sealed, STR("open")) == SIZE_MAX, "none lies open any more");
	is_int(push_seal_all(world->store, &seal), OK, "at the next start");
	is_int(pushes_get(world->arena, world_read(world), ana->id, token.id, &push), OK, "they are still there");
	is_int(push_seal_all(world->store, &other), OK, "with another key");
	is_int(pushes_get(world->arena, world_read(world), ana->id, token.id, &push), ERR_NOT_FOUND, "they end: clients subscribe anew");
	world_free(world);
}

int main(void)
{
	check_wants();
	check_ends();
	check_key();
	check_older_store();
	return done();
}
