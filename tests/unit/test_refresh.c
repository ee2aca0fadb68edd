/* Tokens that are renewed, and what ends for want of use: through the routes of the node. */
#include "storage/refresh.h"

#include "node/config.h"
#include "storage/base/hash.h"
#include "storage/disuse.h"
#include "storage/keyring.h"
#include "storage/keys.h"
#include "storage/pushes.h"
#include "storage/tokens.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static const struct str callback = STR("https://app.example/cb");
static struct rig *rig;
static struct app app, other;

static struct app make_app(const char *name, scope_set scopes)
{
	struct app made = { .name = str_of(name), .scopes = scopes, .created_ms = clock_now_ms() };
	uint8_t hash[SHA256_BYTES];

	hash_sha256(STR("hush"), hash);
	made.secret_hash = arena_str(rig->arena, (struct str){ (const char *)hash, sizeof(hash) });
	made.redirect_uris.items = (struct str *)&callback;
	made.redirect_uris.count = 1;
	world_write(rig->world);
	apps_put(rig->arena, rig->world->txn, &made);
	world_commit(rig->world);
	return made;
}

static struct rig_answer ask(const struct app *who, const char *format, struct str argument)
{
	static const struct header form = { STR("Content-Type"), STR("application/x-www-form-urlencoded") };
	struct buf body;

	buf_init(&body, rig->arena, 0);
	buf_printf(&body, "client_id=%.*s&client_secret=hush&", STR_ARG(who->client_id));
	buf_printf(&body, "%s", format);
	buf_add_percent(&body, argument);
	return rig_request(rig, "POST", "/oauth/token", &form, 1, buf_str(&body));
}

/* As if alice had allowed it. */
static struct rig_answer redeem(const char *code, scope_set scopes)
{
	struct grant grant = { .app_id = app.id, .account_id = rig->alice.id, .redirect_uri = callback, .scopes = scopes,
	                       .expires_ms = clock_now_ms() + MINUTE_MS };

	rig_token(rig, &rig->alice, 0);
	world_write(rig->world);
	grants_put(rig->world->txn, str_of(code), &grant);
	world_commit(rig->world);
	return ask(&app, "grant_type=authorization_code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&code=", str_of(code));
}

static int try(struct str token)
{
	struct header header = { STR("Authorization"), arena_printf(rig->arena, "Bearer %.*s", STR_ARG(token)) };

	return rig_request(rig, "GET", "/api/v1/lists", &header, 1, STR_NONE).status;
}

static struct rig_answer renew(const struct app *who, struct str token)
{
	return ask(who, "grant_type=refresh_token&refresh_token=", token);
}

static void test_classical(void)
{
	struct rig_answer answer = redeem("classical", SCOPE(READ_LISTS));

	is_int(answer.status, 200, "an app that does not ask for renewal gets a token");
	ok(!rig_at(&answer, "expires_in") && !rig_at(&answer, "refresh_token"), "without an end, as clients expect");
	is_int(try(rig_str(&answer, "access_token")), 200, "which lets in");
}

static void test_renewal(void)
{
	struct rig_answer first = redeem("first", SCOPE(READ_LISTS) | SCOPE(PUSH) | SCOPE(OFFLINE_ACCESS)), second, third;
	struct str one = rig_str(&first, "access_token"), two;
	struct refresh_key key;
	struct push push = { .account_id = rig->alice.id, .endpoint = STR("https://push.example/1"), .policy = PUSH_ALL };

	is_int(rig_number(&first, "expires_in"), 3600, "one that asks gets a token that ends");
	is_str(rig_str(&first, "scope"), STR("push offline_access read:lists"), "and is told so");
	is_int(refresh_parse(rig->arena, rig_str(&first, "refresh_token"), &key), OK, "with one that renews it");
	push.token_id = key.token_id;
	world_write(rig->world);
	pushes_put(rig->world->txn, &push);
	world_commit(rig->world);
	clock_advance_for_test(HOUR_MS);
	is_int(try(one), 401, "its end comes");
	second = renew(&app, rig_str(&first, "refresh_token"));
	two = rig_str(&second, "access_token");
	is_int(second.status, 200, "it is renewed");
	ok(two.n && !str_eq(one, two) && try(two) == 200 && try(one) == 401, "by another, which lets in");
	is_int(rig_number(&second, "created_at"), (long long)(clock_now_ms() / SECOND_MS), "of now");
	is_int(pushes_get(rig->arena, world_read(rig->world), key.account_id, key.token_id, &push), OK,
	       "and its push subscription goes on");
	ok(push.sealed.n && !push.secret.n, "with the token's new secret, sealed");
	third = ask(&app, "grant_type=refresh_token&scope=read%3Alists&refresh_token=", rig_str(&second, "refresh_token"));
	is_str(rig_str(&third, "scope"), STR("offline_access read:lists"), "it may have less than was allowed");
	is_int(try(two), 401, "the former ends at once");
	second = ask(&app, "grant_type=refresh_token&scope=read%3Alists+write&refresh_token=", rig_str(&third, "refresh_token"));
	ok(second.status == 400 && str_eq(rig_str(&second, "error"), STR("invalid_scope")), "but not more");
	is_int(renew(&other, rig_str(&third, "refresh_token")).status, 400, "another app cannot renew it");
	third = renew(&app, rig_str(&third, "refresh_token"));
	is_str(rig_str(&third, "scope"), STR("push offline_access read:lists"), "and all of it again");
}

static void test_reuse(void)
{
	struct rig_answer first = redeem("reuse", SCOPE(READ_LISTS) | SCOPE(OFFLINE_ACCESS)), second, third, stolen;
	struct str text = rig_str(&first, "refresh_token"), forged;

	second = renew(&app, text);
	third = renew(&app, rig_str(&second, "refresh_token"));
	is_int(try(rig_str(&third, "access_token")), 200, "while each is used once all is well");
	forged = arena_printf(rig->arena, "%.*s%.*s", STR_ARG(str_sub(text, 0, 22)),
	                      STR_ARG(arena_printf(rig->arena, "%.*s%.*s", STR_ARG(hash_token(rig->arena)),
	                                           STR_ARG(hash_token(rig->arena)))));
	is_int(renew(&app, forged).status, 400, "a made-up one is refused");
	is_int(try(rig_str(&third, "access_token")), 200, "and ends nothing");
	is_int(renew(&other, text).status, 400, "so does a used one in the hands of another app");
	is_int(try(rig_str(&third, "access_token")), 200, "which proves nothing");
	stolen = renew(&app, text);
	ok(stolen.status == 400 && str_eq(rig_str(&stolen, "error"), STR("invalid_grant")), "one that was used is refused");
	is_int(try(rig_str(&third, "access_token")), 401, "and ends what came of it");
	is_int(renew(&app, rig_str(&third, "refresh_token")).status, 400, "the whole family");
}

static void test_bad_input(void)
{
	static const char *const bad[] = { "", "x", "%00", "%ff%fe", "a.b.c" };
	struct rig_answer answer = redeem("bad", SCOPE(READ_LISTS) | SCOPE(OFFLINE_ACCESS));
	struct str text = rig_str(&answer, "refresh_token");
	struct buf longer;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(ask(&app, arena_printf(rig->arena, "grant_type=refresh_token&refresh_token=%s", bad[i]).p, STR_NONE).status ==
		   400, "a text that is none is refused (%s)", bad[i]);
	buf_init(&longer, rig->arena, 0);
	for (int i = 0; i < 10000; i++)
		buf_add_char(&longer, 'A');
	is_int(renew(&app, buf_str(&longer)).status, 400, "a long one too");
	is_int(renew(&app, str_sub(buf_str(&longer), 0, text.n)).status, 400, "and one of nobody");
	answer = ask(&app, "grant_type=refresh_token&scope=nonsense&refresh_token=", text);
	is_str(rig_str(&answer, "error"), STR("invalid_scope"), "an unknown scope is named");
	is_int(renew(&app, text).status, 200, "none of it harmed the good one");
}

static void test_revocation(void)
{
	static const struct header form = { STR("Content-Type"), STR("application/x-www-form-urlencoded") };
	struct rig_answer answer = redeem("revoke", SCOPE(READ_LISTS) | SCOPE(OFFLINE_ACCESS));
	struct str text = rig_str(&answer, "refresh_token");
	struct str body = arena_printf(rig->arena, "client_id=%.*s&client_secret=hush&token=%.*s", STR_ARG(app.client_id),
	                               STR_ARG(text));

	is_int(rig_request(rig, "POST", "/oauth/revoke", &form, 1, body).status, 200, "what renews can be revoked");
	ok(try(rig_str(&answer, "access_token")) == 401 && renew(&app, text).status == 400, "with what it renewed");
}

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world_read(rig->world), space, &count);
	return count;
}

static void sweep(const struct disuse_rules *rules)
{
	static struct disuse disuse;

	disuse_find(world_read(rig->world), rules, &disuse);
	world_write(rig->world);
	is_int(disuse_end(rig->world->txn, rules, &disuse), OK, "what is not used is ended");
	world_commit(rig->world);
}

static void test_disuse(void)
{
	struct rig_answer kept = redeem("kept", SCOPE(READ_LISTS) | SCOPE(OFFLINE_ACCESS));
	struct rig_answer plain = redeem("plain", SCOPE(READ_LISTS));
	struct app idle = make_app("Nobody's", SCOPE(READ_LISTS)), found;
	struct disuse_rules rules = { .token_idle_ms = 180 * (int64_t)DAY_MS, .app_idle_ms = 30 * (int64_t)DAY_MS };
	uint64_t before;

	clock_advance_for_test(40 * (int64_t)DAY_MS);
	rules.now_ms = clock_now_ms();
	before = entries(SPACE_REFRESH);
	sweep(&rules);
	is_int(apps_get(rig->arena, world_read(rig->world), idle.id, &found), ERR_NOT_FOUND,
	       "an app that nobody let in is forgotten");
	is_int(apps_by_client_id(rig->arena, world_read(rig->world), idle.client_id, &found), ERR_NOT_FOUND, "with its index");
	is_int(apps_get(rig->arena, world_read(rig->world), app.id, &found), OK, "one that somebody let in is not");
	is_int(entries(SPACE_REFRESH), before, "what can be renewed stays");
	kept = renew(&app, rig_str(&kept, "refresh_token"));
	is_int(kept.status, 200, "and is renewed long after its end");
	clock_advance_for_test(141 * (int64_t)DAY_MS);
	rules.now_ms = clock_now_ms();
	is_int(try(rig_str(&plain, "access_token")), 401, "a token that was not used for 180 days ends");
	sweep(&rules);
	is_int(entries(SPACE_REFRESH), 1, "only what was used since is left");
	is_int(renew(&app, rig_str(&kept, "refresh_token")).status, 200, "and goes on");
}

int main(void)
{
	rig = rig_new();
	app = make_app("App", SCOPE(READ_LISTS) | SCOPE(PUSH) | SCOPE(OFFLINE_ACCESS));
	other = make_app("Other", SCOPE(READ_LISTS) | SCOPE(OFFLINE_ACCESS));
	test_classical();
	test_renewal();
	test_reuse();
	test_bad_input();
	test_revocation();
	test_disuse();
	rig_free(rig);
	return done();
}
