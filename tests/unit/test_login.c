/* Passwords, browser sessions, and who a token or a session speaks for. */
#include "node/accounts/login.h"

#include "node/accounts/cookies.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/browser.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *ben;

static void add_user(struct account *account, const char *email, bool disabled)
{
	struct user user = { .account_id = account->id, .email = str_of(email), .roles = ROLE_ADMIN,
		             .disabled = disabled };

	users_put(world->txn, &user);
}

static void make_people(void)
{
	struct account *carol;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	ben = world_account(world, "ben", "");
	carol = world_account(world, "carol", "b.example");
	add_user(ana, "Ana@a.example", false);
	add_user(ben, "ben@a.example", true);
	(void)carol;
	world_commit(world);
}

static void test_passwords(void)
{
	char longest[PASSWORD_BYTES_MAX + 1];
	struct str too_long = { longest, sizeof(longest) }, full = { longest, PASSWORD_BYTES_MAX };
	struct str hash = STR_NONE, again = STR_NONE;

	memset(longest, 'x', sizeof(longest));
	is_int(password_hash(world->arena, STR("été 2026 à Lyon"), &hash), OK, "a password is hashed");
	ok(str_starts(hash, STR("$y$jBT$")), "by yescrypt at cost 7");
	ok(password_verify(STR("été 2026 à Lyon"), hash), "it fits");
	ok(!password_verify(STR("ete 2026 a Lyon"), hash), "another one does not");
	ok(!password_verify(STR("été 2026 à Lyon\0"), hash), "nor one with NUL behind it");
	is_int(password_hash(world->arena, STR("été 2026 à Lyon"), &again), OK, "hashed again");
	ok(!str_eq(hash, again), "it has another salt");
	is_int(password_hash(world->arena, STR("123456789"), &again), ERR_INVALID, "9 bytes are too short");
	is_int(password_hash(world->arena, STR("éééééé"), &again), ERR_INVALID, "nor do 6 characters of 12 bytes");
	is_int(password_hash(world->arena, too_long, &again), ERR_INVALID, "512 bytes are too long");
	is_int(password_hash(world->arena, full, &again), OK, "511 bytes will do");
	ok(password_verify(full, again), "and fit");
	ok(!password_verify(too_long, again), "a longer one does not");
	is_int(password_hash(world->arena, STR("with\0a NUL inside"), &again), ERR_INVALID, "NUL is refused");
	ok(!password_verify(STR(""), STR("")), "nothing fits no hash");
	ok(!password_verify(STR("anything at all"), STR("*0")), "nothing fits what crypt says when it fails");
	ok(!password_verify(STR("anything at all"), STR("plain text")), "nothing fits what is no hash");
}

static void test_unknown_costs_as_much(void)
{
	struct str hash = STR_NONE;
	int64_t start, known, unknown;

	password_hash(world->arena, STR("correct horse"), &hash);
	start = clock_monotonic_ms();
	password_verify(STR("wrong horse"), hash);
	known = clock_monotonic_ms() - start;
	start = clock_monotonic_ms();
	password_verify(STR("wrong horse"), STR_NONE);
	unknown = clock_monotonic_ms() - start;
	start = (int64_t)password_runs();
	password_verify(STR("wrong horse"), hash);
	password_verify(STR("wrong horse"), STR_NONE);
	password_verify(STR("wrong horse"), STR("*"));
	password_verify(STR("a NUL \0 inside"), hash);
	is_int((int64_t)password_runs() - start, 4, "each runs the hash once, whatever there is to compare with");
	ok(unknown * 4 > known, "an unknown name costs what a wrong password does (%lld ms, %lld ms)",
	   (long long)unknown, (long long)known);
}

static void test_find(void)
{
	static const struct {
		struct str name;
		bool found;
		const char *text;
	} cases[] = {
		{ STR("ana"), true, "by name" },
		{ STR(" ANA "), true, "whatever the case and the space around it" },
		{ STR("@ana"), true, "with @" },
		{ STR("ana@a.example"), true, "by e-mail" },
		{ STR("@ana@a.example"), true, "by handle" },
		{ STR("ben"), false, "not the disabled" },
		{ STR("ben@a.example"), false, "by e-mail neither" },
		{ STR("carol@b.example"), false, "not people of other nodes" },
		{ STR("nobody"), false, "not who is not there" },
		{ STR(""), false, "not by nothing" },
		{ STR("\xff"), false, "not by broken text" },
	};
	struct view *view = world_read(world);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct user user = { 0 };
		int err = login_find(world->arena, view, cases[i].name, &user);

		ok(cases[i].found ? err == OK && user.account_id == ana->id : err == ERR_NOT_FOUND, "found %s",
		   cases[i].text);
	}
}

static int show_viewer(struct call *call, struct view *view)
{
	(void)view;
	return call_reply(call, 200, "text/plain",
	                  arena_printf(call->arena, "%llu %d", (unsigned long long)call->viewer.account_id,
	                               call->viewer.roles));
}

static const struct route rows[] = {
	{ .method = "GET", .path = "/person", .scopes = SCOPE(READ_LISTS), .show = show_viewer },
	{ .method = "GET", .path = "/token", .access = ACCESS_TOKEN, .show = show_viewer },
	{ .method = "GET", .path = "/open", .access = ACCESS_OPEN, .show = show_viewer },
	{ .method = "GET", .path = "/page", .access = ACCESS_SESSION, .show = show_viewer },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static void test_tokens(void)
{
	struct browser browser = browser_new(world, rows, ROW_COUNT);
	struct token token = { .account_id = ana->id, .app_id = 1, .scopes = SCOPE(READ_LISTS) };
	struct token narrow = { .account_id = ana->id, .app_id = 1, .scopes = SCOPE(PUSH) };
	struct token app = { .app_id = 1, .scopes = SCOPE(READ_LISTS) }, gone = { .account_id = ben->id, .app_id = 1 };
	struct txn *txn = world_write(world);
	struct str wanted = arena_printf(world->arena, "%llu 8", (unsigned long long)ana->id);

	tokens_put(txn, STR("anas"), &token);
	tokens_put(txn, STR("narrow"), &narrow);
	tokens_put(txn, STR("apps"), &app);
	tokens_put(txn, STR("bens"), &gone);
	world_commit(world);
	is_int(browser_get(&browser, STR("/person")), 401, "without a token a person's row answers 401");
	is_int(browser_get(&browser, STR("/open")), 200, "an open row does not ask for one");
	browser.authorization = STR("Bearer anas");
	is_int(browser_get(&browser, STR("/person")), 200, "a token opens it");
	is_str(browser.reply.body, wanted, "it speaks for its person, whose role is known");
	browser.authorization = STR("bearer  anas");
	is_int(browser_get(&browser, STR("/person")), 200, "the scheme has no case");
	browser.authorization = STR("Bearer narrow");
	is_int(browser_get(&browser, STR("/person")), 403, "a token without the scope gets 403");
	browser.authorization = STR("Bearer wrong");
	is_int(browser_get(&browser, STR("/person")), 401, "an unknown token gets 401");
	is_int(browser_get(&browser, STR("/open")), 200, "an open row ignores it");
	browser.authorization = STR("Bearer apps");
	is_int(browser_get(&browser, STR("/person")), 403, "an app is no person");
	is_int(browser_get(&browser, STR("/token")), 200, "but has a token");
	browser.authorization = STR("Bearer bens");
	is_int(browser_get(&browser, STR("/token")), 401, "the token of a disabled person gets 401");
}

static void test_sessions(void)
{
	struct browser browser = browser_new(world, rows, ROW_COUNT);
	struct txn *txn = world_write(world);
	struct call call = { .arena = world->arena };
	struct user user;

	is_int(login_session_put(&call, txn, ben->id, STR("bens")), ERR_NOT_FOUND,
	       "a disabled person gets no session");
	is_int(login_session_put(&call, txn, ana->id, STR("cookie")), OK, "a session begins");
	world_commit(world);
	users_get(world->arena, world_read(world), ana->id, &user);
	ok(user.last_sign_in_ms > 0, "the sign-in is noted");
	is_int(browser_get(&browser, STR("/page?x=1")), 303, "without a session a page sends to the sign-in");
	is_str(browser_header(&browser, "Location"), STR("/sign-in?return=%2Fpage%3Fx%3D1"), "which leads back");
	browser.cookies = STR("other=1; __Host-session=cookie");
	is_int(browser_get(&browser, STR("/page")), 200, "with a session it is shown");
	is_int(browser_get(&browser, STR("/person")), 401, "a session is no token");
	browser.cookies = STR("session=cookie");
	is_int(browser_get(&browser, STR("/page")), 303, "on https a cookie without its prefix is not read");
	browser.cookies = STR("__Host-session=cookie");
	clock_advance_for_test((int64_t)SESSION_DAYS * DAY_MS);
	is_int(browser_get(&browser, STR("/page")), 303, "a session ends");
	clock_advance_for_test(-(int64_t)SESSION_DAYS * DAY_MS);
	world_write(world);
	add_user(ana, "ana@a.example", true);
	world_commit(world);
	is_int(browser_get(&browser, STR("/page")), 303, "that of a disabled person is none");
}

static void test_form_tokens(void)
{
	struct header header = { STR("Cookie"), STR_NONE };
	struct param param = { .name = STR("form_token") };
	struct call call = { .arena = world->arena };
	struct str secret;

	call.request.headers = &header;
	call.request.header_count = 1;
	call.request.params = &param;
	call.request.param_count = 1;
	secret = form_secret(&call, &world->instance);
	is_int(call.reply.header_count, 1, "a browser without a form secret gets one");
	ok(str_ends(call.reply.headers[0].value, STR("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure")),
	   "in a cookie that scripts and strangers cannot read");
	param.value = form_token(world->arena, secret, STR("sign-in"), 0);
	ok(!form_token_fits(&call, &world->instance, STR("sign-in"), 0), "without the cookie no token fits");
	header.value = arena_printf(world->arena, "__Host-form=%.*s", STR_ARG(secret));
	ok(form_token_fits(&call, &world->instance, STR("sign-in"), 0), "with it, it does");
	ok(!form_token_fits(&call, &world->instance, STR("sign-out"), 0), "for its purpose only");
	ok(!form_token_fits(&call, &world->instance, STR("sign-in"), 7), "and its person only");
	is_str(form_secret(&call, &world->instance), secret, "a browser keeps its secret");
	param.value = STR("");
	ok(!form_token_fits(&call, &world->instance, STR("sign-in"), 0), "an empty token does not fit");
}

int main(void)
{
	make_people();
	test_passwords();
	test_unknown_costs_as_much();
	clock_set_for_test(1767225600000);
	test_find();
	test_tokens();
	test_sessions();
	test_form_tokens();
	world_free(world);
	return done();
}
