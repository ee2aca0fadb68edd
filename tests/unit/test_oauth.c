/* OAuth from registration to revocation, through the stages a request goes through. */
#include "node/accounts/oauth.h"

#include "node/accounts/apps.h"
#include "node/accounts/authorize.h"
#include "node/accounts/login.h"
#include "node/accounts/oauth_documents.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/browser.h"
#include "tests/unit/tap.h"

static int who_show(struct call *call, struct view *view)
{
	(void)view;
	return call_reply(call, 200, "text/plain",
	                  arena_printf(call->arena, "%llu", (unsigned long long)call->viewer.account_id));
}

static const struct route rows[] = {
	{ .method = "POST", .path = "/api/v1/apps", .access = ACCESS_OPEN, .check = apps_create_check,
	  .write = apps_create_write },
	{ .method = "GET", .path = "/api/v1/apps/verify_credentials", .access = ACCESS_TOKEN, .show = apps_verify_show },
	{ .method = "GET", .path = "/oauth/authorize", .access = ACCESS_OPEN, .show = authorize_show },
	{ .method = "POST", .path = "/oauth/authorize", .access = ACCESS_OPEN, .check = authorize_check,
	  .work = authorize_work, .write = authorize_write },
	{ .method = "POST", .path = "/oauth/token", .access = ACCESS_OPEN, .check = oauth_token_check,
	  .write = oauth_token_write },
	{ .method = "POST", .path = "/oauth/revoke", .access = ACCESS_OPEN, .check = oauth_revoke_check,
	  .write = oauth_revoke_write },
	{ .method = "GET", .path = "/.well-known/oauth-authorization-server", .access = ACCESS_OPEN,
	  .show = oauth_metadata_show },
	{ .method = "GET", .path = "/oauth/userinfo", .scopes = SCOPE(PROFILE), .show = oauth_userinfo_show },
	{ .method = "GET", .path = "/who", .show = who_show },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static struct world *world;
static struct account *ana;
static struct browser browser;
static struct str client_id, client_secret;
static const struct str callback = STR("https://elk.example/cb%3Ax?server=a");

static void make_people(void)
{
	struct user user = { .email = STR("ana@a.example") }, ben = { .email = STR("ben@a.example"), .disabled = true };

	world = world_new();
	password_hash(world->arena, STR("correct horse"), &user.password_hash);
	ben.password_hash = user.password_hash;
	world_write(world);
	ana = world_account(world, "ana", "");
	user.account_id = ana->id;
	ben.account_id = world_account(world, "ben", "")->id;
	users_put(world->txn, &user);
	users_put(world->txn, &ben);
	world_commit(world);
	browser = browser_new(world, rows, ROW_COUNT);
}

static struct str member(const char *key)
{
	json_t *document;

	if (json_parse(world->arena, browser.reply.body, &document) != OK)
		return STR_NONE;
	return json_member_str(document, key);
}

/* "name=value" with the value percent-encoded, behind '&' when there is something before it. */
static void add(struct buf *buf, const char *name, struct str value)
{
	buf_printf(buf, "%s%s=", buf->n ? "&" : "", name);
	buf_add_percent(buf, value);
}

static int create(struct str name, struct str uris, struct str scopes)
{
	struct buf form;

	buf_init(&form, world->arena, 0);
	add(&form, "client_name", name);
	add(&form, "redirect_uris", uris);
	if (scopes.p)
		add(&form, "scopes", scopes);
	return browser_post(&browser, STR("/api/v1/apps"), buf_str(&form));
}

static void test_apps(void)
{
	static const struct str good[] = {
		STR("https://elk.example/cb"), STR("http://127.0.0.1:8000/"), STR("http://localhost/cb?x=1"),
		STR("http://[::1]:1/"), STR("com.keylesspalace.tusky://oauth"), STR("myapp:/cb"), OUT_OF_BAND,
	};
	static const struct str bad[] = {
		STR("javascript:alert(1)"), STR("JavaScript://x/%0aalert(1)"), STR("data:text/html,x"), STR("vbscript:x"),
		STR("file:///etc/passwd"), STR("http://elk.example/cb"), STR("https://"), STR("https:///cb"), STR("elk.example"),
		STR("https://elk.example/cb#x"), STR("http://localhost@evil.example/"), STR("http://localhost.evil.example/"),
		STR("http://127.0.0.1\\@evil.example/"), STR("https://é.example/"), STR("1x:y"), STR(":x"), STR(""),
		STR("urn:ietf:wg:oauth:2.0:auto"), STR("https:elk.example"),
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(redirect_uri_allowed(good[i]), "%.*s is a return address", STR_ARG(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!redirect_uri_allowed(bad[i]), "%.*s is none", STR_ARG(bad[i]));
	is_int(create(STR(""), callback, STR_NONE), 422, "an app without a name is refused");
	is_int(create(STR("Elk"), STR(""), STR_NONE), 422, "one without a return address too");
	is_int(create(STR("Elk"), STR("https://a.example\njavascript:x"), STR_NONE), 422, "one bad address spoils all");
	is_int(create(STR("Elk"), callback, STR("read everything")), 422, "an unknown scope is refused");
	is_int(browser_send(&browser, "POST", STR("/api/v1/apps"), STR("application/json"),
	                    STR("{\"client_name\":\"E\",\"redirect_uris\":[\"https://a/1\",\"https://a/2\"]}")), 200,
	       "JSON with an array of addresses will do");
	is_str(member("redirect_uri"), STR("https://a/1\nhttps://a/2"), "both are kept");
	is_int(create(STR("Elk <b>"), callback, STR("read write follow push")), 200, "an app is registered");
	client_id = member("client_id");
	client_secret = member("client_secret");
	ok(client_id.n && client_secret.n && member("id").n && member("vapid_key").p, "it gets its credentials");
	ok(browser_sees(&browser, "\"scopes\":[\"read\",\"write\",\"follow\",\"push\"]"), "and sees its scopes");
}

static struct str authorize_query(struct str scope, const char *more)
{
	struct buf query;

	buf_init(&query, world->arena, 0);
	add(&query, "response_type", STR("code"));
	add(&query, "client_id", client_id);
	add(&query, "redirect_uri", callback);
	add(&query, "scope", scope);
	buf_printf(&query, "%s", more);
	return arena_printf(world->arena, "/oauth/authorize?%.*s", STR_ARG(buf_str(&query)));
}

static void test_untrusted(void)
{
	is_int(browser_get(&browser, STR("/oauth/authorize?response_type=code&client_id=nobody")), 422,
	       "an unknown app gets a page, not a redirect");
	ok(!browser_header(&browser, "Location").p, "without a location");
	is_int(browser_get(&browser, arena_printf(world->arena, "/oauth/authorize?response_type=code&client_id=%.*s"
	                                          "&redirect_uri=https%%3A%%2F%%2Felk.example%%2Fcb%%3Ax",
	                                          STR_ARG(client_id))), 422,
	       "a return address that differs gets a page too");
	browser.language = STR("en");
	browser_get(&browser, STR("/oauth/authorize?client_id=nobody"));
	ok(browser_sees(&browser, "This app is not known here"), "in the language of the browser");
	browser.language = STR_NONE;
}

static void test_refusals(void)
{
	static const struct {
		const char *scope, *more, *error;
	} cases[] = {
		{ "admin:read", "&state=s", "invalid_scope" },
		{ "nonsense", "&state=s", "invalid_scope" },
		{ "read", "&state=s&code_challenge=abc&code_challenge_method=plain", "invalid_request" },
		{ "read", "&state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "invalid_request" },
		{ "read", "&state=s&code_challenge_method=plain", "invalid_request" },
		{ "read", "&state=s&code_challenge=short&code_challenge_method=S256", "invalid_request" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str location;

		is_int(browser_get(&browser, authorize_query(str_of(cases[i].scope), cases[i].more)), 302,
		       "what is wrong later is told to the app");
		location = browser_header(&browser, "Location");
		ok(str_starts(location, callback) && str_ends(location, STR("&state=s")) &&
		   str_find(location, arena_printf(world->arena, "&error=%s&", cases[i].error)) != SIZE_MAX,
		   "%s: %s", cases[i].more, cases[i].error);
	}
}

/* The code in the last redirect. */
static struct str code_of(struct str location)
{
	struct str rest = str_sub(location, str_find(location, STR("code=")), SIZE_MAX), part = str_cut(&rest, '&');

	return str_sub(part, 5, SIZE_MAX);
}

static int token(struct str code, const char *more)
{
	struct buf form;

	buf_init(&form, world->arena, 0);
	add(&form, "grant_type", STR("authorization_code"));
	add(&form, "code", code);
	add(&form, "client_id", client_id);
	add(&form, "client_secret", client_secret);
	add(&form, "redirect_uri", callback);
	buf_printf(&form, "%s", more);
	return browser_post(&browser, STR("/oauth/token"), buf_str(&form));
}

static void test_page(void)
{
	struct str policy;

	is_int(browser_get(&browser, authorize_query(STR("read write follow push"), "&state=a%26b")), 200,
	       "the page is shown");
	policy = browser_header(&browser, "Content-Security-Policy");
	ok(browser_sees(&browser, "<strong>Elk &lt;b&gt;</strong> souhaite utiliser votre compte"),
	   "it names the app, escaped, in French");
	ok(browser_sees(&browser, "Lire tout ce que votre compte peut voir"), "and says what it may do");
	ok(!browser_sees(&browser, "Gérer les comptes que vous suivez"), "but nothing twice");
	ok(browser_sees(&browser, "elk.example"), "and where it leads");
	ok(!browser_sees(&browser, "droits d’administration"), "without a warning that it needs not");
	ok(!browser_sees(&browser, "<script"), "without any script");
	ok(str_find(policy, STR("default-src 'none'")) != SIZE_MAX && str_find(policy, STR("frame-ancestors 'none'")) != SIZE_MAX,
	   "under a policy");
	ok(str_find(policy, STR("form-action")) == SIZE_MAX, "that lets the form lead to the app");
	ok(!browser_header(&browser, "Cross-Origin-Opener-Policy").p, "and its opener stay");
	browser_get(&browser, authorize_query(STR("read:lists"), "&lang=en"));
	ok(browser_sees(&browser, "See your lists") && browser_sees(&browser, "<html lang=\"en\">"),
	   "?lang=en gives English");
	browser_get(&browser, authorize_query(STR("read:lists"), "&state=a%26b"));
	ok(browser_sees(&browser, "See your lists"), "which the browser remembers");
	browser_get(&browser, authorize_query(STR("read write follow push"), "&state=a%26b&lang=fr"));
}

static void test_sign_in(void)
{
	struct browser stranger;
	size_t wrong_bytes;
	struct str location;

	test_page();
	is_int(browser_submit(&browser, STR("decision=allow&username=ana&password=wrong+password")), 422,
	       "a wrong password is refused");
	ok(browser_sees(&browser, "Le nom ou le mot de passe est incorrect."), "on the page, in words");
	ok(browser_sees(&browser, "value=\"ana\""), "with the name kept");
	wrong_bytes = browser.reply.body.n;
	browser_submit(&browser, STR("decision=allow&username=zoe&password=wrong+password"));
	is_int(browser.reply.status, 422, "an unknown name answers alike");
	is_int(browser.reply.body.n, wrong_bytes, "to the byte");
	browser_submit(&browser, STR("decision=allow&username=ben&password=correct+horse"));
	is_int(browser.reply.body.n, wrong_bytes, "so does a disabled person with the right password");
	stranger = browser;
	stranger.cookies = STR_NONE;
	is_int(browser_submit(&stranger, STR("decision=allow&username=ana&password=correct+horse")), 422,
	       "a form from another browser is refused");
	ok(browser_sees(&stranger, "Cette page avait expiré"), "as expired");
	is_int(browser_submit(&browser, STR("decision=allow&username=ana&password=correct+horse")), 302,
	       "the right password leads back to the app");
	location = browser_header(&browser, "Location");
	ok(str_starts(location, arena_printf(world->arena, "%.*s&code=", STR_ARG(callback))),
	   "with a code behind the query that is there");
	ok(str_ends(location, STR("&iss=https%3A%2F%2Fa.example%2F&state=a%26b")), "with who sends it, and the state unchanged");
	ok(str_find(browser.cookies, STR("__Host-session=")) != SIZE_MAX, "the browser is signed in");
}

static void test_code(void)
{
	struct str code = code_of(browser_header(&browser, "Location")), access, id = client_id;

	is_int(token(code, "&code_verifier=0123456789012345678901234567890123456789012"), 400,
	       "a verifier without a challenge is refused");
	is_str(member("error"), STR("invalid_grant"), "as an invalid grant");
	client_id = STR("nobody");
	is_int(token(code, ""), 401, "an unknown client is refused");
	is_str(member("error"), STR("invalid_client"), "as such");
	client_id = id;
	is_int(token(code, ""), 200, "the code gives a token");
	access = member("access_token");
	is_str(member("token_type"), STR("Bearer"), "a bearer token");
	is_str(member("scope"), STR("read write follow push"), "with the scopes asked for");
	is_str(browser_header(&browser, "Cache-Control"), STR("no-store"), "not to be stored");
	ok(browser_sees(&browser, "\"created_at\":1767225600"), "created_at is a number of seconds");
	browser.authorization = arena_printf(world->arena, "Bearer %.*s", STR_ARG(access));
	is_int(browser_get(&browser, STR("/who")), 200, "the token lets in");
	is_str(browser.reply.body, arena_printf(world->arena, "%llu", (unsigned long long)ana->id), "as the person");
	is_int(browser_get(&browser, STR("/oauth/userinfo")), 403, "userinfo wants its own scope");
	is_int(browser_get(&browser, STR("/api/v1/apps/verify_credentials")), 200, "the app is seen by its token");
	ok(!browser_sees(&browser, "client_secret"), "without its secret");
	is_int(token(code, ""), 400, "a code works once");
	is_str(member("error"), STR("invalid_grant"), "then it is an invalid grant");
	is_int(browser_get(&browser, STR("/who")), 401, "and the token it gave has ended");
	browser.authorization = STR_NONE;
}

/* A code for the person that is signed in. */
static struct str allow(const char *more)
{
	browser_get(&browser, authorize_query(STR("read profile"), more));
	browser_submit(&browser, STR("decision=allow"));
	return code_of(browser_header(&browser, "Location"));
}

static void test_consent(void)
{
	is_int(create(STR("Phanpy"), callback, STR("read profile write")), 200, "another app");
	client_id = member("client_id");
	client_secret = member("client_secret");
	browser_get(&browser, authorize_query(STR("read"), "&state=None&lang=None"));
	ok(!browser_sees(&browser, "type=\"password\""), "who is signed in is not asked for a password");
	ok(browser_sees(&browser, "@ana"), "but sees who they are");
	is_int(browser_submit(&browser, STR("decision=deny")), 302, "no is an answer");
	is_str(browser_header(&browser, "Location"),
	       arena_printf(world->arena, "%.*s&error=access_denied&error_description=The%%20person%%20denied%%20the%%20"
	                    "request.&iss=https%%3A%%2F%%2Fa.example%%2F", STR_ARG(callback)), "told to the app, without a state that was none");
	browser_get(&browser, authorize_query(STR("read"), "&force_login=true"));
	ok(browser_sees(&browser, "type=\"password\""), "force_login asks all the same");
	is_int(browser_submit(&browser, STR("decision=allow")), 422, "and does not let the session decide");
	is_int(token(allow("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"), ""), 400,
	       "with a challenge the verifier is needed");
	/* RFC 7636 appendix B. */
	is_int(token(allow("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"),
	             "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), 200, "and fits");
	browser.authorization = arena_printf(world->arena, "Bearer %.*s", STR_ARG(member("access_token")));
	is_int(browser_get(&browser, STR("/oauth/userinfo")), 200, "userinfo is shown");
	is_str(member("sub"), ana->uri, "the subject is the actor");
	browser.authorization = STR_NONE;
	clock_advance_for_test(1);
	{
		struct str late = allow("");

		clock_advance_for_test(10 * MINUTE_MS);
		is_int(token(late, ""), 400, "a code ends after 10 minutes");
	}
}

/* An app for those who run the node. */
static void test_admin_warning(void)
{
	is_int(create(STR("Desk"), callback, STR("read admin:read admin:write:reports")), 200, "an app of moderators");
	client_id = member("client_id");
	client_secret = member("client_secret");
	browser_get(&browser, authorize_query(STR("read"), ""));
	ok(!browser_sees(&browser, "administration rights"), "is an app like others while it does not ask for more");
	browser_get(&browser, authorize_query(STR("read admin:write:reports"), "&lang=en"));
	ok(browser_sees(&browser, "Careful: this app asks for administration rights"), "else the page warns");
	ok(browser_sees(&browser, "Administration: handle reports"), "and says what of");
	browser_get(&browser, authorize_query(STR("read admin:write"), ""));
	ok(browser_header(&browser, "Location").p && str_find(browser_header(&browser, "Location"),
	   STR("error=invalid_scope")) != SIZE_MAX, "a family of which the app registered a part is more than it may ask");
	browser_get(&browser, authorize_query(STR("read nonsense"), ""));
	ok(str_find(browser_header(&browser, "Location"), STR("error=invalid_scope")) != SIZE_MAX, "so is an unknown word");
	browser_get(&browser, authorize_query(STR("read"), "&lang=fr"));
}

static void test_out_of_band(void)
{
	struct str code, query;

	create(STR("toot"), OUT_OF_BAND, STR_NONE);
	client_id = member("client_id");
	client_secret = member("client_secret");
	query = arena_printf(world->arena, "/oauth/authorize/?response_type=code&scope=read&state=None"
	                     "&redirect_uri=urn%%3Aietf%%3Awg%%3Aoauth%%3A2.0%%3Aoob&client_id=%.*s", STR_ARG(client_id));
	is_int(browser_get(&browser, query), 200, "a trailing slash does no harm");
	is_int(browser_submit(&browser, STR("decision=allow")), 200, "out of band there is no redirect");
	code = browser_between(&browser, "id=\"code\">", "</code>");
	is_int(code.n, 43, "but the code, as text");
	is_int(browser_post(&browser, STR("/oauth/token"),
	                    arena_printf(world->arena, "grant_type=authorization_code&code=%.*s&client_id=%.*s&client_secret="
	                                 "%.*s&redirect_uri=urn:ietf:wg:oauth:2.0:oob", STR_ARG(code), STR_ARG(client_id),
	                                 STR_ARG(client_secret))), 200, "which gives a token");
	is_int(browser_get(&browser, arena_printf(world->arena, "%.*s&code_challenge=x", STR_ARG(query))), 400,
	       "what is wrong is said on a page");
	browser_get(&browser, query);
	is_int(browser_submit(&browser, STR("decision=deny")), 200, "so is a no");
}

static void test_other_grants(void)
{
	struct str basic = arena_printf(world->arena, "%.*s:%.*s", STR_ARG(client_id), STR_ARG(client_secret)), access;

	is_int(browser_post(&browser, STR("/oauth/token"), STR("grant_type=password&username=ana&password=x")), 400,
	       "passwords are no grant");
	is_str(member("error"), STR("unsupported_grant_type"), "which is said");
	is_int(browser_post(&browser, STR("/oauth/token"), STR("code=x")), 400, "no grant type is an invalid request");
	is_int(browser_post(&browser, STR("/oauth/token"), STR("grant_type=client_credentials")), 401,
	       "no client is an invalid client");
	browser.authorization = arena_printf(world->arena, "Basic %.*s", STR_ARG(base64_encode(world->arena, basic)));
	is_int(browser_send(&browser, "POST", STR("/oauth/token"), STR("application/json"),
	                    STR("{\"grant_type\":\"client_credentials\"}")), 200,
	       "an app gets its own token, with Basic and JSON");
	access = member("access_token");
	is_int(browser_post(&browser, STR("/oauth/token"), STR("grant_type=client_credentials&scope=write")), 400,
	       "within its scopes only");
	is_str(member("error"), STR("invalid_scope"), "which is said");
	browser.authorization = arena_printf(world->arena, "Bearer %.*s", STR_ARG(access));
	is_int(browser_get(&browser, STR("/api/v1/apps/verify_credentials")), 200, "it is an app");
	is_int(browser_get(&browser, STR("/who")), 403, "and no person");
	browser.authorization = STR_NONE;
	is_int(browser_post(&browser, STR("/oauth/revoke"),
	                    arena_printf(world->arena, "client_id=%.*s&client_secret=x&token=%.*s", STR_ARG(client_id),
	                                 STR_ARG(access))), 403, "a wrong client cannot revoke");
	is_int(browser_post(&browser, STR("/oauth/revoke"),
	                    arena_printf(world->arena, "client_id=%.*s&client_secret=%.*s&token=%.*s", STR_ARG(client_id),
	                                 STR_ARG(client_secret), STR_ARG(access))), 200, "the right one can");
	is_str(browser.reply.body, STR("{}"), "with an empty object");
	is_int(browser_post(&browser, STR("/oauth/revoke"),
	                    arena_printf(world->arena, "client_id=%.*s&client_secret=%.*s&token=%.*s", STR_ARG(client_id),
	                                 STR_ARG(client_secret), STR_ARG(access))), 200, "as often as it likes");
	browser.authorization = arena_printf(world->arena, "Bearer %.*s", STR_ARG(access));
	is_int(browser_get(&browser, STR("/api/v1/apps/verify_credentials")), 401, "the token is gone");
	browser.authorization = STR_NONE;
}

static void test_metadata(void)
{
	is_int(browser_get(&browser, STR("/.well-known/oauth-authorization-server")), 200, "the metadata is there");
	is_str(member("token_endpoint"), STR("https://a.example/oauth/token"), "with absolute addresses");
	ok(browser_sees(&browser, "\"code_challenge_methods_supported\":[\"S256\"]"), "S256 is the only challenge");
	ok(browser_sees(&browser, "\"admin:write:reports\""), "every scope is named");
	is_str(member("issuer"), STR("https://a.example/"), "with who is meant by iss");
	ok(browser_sees(&browser, "\"authorization_response_iss_parameter_supported\":true"), "which goes to every app");
}

int main(void)
{
	make_people();
	clock_set_for_test(1767225600000);
	test_apps();
	test_untrusted();
	test_refusals();
	test_sign_in();
	test_code();
	test_consent();
	test_admin_warning();
	test_out_of_band();
	test_other_grants();
	test_metadata();
	world_free(world);
	return done();
}
