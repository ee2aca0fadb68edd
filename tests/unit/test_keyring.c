/* What a person has let in: storage/keyring, the page about it, and what is known of a browser. */
#include "storage/keyring.h"

#include "node/accounts/agent.h"
#include "node/accounts/login.h"
#include "node/web/sessions.h"
#include "node/web/sign_in.h"
#include "storage/keys.h"
#include "storage/pushes.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/browser.h"
#include "tests/unit/tap.h"

static const struct route rows[] = {
	{ .method = "POST", .path = "/sign-in", .access = ACCESS_OPEN, .check = sign_in_check, .work = sign_in_work,
	  .write = sign_in_write },
	{ .method = "GET", .path = "/sign-in", .access = ACCESS_OPEN, .show = sign_in_show },
	{ .method = "GET", .path = "/settings/sessions", .access = ACCESS_SESSION, .show = sessions_page_show },
	{ .method = "POST", .path = "/settings/sessions", .access = ACCESS_SESSION, .check = sessions_page_check,
	  .write = sessions_page_write },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static const int64_t NOON_MS = 1795521600000;
static struct world *world;
static struct account *ana, *ben;

static void add_session(const char *cookie, const struct account *whose, int64_t begun_ms, uint8_t browser)
{
	struct session session = { .account_id = whose->id, .created_ms = begun_ms, .expires_ms = NOON_MS + DAY_MS,
	                           .browser = browser, .system = SYSTEM_LINUX };

	sessions_put(world->txn, str_of(cookie), &session);
}

static uint64_t add_token(const char *secret, const struct account *whose, uint64_t app_id, scope_set scopes)
{
	struct token token = { .app_id = app_id, .account_id = whose->id, .scopes = scopes, .created_ms = NOON_MS };

	tokens_put(world->txn, str_of(secret), &token);
	return token.id;
}

static void make_world(void)
{
	struct user user = { .email = STR("ana@a.example") }, other = { .email = STR("ben@a.example") };

	clock_set_for_test(NOON_MS);
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	ben = world_account(world, "ben", "");
	user.account_id = ana->id;
	other.account_id = ben->id;
	users_put(world->txn, &user);
	users_put(world->txn, &other);
	add_session("one", ana, NOON_MS - 3 * HOUR_MS, BROWSER_EDGE);
	add_session("two", ana, NOON_MS - 2 * HOUR_MS, BROWSER_FIREFOX);
	add_session("three", ana, NOON_MS - HOUR_MS, BROWSER_SAFARI);
	add_session("bens", ben, NOON_MS, 0);
	world_commit(world);
}

static size_t session_count(const struct account *whose)
{
	struct held_session *sessions;
	size_t count = 99;

	keyring_sessions(world->arena, world_read(world), whose->id, STR_NONE, &sessions, &count);
	return count;
}

static void test_sessions(void)
{
	struct held_session *sessions;
	size_t count;

	keyring_sessions(world->arena, world_read(world), ana->id, STR("one"), &sessions, &count);
	is_int(count, 3, "the sessions of a person are listed");
	ok(sessions[0].current && sessions[0].session.browser == BROWSER_EDGE, "her own of now first");
	ok(sessions[1].session.browser == BROWSER_SAFARI && !sessions[1].current, "then the last used");
	world_write(world);
	is_int(keyring_end_session(world->txn, ben->id, sessions[1].name), ERR_NOT_FOUND,
	       "nobody ends those of another");
	is_int(keyring_end_session(world->txn, ana->id, STR("")), ERR_NOT_FOUND, "nor one without a name");
	is_int(keyring_end_session(world->txn, ana->id, sessions[1].name), OK, "one is ended by its name");
	world_commit(world);
	is_int(session_count(ana), 2, "and gone");
	world_write(world);
	is_int(keyring_end_other_sessions(world->txn, ana->id, STR("one")), OK, "all others end at once");
	world_commit(world);
	is_int(session_count(ana), 1, "but this one");
	is_int(session_count(ben), 1, "and those of others");
}

static void test_use(void)
{
	struct session session;
	struct token token;
	struct key key;
	int64_t later_ms = NOON_MS + 2 * HOUR_MS;

	world_write(world);
	add_token("used", ana, 0, SCOPE(PUSH));
	world_commit(world);
	tokens_get(world_read(world), STR("used"), &token);
	is_int(token.used_ms, NOON_MS, "a token is in use when it is made");
	clock_set_for_test(later_ms);
	world_write(world);
	is_int(keyring_used(world->txn, SPACE_TOKEN, key_sha256(&key, STR("used"))), OK, "its use is written down");
	is_int(keyring_used(world->txn, SPACE_SESSION, key_sha256(&key, STR("one"))), OK, "so is that of a session");
	is_int(keyring_used(world->txn, SPACE_TOKEN, key_sha256(&key, STR("never"))), OK, "one that ended is nothing");
	world_commit(world);
	tokens_get(world_read(world), STR("used"), &token);
	sessions_get(world_read(world), STR("one"), &session);
	ok(token.used_ms == later_ms && session.used_ms == later_ms, "with its time");
	ok(!keyring_use_is_news(later_ms, later_ms + HOUR_MS - 1) && keyring_use_is_news(later_ms, later_ms + HOUR_MS),
	   "once an hour");
	clock_set_for_test(NOON_MS);
	world_write(world);
	tokens_delete(world->txn, STR("used"));
	world_commit(world);
}

static void test_tokens(void)
{
	struct push push = { .account_id = ana->id, .endpoint = STR("https://push.example/1"), .policy = PUSH_ALL };
	struct page page = { .limit = 2 };
	struct token *tokens, token;
	uint64_t ids[3], bens;
	size_t count;

	world_write(world);
	for (int i = 0; i < 3; i++)
		ids[i] = add_token(arena_printf(world->arena, "t%d", i).p, ana, 0, SCOPE(READ_LISTS));
	bens = add_token("bens", ben, 0, SCOPE(READ_LISTS));
	push.token_id = ids[1];
	pushes_put(world->txn, &push);
	world_commit(world);
	keyring_tokens(world->arena, world_read(world), ana->id, &page, &tokens, &count);
	ok(count == 2 && tokens[0].id == ids[2] && tokens[1].id == ids[1], "tokens come in pages, newest first");
	page.max_id = ids[1];
	keyring_tokens(world->arena, world_read(world), ana->id, &page, &tokens, &count);
	ok(count == 1 && tokens[0].id == ids[0], "to the last");
	is_int(keyring_token(world_read(world), ana->id, bens, &token), ERR_NOT_FOUND, "those of others are none");
	world_write(world);
	is_int(keyring_end_token(world->txn, ana->id, bens), ERR_NOT_FOUND, "and are not ended");
	is_int(keyring_end_token(world->txn, ana->id, ids[1]), OK, "one's own is");
	world_commit(world);
	is_int(tokens_get(world_read(world), STR("t1"), &token), ERR_NOT_FOUND, "and opens nothing more");
	is_int(pushes_get(world->arena, world_read(world), ana->id, ids[1], &push), ERR_NOT_FOUND,
	       "its push subscription is gone");
}

static int press(struct browser *browser, const char *ended)
{
	struct str token;

	browser_get(browser, STR("/settings/sessions"));
	token = browser_between(browser, "action=\"/settings/sessions\">\n<input type=\"hidden\" name=\"form_token\" value=\"",
	                        "\"");
	return browser_post(browser, STR("/settings/sessions"),
	                    arena_printf(world->arena, "form_token=%.*s&end=%s", STR_ARG(token), ended));
}

static void test_page(void)
{
	struct app app = { .name = STR("Elk <b>"), .website = STR("https://elk.example/about") };
	struct browser browser = browser_new(world, rows, ROW_COUNT), stranger = browser;
	uint64_t token_id;
	struct token token;

	is_int(browser_get(&stranger, STR("/settings/sessions")), 303, "who is not signed in is sent to the sign-in");
	world_write(world);
	apps_put(world->arena, world->txn, &app);
	token_id = add_token("elk", ana, app.id, SCOPE(WRITE_FAVOURITES) | SCOPE(ADMIN_READ_REPORTS));
	add_session("four", ana, NOON_MS - HOUR_MS, BROWSER_SAFARI);
	world_commit(world);
	browser.cookies = STR("__Host-session=one");
	browser.language = STR("fr");
	is_int(browser_get(&browser, STR("/settings/sessions")), 200, "the page is shown");
	ok(browser_sees(&browser, "<strong>Edge, Linux</strong><span class=\"mark\">Ce navigateur</span>"),
	   "it says which browser this is");
	ok(browser_sees(&browser, "<strong>Safari, Linux</strong>") && !browser_sees(&browser, "bens"),
	   "and which others there are");
	ok(browser_sees(&browser, "Elk &lt;b&gt;") && browser_sees(&browser, "elk.example") &&
	   browser_sees(&browser, "Ajouter et retirer des favoris"), "which apps, and what they may do");
	ok(browser_sees(&browser, "<span class=\"mark\">Administration</span>"), "administration with a mark");
	ok(!browser_sees(&browser, "<script"), "without any script");
	is_int(press(&browser, arena_printf(world->arena, "token:%llu", (unsigned long long)token_id).p), 303, "an app is ended");
	is_int(tokens_get(world_read(world), STR("elk"), &token), ERR_NOT_FOUND, "with its token");
	is_int(press(&browser, "token:18446744073709551615"), 303, "what is gone already is no error");
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = { "", "token:", "token:-1", "others:x", "session:" };

		ok(press(&browser, bad[i]) == 400, "nonsense is refused (%s)", bad[i]);
	}
	is_int(browser_post(&browser, STR("/settings/sessions"), STR("end=others")), 422, "a forged form is refused");
	is_int(session_count(ana), 2, "and changes nothing");
	is_int(press(&browser, "others"), 303, "all other browsers are ended");
	is_int(session_count(ana), 1, "at once");
	is_int(browser_get(&browser, STR("/settings/sessions?lang=en&ended=1")), 200, "this one goes on");
	ok(browser_sees(&browser, "Done: that access has ended."), "and says that it is done");
}

static void test_agents(void)
{
	static const struct {
		struct str text;
		uint8_t browser, system;
	} cases[] = {
		{ STR("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), BROWSER_FIREFOX, SYSTEM_LINUX },
		{ STR("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"), BROWSER_EDGE,
		  SYSTEM_WINDOWS },
		{ STR("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"), BROWSER_CHROME,
		  SYSTEM_ANDROID },
		{ STR("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"), BROWSER_SAFARI,
		  SYSTEM_IOS },
		{ STR("curl/8.0"), 0, 0 }, { STR(""), 0, 0 }, { STR("\xff\x01"), 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t browser, system;

		agent_read(cases[i].text, &browser, &system);
		ok(browser == cases[i].browser && system == cases[i].system, "browser %zu is known for what it is", i);
	}
	ok(!agent_browser_name(0).n && !agent_system_name(200).n, "what is not known has no name");
	is_str(agent_browser_name(BROWSER_SAMSUNG), STR("Samsung Internet"), "the others have");
}

int main(void)
{
	make_world();
	test_sessions();
	test_use();
	test_tokens();
	test_page();
	test_agents();
	world_free(world);
	return done();
}
