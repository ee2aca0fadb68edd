/* storage/tokens over the memory engine. */
#include "storage/tokens.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static const int64_t NOON_MS = 1795521600000;
static struct world *world;

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world->view, space, &count);
	return count;
}

static void test_apps(void)
{
	struct str uris[] = { STR("urn:ietf:wg:oauth:2.0:oob"), STR("https://elk.example/cb") };
	struct app app = { .name = STR("Elk"), .redirect_uris = { uris, 2 }, .scopes = SCOPE(PUSH) }, found;
	struct app twin = { .name = STR("Twin") };
	struct view *view;

	world_write(world);
	is_int(apps_put(world->arena, world->txn, &app), OK, "an app is stored");
	ok(app.id != 0 && app.client_id.n == 43, "with an id and a client id");
	twin.client_id = app.client_id;
	is_int(apps_put(world->arena, world->txn, &twin), ERR_EXISTS, "a client id belongs to one app");
	app.website = STR("https://elk.example");
	is_int(apps_put(world->arena, world->txn, &app), OK, "an app is replaced");
	world_commit(world);
	view = world_read(world);
	is_int(apps_by_client_id(world->arena, view, app.client_id, &found), OK,
	       "an app is found by client id");
	ok(found.id == app.id && found.scopes == SCOPE(PUSH) && found.redirect_uris.count == 2,
	   "and is complete");
	is_str(found.website, app.website, "and current");
	is_int(apps_by_client_id(world->arena, view, STR("x"), &found), ERR_NOT_FOUND,
	       "an unknown client id is not found");
	is_int(entries(SPACE_APP), 1, "there is one app");
}

static void test_tokens(void)
{
	struct token token = { .account_id = 7, .app_id = 3, .scopes = SCOPE(READ_STATUSES) }, found;
	struct view *view;

	world_write(world);
	is_int(tokens_put(world->txn, STR("secret"), &token), OK, "a token is stored");
	world_commit(world);
	view = world_read(world);
	is_int(tokens_get(view, STR("secret"), &found), OK, "a token is found by its secret");
	ok(found.id == token.id && found.account_id == 7 && found.scopes == token.scopes, "and is complete");
	is_int(tokens_get(view, STR("Secret"), &found), ERR_NOT_FOUND, "another secret finds nothing");
	world_write(world);
	is_int(tokens_delete(world->txn, STR("secret")), OK, "a token is deleted");
	is_int(tokens_delete(world->txn, STR("secret")), ERR_NOT_FOUND, "once");
	world_commit(world);
	view = world_read(world);
	is_int(tokens_get(view, STR("secret"), &found), ERR_NOT_FOUND, "and is gone");
	is_int(entries(SPACE_TOKEN_OF), 0, "with its index");
}

/* No stored byte may hold a secret. */
static void test_no_secret_in_the_store(void)
{
	static const struct str secret = { "super-secret-text", 17 };
	struct token token = { .account_id = 9 };
	struct session session = { .account_id = 9, .expires_ms = NOON_MS + HOUR_MS };
	struct grant grant = { .account_id = 9, .expires_ms = NOON_MS + HOUR_MS };
	bool clean = true;

	world_write(world);
	tokens_put(world->txn, secret, &token);
	sessions_put(world->txn, secret, &session);
	sign_up_put(world->txn, secret, &session);
	grants_put(world->txn, secret, &grant);
	world_commit(world);
	world_read(world);
	for (unsigned space = 0; space < SPACE_COUNT; space++) {
		struct prefix_walk walk;
		struct engine_item item;

		prefix_walk_init(&walk, world->view, space, STR_NONE, false);
		while (prefix_next(&walk, &item) == OK)
			clean &= str_find(item.key, secret) == SIZE_MAX &&
			         str_find(item.value, secret) == SIZE_MAX;
	}
	ok(clean, "no secret stands in the store");
}

static void test_delete_all(void)
{
	struct session session = { .account_id = 20, .expires_ms = NOON_MS + HOUR_MS }, found_session;
	struct session other = { .account_id = 21, .expires_ms = NOON_MS + HOUR_MS };
	struct grant grant = { .account_id = 20, .expires_ms = NOON_MS + HOUR_MS }, found_grant;
	struct token found;
	struct view *view;

	world_write(world);
	tokens_put(world->txn, STR("t1"), &(struct token){ .account_id = 20 });
	tokens_put(world->txn, STR("t2"), &(struct token){ .account_id = 20 });
	tokens_put(world->txn, STR("t3"), &(struct token){ .account_id = 21 });
	tokens_put(world->txn, STR("t4"), &(struct token){ .account_id = 0 });
	sessions_put(world->txn, STR("c1"), &session);
	sessions_put(world->txn, STR("c2"), &other);
	sign_up_put(world->txn, STR("l1"), &session);
	sign_up_put(world->txn, STR("l2"), &other);
	grants_put(world->txn, STR("g1"), &grant);
	world_commit(world);
	world_write(world);
	is_int(tokens_delete_all(world->txn, 20), OK, "everything that lets somebody in is taken away");
	tokens_delete_all(world->txn, 0);
	world_commit(world);
	is_int(world_events(world, EVENT_REVOKED), 1, "which is told");
	ok(world->events.count && world->events.events[0].actor == 20, "with whom it concerns");
	view = world_read(world);
	ok(tokens_get(view, STR("t1"), &found) == ERR_NOT_FOUND &&
	           tokens_get(view, STR("t2"), &found) == ERR_NOT_FOUND,
	   "all tokens");
	is_int(sessions_get(view, STR("c1"), &found_session), ERR_NOT_FOUND, "the sessions");
	is_int(sign_up_get(view, STR("l1"), &found_session), ERR_NOT_FOUND, "the links");
	is_int(grants_get(world->arena, view, STR("g1"), &found_grant), ERR_NOT_FOUND, "the codes");
	ok(tokens_get(view, STR("t3"), &found) == OK && sessions_get(view, STR("c2"), &found_session) == OK &&
	   sign_up_get(view, STR("l2"), &found_session) == OK, "but nothing of anybody else");
	is_int(tokens_get(view, STR("t4"), &found), OK, "nor of an app itself");
}

static void test_grants(void)
{
	struct grant grant = {
		.app_id = 3, .account_id = 7, .redirect_uri = STR("https://elk.example/cb"), .code_challenge = STR("abc"),
		.expires_ms = NOON_MS + MINUTE_MS,
	}, found;

	clock_set_for_test(NOON_MS);
	world_write(world);
	grants_put(world->txn, STR("code"), &grant);
	world_commit(world);
	is_int(grants_get(world->arena, world_read(world), STR("code"), &found), OK, "a code is found");
	is_str(found.redirect_uri, grant.redirect_uri, "with all it stands for");
	clock_advance_for_test(MINUTE_MS);
	is_int(grants_get(world->arena, world_read(world), STR("code"), &found), ERR_NOT_FOUND,
	       "an expired code is not");
	clock_set_for_test(NOON_MS);
}

static void test_delete_id(void)
{
	struct token token = { .account_id = 40 }, other = { .account_id = 40 }, found;

	world_write(world);
	tokens_put(world->txn, STR("d1"), &token);
	tokens_put(world->txn, STR("d2"), &other);
	world_commit(world);
	world_write(world);
	is_int(tokens_delete_id(world->txn, 41, token.id), ERR_NOT_FOUND, "a token of somebody else is not found by id");
	is_int(tokens_delete_id(world->txn, 40, token.id), OK, "a token is ended by its id");
	world_commit(world);
	is_int(tokens_get(world_read(world), STR("d1"), &found), ERR_NOT_FOUND, "it is gone");
	is_int(tokens_get(world_read(world), STR("d2"), &found), OK, "its neighbour is not");
}

static void test_sessions(void)
{
	struct session session = {
		.account_id = 7, .created_ms = NOON_MS, .expires_ms = NOON_MS + MINUTE_MS,
	}, found;

	world_write(world);
	sessions_put(world->txn, STR("cookie"), &session);
	world_commit(world);
	is_int(sessions_get(world_read(world), STR("cookie"), &found), OK,
	       "a session is found by its cookie");
	is_int(found.account_id, 7, "with its person");
	clock_advance_for_test(MINUTE_MS);
	is_int(sessions_get(world_read(world), STR("cookie"), &found), ERR_NOT_FOUND,
	       "an expired one is not");
	clock_set_for_test(NOON_MS);
	world_write(world);
	is_int(sessions_delete(world->txn, STR("cookie")), OK, "signing out ends it");
	is_int(sessions_delete(world->txn, STR("cookie")), ERR_NOT_FOUND, "once");
	world_commit(world);
	is_int(sessions_get(world_read(world), STR("cookie"), &found), ERR_NOT_FOUND, "at once");
}

static void test_idempotency(void)
{
	uint64_t post_id = 0;
	struct view *view;

	world_write(world);
	idempotency_put(world->txn, 7, STR("key"), 99);
	world_commit(world);
	view = world_read(world);
	is_int(idempotency_get(view, 7, STR("key"), NOON_MS + HOUR_MS - 1, &post_id), OK,
	       "a key is known for an hour");
	is_int(post_id, 99, "with its post");
	is_int(idempotency_get(view, 7, STR("key"), NOON_MS + HOUR_MS, &post_id), ERR_NOT_FOUND,
	       "and no longer");
	is_int(idempotency_get(view, 8, STR("key"), NOON_MS, &post_id), ERR_NOT_FOUND,
	       "another person's key is another");
	clock_advance_for_test(HOUR_MS);
	world_write(world);
	idempotency_put(world->txn, 7, STR("key"), 100);
	world_commit(world);
	view = world_read(world);
	is_int(idempotency_get(view, 7, STR("key"), NOON_MS + HOUR_MS, &post_id), OK, "a key may be used anew");
	is_int(post_id, 100, "for another post");
	is_int(entries(SPACE_IDEMPOTENCY_AT), 1, "and has one entry by time, the new one");
	clock_set_for_test(NOON_MS);
}

/* The sweep goes by time: it must not read the keys that are still good. */
static void test_idempotency_sweep(void)
{
	bool more = true;

	world_free(world);
	world = world_new();
	world_write(world);
	for (int i = 0; i < 20; i++)
		idempotency_put(world->txn, 7, arena_printf(world->arena, "old %d", i), 99);
	world_commit(world);
	clock_advance_for_test(HOUR_MS / 2);
	world_write(world);
	for (int i = 0; i < 20; i++)
		idempotency_put(world->txn, 7, arena_printf(world->arena, "young %d", i), 99);
	world_commit(world);
	clock_advance_for_test(HOUR_MS / 2);
	world_write(world);
	tokens_expire(world->txn, 8, &more);
	world_commit(world);
	world_read(world);
	ok(more && entries(SPACE_IDEMPOTENCY) == 32, "so many at a time");
	world_write(world);
	tokens_expire(world->txn, 100, &more);
	world_commit(world);
	world_read(world);
	ok(!more && entries(SPACE_IDEMPOTENCY) == 20 && entries(SPACE_IDEMPOTENCY_AT) == 20, "the young ones stay");
	clock_set_for_test(NOON_MS);
}

static void test_expiry(void)
{
	struct session old = { .account_id = 30, .expires_ms = NOON_MS + 1 };
	struct session young = { .account_id = 30, .expires_ms = NOON_MS + 2 * HOUR_MS }, found;
	struct grant grant = { .account_id = 30, .redirect_uri = STR("x"), .expires_ms = NOON_MS + 1 };
	size_t calls = 0;
	bool more = true;

	world_free(world);
	world = world_new();
	world_write(world);
	sessions_put(world->txn, STR("e1"), &old);
	sessions_put(world->txn, STR("e2"), &old);
	sessions_put(world->txn, STR("e3"), &young);
	sign_up_put(world->txn, STR("e1"), &old);
	sign_up_put(world->txn, STR("e3"), &young);
	grants_put(world->txn, STR("e1"), &grant);
	idempotency_put(world->txn, 30, STR("key"), 5);
	world_commit(world);
	clock_advance_for_test(HOUR_MS);
	for (; more && calls < 10; calls++) {
		world_write(world);
		tokens_expire(world->txn, 2, &more);
		world_commit(world);
	}
	is_int(calls, 3, "what expired goes, a few at a time");
	world_read(world);
	ok(entries(SPACE_SESSION) == 1 && entries(SPACE_SESSION_OF) == 1, "expired sessions are gone");
	is_int(sessions_get(world->view, STR("e3"), &found), OK, "the others are not");
	is_int(entries(SPACE_SIGN_UP), 1, "expired links are gone");
	is_int(entries(SPACE_GRANT) + entries(SPACE_IDEMPOTENCY) + entries(SPACE_IDEMPOTENCY_AT), 0, "and codes and keys");
	clock_set_for_test(NOON_MS);
}

int main(void)
{
	clock_set_for_test(NOON_MS);
	world = world_new();
	test_apps();
	test_tokens();
	test_no_secret_in_the_store();
	test_delete_all();
	test_grants();
	test_delete_id();
	test_sessions();
	test_idempotency();
	test_idempotency_sweep();
	test_expiry();
	world_free(world);
	return done();
}
