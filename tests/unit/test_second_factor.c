/* Signing in with a second factor: set up, asked for, used once, counted, recovered from, taken away. */
#include "node/accounts/entry.h"
#include "node/accounts/factor.h"
#include "node/accounts/login.h"
#include "node/accounts/people.h"
#include "node/accounts/totp.h"
#include "node/node.h"
#include "node/web/second_step.h"
#include "node/web/security.h"
#include "node/web/sign_in.h"
#include "storage/attempts.h"
#include "storage/base/hash.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/passkeys.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/browser.h"
#include "tests/unit/tap.h"

static int show_home(struct call *call, struct view *view)
{
	(void)view;
	return call_reply(call, 200, "text/plain", STR("home"));
}

static const struct route rows[] = {
	{ .method = "GET", .path = "/sign-in", .access = ACCESS_OPEN, .show = sign_in_show },
	{ .method = "POST", .path = "/sign-in", .access = ACCESS_OPEN, .check = sign_in_check, .work = sign_in_work,
	  .write = sign_in_write },
	{ .method = "GET", .path = "/sign-in/code", .access = ACCESS_OPEN, .show = second_step_show },
	{ .method = "POST", .path = "/sign-in/code", .access = ACCESS_OPEN, .check = second_step_check,
	  .write = second_step_write },
	{ .method = "GET", .path = "/sign-up/:secret", .access = ACCESS_OPEN, .show = sign_up_show },
	{ .method = "POST", .path = "/sign-up/:secret", .access = ACCESS_OPEN, .check = sign_up_check,
	  .work = sign_up_work, .write = sign_up_write },
	{ .method = "GET", .path = "/settings/security", .access = ACCESS_SESSION, .show = security_show },
	{ .method = "POST", .path = "/settings/security", .access = ACCESS_SESSION, .check = security_check,
	  .work = security_work, .write = security_write },
	{ .method = "GET", .path = "/home", .access = ACCESS_SESSION, .show = show_home },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static const struct str sign_in_ok = STR("username=ana&password=correct+horse");

static struct world *world;
static struct account *ana;
static struct node node;
static struct browser browser;
static struct str secret;      /* of the app */
static struct str recovery[RECOVERY_CODES];

static void make_world(void)
{
	struct user user = { .email = STR("ana@a.example") };

	world = world_new();
	browser = browser_new(world, rows, ROW_COUNT);
	browser.node = &node;
	browser.language = STR("en");
	world_write(world);
	ana = world_account(world, "ana", "");
	user.account_id = ana->id;
	password_hash(world->arena, STR("correct horse"), &user.password_hash);
	users_put(world->txn, &user);
	world_commit(world);
}

/* A browser that has never been here. */
static struct browser new_browser(void)
{
	struct browser fresh = browser;

	fresh.cookies = STR_NONE;
	return fresh;
}

static struct str code_at(int64_t ms)
{
	return arena_printf(world->arena, "code=%06u", totp_code(secret, (uint64_t)(ms / SECOND_MS / TOTP_STEP_SECONDS), 6));
}

static struct str code_now(void)
{
	return code_at(clock_now_ms());
}

static int first_step(struct browser *at)
{
	browser_get(at, STR("/sign-in?return=%2Fhome"));
	return browser_submit(at, sign_in_ok);
}

/* Presses a button of the page of security. */
static int press(struct str fields)
{
	browser_get(&browser, STR("/settings/security"));
	return browser_submit(&browser, fields);
}

static struct second_factor stored(void)
{
	struct second_factor factor;

	second_factors_get(world->arena, world_read(world), ana->id, &factor);
	return factor;
}

static void read_codes(void)
{
	struct str rest = browser.reply.body;

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		size_t at = str_find(rest, STR("<li><code>"));

		rest = str_sub(rest, at + strlen("<li><code>"), SIZE_MAX);
		recovery[i] = str_sub(rest, 0, 19);
	}
}

static struct str recovery_field(size_t i)
{
	return arena_printf(world->arena, "code=%.*s", STR_ARG(recovery[i]));
}

static void test_set_up(void)
{
	struct call call = { .arena = world->arena, .node = &node };

	is_int(first_step(&browser), 303, "without a second factor the password is enough");
	is_str(browser_header(&browser, "Location"), STR("/home"), "and leads on");
	is_int(browser_get(&browser, STR("/settings/security")), 200, "the page of security is there");
	is_int(browser_submit(&browser, STR("do=begin&password=wrong+horse")), 422, "a wrong password begins nothing");
	ok(browser_sees(&browser, "The password is wrong"), "and is told");
	is_int(press(STR("do=begin&password=correct+horse")), 303, "the right one does");
	browser_get(&browser, STR("/settings/security"));
	ok(browser_sees(&browser, "<svg class=\"qr\"") && browser_sees(&browser, "id=\"secret\""), "picture and text are shown");
	is_int(factor_pending(&call, world_read(world), ana->id, &secret), OK, "a secret waits");
	ok(browser_sees(&browser, arena_cstr(world->arena, totp_text(world->arena, secret, true))), "the one that is shown");
	ok(str_find(stored().pending_sealed, secret) == SIZE_MAX, "the store has it sealed");
	ok(!second_factors_kinds(world_read(world), &(struct second_factor){ .pending_sealed = STR("x") }),
	   "what waits is no factor yet");
	is_int(browser_submit(&browser, STR("do=confirm&code=000000")), 422, "a wrong code does not confirm it");
	ok(browser_sees(&browser, "<svg class=\"qr\""), "and the picture is still there");
	browser_get(&browser, STR("/settings/security"));
	is_int(browser_submit(&browser, arena_printf(world->arena, "do=confirm&%.*s", STR_ARG(code_now()))), 200, "its own does");
	read_codes();
	ok(recovery[0].n == 19 && !str_eq(recovery[0], recovery[9]), "recovery codes are shown");
	is_int(stored().recovery.count, RECOVERY_CODES, "and kept by hash");
	browser_get(&browser, STR("/settings/security"));
	ok(!browser_sees(&browser, arena_cstr(world->arena, recovery[0])), "once");
}

static void test_sign_in(void)
{
	struct browser at = new_browser(), other;
	struct str cookies;

	is_int(first_step(&at), 303, "now the password leads on");
	is_str(browser_header(&at, "Location"), STR("/sign-in/code?return=%2Fhome"), "to the second step");
	is_int(browser_get(&at, STR("/home")), 303, "and opens nothing");
	is_int(browser_get(&at, STR("/sign-in/code?return=%2Fhome")), 200, "which asks for a code");
	ok(browser_sees(&at, "@ana"), "of this account");
	cookies = at.cookies;
	is_int(browser_submit(&at, code_now()), 422, "the code that confirmed the app is used up");
	clock_advance_for_test(30 * SECOND_MS);
	browser_get(&at, STR("/sign-in/code?return=%2Fhome"));
	is_int(browser_submit(&at, code_now()), 303, "the next one is taken");
	is_str(browser_header(&at, "Location"), STR("/home"), "and leads to where they wanted");
	is_int(browser_get(&at, STR("/home")), 200, "who is signed in");
	other = new_browser();
	other.cookies = cookies;
	is_int(browser_get(&other, STR("/sign-in/code")), 303, "half a session works once");
	other = new_browser();
	first_step(&other);
	browser_get(&other, STR("/sign-in/code"));
	is_int(browser_submit(&other, code_now()), 422, "so does a code, for another browser too");
	clock_advance_for_test(30 * SECOND_MS);
	browser_get(&other, STR("/sign-in/code"));
	is_int(browser_submit(&other, code_at(clock_now_ms() - 30 * SECOND_MS)), 422, "and an older one is not taken after it");
	browser_get(&other, STR("/sign-in/code"));
	is_int(browser_submit(&other, code_at(clock_now_ms() + 30 * SECOND_MS)), 303, "a clock may be half a minute fast");
	other = new_browser();
	is_int(browser_get(&other, STR("/sign-in/code?return=%2Fhome")), 303, "without a password there is no second step");
	is_str(browser_header(&other, "Location"), STR("/sign-in?return=%2Fhome"), "but the first");
	first_step(&other);
	clock_advance_for_test((int64_t)HALF_SESSION_MINUTES * MINUTE_MS);
	is_int(browser_get(&other, STR("/sign-in/code")), 303, "half a session ends");
}

static void test_recovery(void)
{
	struct browser at = new_browser();

	first_step(&at);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(0)), 303, "a recovery code does as well");
	is_int(stored().recovery.count, RECOVERY_CODES - 1, "and is gone");
	at = new_browser();
	first_step(&at);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(0)), 422, "it works once");
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, STR("code=")), 422, "nothing is no code");
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(1)), 303, "another one does");
	is_int(press(arena_printf(world->arena, "do=codes&password=correct+horse&%.*s", STR_ARG(recovery_field(2)))), 200,
	       "new ones are made with password and code");
	at = new_browser();
	first_step(&at);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(3)), 422, "those of before end");
	read_codes();
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(9)), 303, "the new ones count");
}

static void test_counted(void)
{
	struct browser at = new_browser();

	clock_advance_for_test(30 * SECOND_MS);
	first_step(&at);
	for (int i = 0; i < 5; i++) {
		browser_get(&at, STR("/sign-in/code"));
		ok(browser_submit(&at, STR("code=000000")) == 422, "wrong code %d is looked at", i + 1);
	}
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, code_now()), 429, "then even the right one has to wait");
	ok(browser_sees(&at, "possible in 1 min"), "and how long is said");
	at = new_browser();
	first_step(&at);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(0)), 429, "from every browser, and recovery codes too");
	is_int(press(STR("do=end&password=correct+horse&code=000000")), 429, "and on the page of security");
	clock_advance_for_test(MINUTE_MS);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, STR("code=000000")), 422, "after a minute one more is looked at");
	clock_advance_for_test(MINUTE_MS);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, code_now()), 429, "and the wait is longer");
	clock_advance_for_test(MINUTE_MS);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, code_now()), 303, "afterwards the right one is taken");
	is_int(attempts_wait_ms(world_read(world), ATTEMPTS_OF_ACCOUNT, attempts_of_account(world->arena, "code", ana->id),
	                        clock_now_ms()), 0, "and all is forgotten");
}

/* A link that sets the password is no way around. */
static void test_link(void)
{
	struct browser at = new_browser();

	world_write(world);
	login_sign_up_put(world->txn, ana->id, STR("link"));
	world_commit(world);
	browser_get(&at, STR("/sign-up/link"));
	is_int(browser_submit(&at, STR("password=correct+horse&repeat=correct+horse")), 303, "a link sets a new password");
	is_str(browser_header(&at, "Location"), STR("/sign-in/code?return=%2F"), "and leads to the second step");
	is_int(browser_get(&at, STR("/home")), 303, "not into the account");
	is_int(first_step(&browser), 303, "who is signed out by it");
	clock_advance_for_test(30 * SECOND_MS);
	browser_get(&browser, STR("/sign-in/code?return=%2F"));
	is_int(browser_submit(&browser, code_now()), 303, "signs in as always");
}

static void test_lost_key(void)
{
	struct seal kept = node.seal;
	struct browser at = new_browser();

	node.seal.key[0] ^= 1;
	clock_advance_for_test(30 * SECOND_MS);
	first_step(&at);
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, code_now()), 422, "without the key beside the store codes of the app count no more");
	browser_get(&at, STR("/sign-in/code"));
	is_int(browser_submit(&at, recovery_field(1)), 303, "recovery codes do");
	node.seal = kept;
}

static void test_replace_and_end(void)
{
	struct call call = { .arena = world->arena, .node = &node };
	struct str before = secret;

	is_int(press(STR("do=begin&password=correct+horse&code=000000")), 422, "a wrong code changes nothing");
	is_int(press(arena_printf(world->arena, "do=begin&password=wrong&%.*s", STR_ARG(code_now()))), 422,
	       "nor does a wrong password");
	is_int(press(arena_printf(world->arena, "do=begin&password=correct+horse&%.*s", STR_ARG(code_now()))), 303,
	       "both begin with another device");
	is_int(press(STR("do=cancel")), 303, "which may be left");
	ok(!stored().pending_sealed.n && stored().totp_sealed.n, "and the first stays");
	clock_advance_for_test(30 * SECOND_MS);
	press(arena_printf(world->arena, "do=begin&password=correct+horse&%.*s", STR_ARG(code_now())));
	factor_pending(&call, world_read(world), ana->id, &secret);
	ok(!str_eq(before, secret), "the other device has a secret of its own");
	is_int(press(arena_printf(world->arena, "do=confirm&%.*s", STR_ARG(code_now()))), 200, "it is confirmed");
	clock_advance_for_test(30 * SECOND_MS);
	is_int(press(arena_printf(world->arena, "do=end&password=correct+horse&%.*s", STR_ARG(code_now()))), 303,
	       "and turned off");
	is_int(stored().recovery.count, 0, "recovery codes go with it");
	ok(!view_has(world_read(world), SPACE_SECOND_FACTOR, (struct str){ "\0\0\0\0\0\0\0\1", 8 }), "nothing is left");
	browser = new_browser();
	first_step(&browser);
	is_str(browser_header(&browser, "Location"), STR("/home"), "the password is enough again");
}

static void find(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static void test_erasure(void)
{
	struct passkey passkey = { .account_id = ana->id, .credential_id = STR("its name") };
	struct browser at = new_browser();
	struct view *view;
	uint64_t n, findings;
	bool more;

	press(STR("do=begin&password=correct+horse"));
	first_step(&at);
	is_int(maintain_check(world_read(world), find, NULL, &findings), OK, "the store is looked at");
	is_int(findings, 0, "and sound");
	world_write(world);
	half_sessions_put(world->txn, STR("half"), &(struct session){ .account_id = ana->id, .expires_ms = INT64_MAX });
	attempts_add(world->txn, ATTEMPTS_OF_ACCOUNT, STR("x"));
	is_int(passkeys_put(world->arena, world->txn, &passkey), OK, "a passkey is kept");
	passkey.id = 0;
	is_int(passkeys_put(world->arena, world->txn, &passkey), ERR_EXISTS, "once");
	challenges_put(world->txn, STR("asked"), ana->id, CHALLENGE_CREATE);
	is_int(challenges_take(world->txn, STR("asked"), ana->id, CHALLENGE_SIGN_IN), ERR_NOT_FOUND,
	       "a challenge serves what it was made for");
	is_int(challenges_take(world->txn, STR("asked"), ana->id, CHALLENGE_CREATE), ERR_NOT_FOUND, "and is gone once tried");
	tokens_delete_all(world->txn, ana->id);
	users_delete(world->txn, ana->id);
	world_commit(world);
	view = world_read(world);
	view_count(view, SPACE_SECOND_FACTOR, &n);
	is_int(n, 0, "the second factor goes with the person");
	view_count(view, SPACE_HALF_SESSION, &n);
	is_int(n, 0, "so does half a session");
	ok(!passkeys_has(view, ana->id) && passkeys_find(world->arena, view, STR("its name"), &passkey) == ERR_NOT_FOUND,
	   "and passkeys");
	clock_advance_for_test(DAY_MS);
	world_write(world);
	attempts_expire(world->txn, 100, &more);
	world_commit(world);
	view_count(world_read(world), SPACE_ATTEMPTS, &n);
	is_int(n, 0, "tries are forgotten after a day");
}

int main(void)
{
	clock_set_for_test(1795507200000);
	hash_random(&node.seal, sizeof(node.seal));
	make_world();
	test_set_up();
	test_sign_in();
	test_recovery();
	test_counted();
	test_link();
	test_lost_key();
	test_replace_and_end();
	test_erasure();
	world_free(world);
	return done();
}
