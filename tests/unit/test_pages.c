/* The node's own pages: signing in, out and up, profiles and posts, errors, and what all of them promise. */
#include "node/web/pages.h"

#include "node/accounts/login.h"
#include "node/web/about.h"
#include "node/web/profile.h"
#include "node/web/reading.h"
#include "node/web/sign_in.h"
#include "node/web/style.h"
#include "storage/accounts.h"
#include "storage/graph.h"
#include "storage/posts.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/browser.h"
#include "tests/unit/tap.h"

static const struct route rows[] = {
	{ .method = "GET", .path = "/", .access = ACCESS_OPEN, .show = home_show },
	{ .method = "GET", .path = "/legal", .access = ACCESS_OPEN, .show = legal_show },
	{ .method = "GET", .path = "/sign-in", .access = ACCESS_OPEN, .show = sign_in_show },
	{ .method = "POST", .path = "/sign-in", .access = ACCESS_OPEN, .check = sign_in_check, .work = sign_in_work,
	  .write = sign_in_write },
	{ .method = "POST", .path = "/sign-out", .access = ACCESS_OPEN, .check = sign_out_check, .write = sign_out_write },
	{ .method = "GET", .path = "/sign-up/:secret", .access = ACCESS_OPEN, .show = sign_up_show },
	{ .method = "POST", .path = "/sign-up/:secret", .access = ACCESS_OPEN, .check = sign_up_check,
	  .work = sign_up_work, .write = sign_up_write },
	{ .method = "GET", .path = "/@:name", .access = ACCESS_SESSION, .show = profile_show },
	{ .method = "GET", .path = "/@:name/:id", .access = ACCESS_SESSION, .show = post_page_show },
	{ .method = "GET", .path = "/style.css", .access = ACCESS_OPEN, .show = style_show },
	{ .method = "GET", .path = "/avatar.svg", .access = ACCESS_OPEN, .show = avatar_show },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static struct world *world;
static struct account *ana, *ben;
static struct browser browser;
static uint64_t public_id, direct_id, followers_id;

static uint64_t add_post(const struct account *author, uint8_t visibility, const char *content)
{
	struct post post = {
		.id = txn_new_id(world->txn), .account_id = author->id, .visibility = visibility, .content = str_of(content),
		.created_ms = txn_now_ms(world->txn),
	};

	post.uri = instance_post_uri(world->arena, &world->instance, post.id);
	post.url = instance_post_url(world->arena, &world->instance, author->username, post.id);
	posts_add(world->txn, &post);
	return post.id;
}

static void make_world(void)
{
	struct user user = { .email = STR("ana@a.example") }, other = { .email = STR("ben@a.example") };

	world = world_new();
	world->instance.title = STR("Groupe <Lumière>");
	browser = browser_new(world, rows, ROW_COUNT);
	world_write(world);
	ana = world_account(world, "ana", "");
	ben = world_account(world, "ben", "");
	ben->display_name = STR("Ben & <i>Co</i>");
	ben->note = STR("<p>Bonjour</p>");
	accounts_put(world->txn, ben);
	user.account_id = ana->id;
	other.account_id = ben->id;
	users_put(world->txn, &user);
	users_put(world->txn, &other);
	login_sign_up_put(world->txn, ana->id, STR("secret"));
	public_id = add_post(ben, VISIBILITY_PUBLIC, "<p>pour tous</p>");
	direct_id = add_post(ben, VISIBILITY_DIRECT, "<p>confidentiel</p>");
	followers_id = add_post(ben, VISIBILITY_FOLLOWERS, "<p>aux abonnés</p>");
	world_commit(world);
}

static void test_open_pages(void)
{
	is_int(browser_get(&browser, STR("/")), 200, "the front page is open");
	ok(browser_sees(&browser, "<h1>Groupe &lt;Lumière&gt;</h1>"), "it names the node, escaped");
	ok(!browser_sees(&browser, "pour tous") && !browser_sees(&browser, "Ben"), "and shows nobody and nothing");
	ok(browser_sees(&browser, "<html lang=\"fr\">"), "French comes first");
	ok(browser_sees(&browser, "href=\"/?lang=en\""), "English is a link away");
	ok(str_find(browser_header(&browser, "Content-Security-Policy"), STR("form-action 'self'")) != SIZE_MAX,
	   "its policy keeps forms here");
	is_str(browser_header(&browser, "Cache-Control"), STR("private, no-store"), "it is not to be stored");
	browser.language = STR("de, en;q=0.8");
	is_int(browser_get(&browser, STR("/legal")), 200, "the legal notice is open");
	ok(browser_sees(&browser, "Legal notice"), "in the language of the browser");
	browser.language = STR_NONE;
	is_int(browser_get(&browser, STR("/avatar.svg")), 200, "pictures are open");
	is_str(browser.reply.content_type, STR("image/svg+xml"), "as what they are");
	is_int(browser_get(&browser, style_path()), 200, "so is the style");
}

static void test_sign_up(void)
{
	struct browser second;

	is_int(browser_get(&browser, STR("/sign-up/wrong")), 404, "a wrong link is not found");
	is_int(browser_get(&browser, STR("/sign-up/secret")), 200, "a right one asks for a password");
	ok(browser_sees(&browser, "@ana@a.example"), "for the account it names");
	is_int(browser_submit(&browser, STR("password=short&repeat=short")), 422, "a short one is refused");
	ok(browser_sees(&browser, "au moins 10 caractères, et au plus 511"), "with the reason");
	is_int(browser_submit(&browser, STR("password=correct+horse&repeat=correct+hose")), 422, "so are two different ones");
	second = browser;
	second.cookies = STR_NONE;
	is_int(browser_submit(&second, STR("password=correct+horse&repeat=correct+horse")), 422,
	       "so is a form from another browser");
	is_int(browser_submit(&browser, STR("password=correct+horse&repeat=correct+horse")), 303, "a good one is taken");
	ok(str_find(browser.cookies, STR("__Host-session=")) != SIZE_MAX, "and signs in");
	is_int(browser_get(&browser, STR("/sign-up/secret")), 404, "the link works once");
}

static void test_sign_in(void)
{
	is_int(browser_get(&browser, STR("/sign-in?return=%2F%40ben")), 303, "who is signed in is sent on");
	is_str(browser_header(&browser, "Location"), STR("/@ben"), "to where they wanted");
	browser_get(&browser, STR("/"));
	ok(browser_sees(&browser, "href=\"/@ana\""), "the front page knows them");
	is_int(browser_submit(&browser, STR("")), 303, "signing out is a form");
	is_int(browser_get(&browser, STR("/@ben")), 303, "afterwards pages are closed");
	is_int(browser_get(&browser, browser_header(&browser, "Location")), 200, "and lead to the sign-in");
	is_int(browser_submit(&browser, STR("username=ana&password=wrong+horse")), 422, "a wrong password is refused");
	ok(browser_sees(&browser, "role=\"alert\"") && browser_sees(&browser, "est incorrect"), "in words");
	is_int(browser_submit(&browser, STR("username=ben&password=")), 422,
	       "who has no password yet cannot sign in with none");
	is_int(browser_submit(&browser, STR("username=ana&password=correct+horse")), 303, "the right one is taken");
	is_str(browser_header(&browser, "Location"), STR("/@ben"), "and leads back");
}

static void test_return_path(void)
{
	static const struct str bad[] = {
		STR(""), STR("https://evil.example/"), STR("//evil.example"), STR("/\\evil.example"), STR("x"), STR("/a\r\nb"),
		STR("/\tx"),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_str(page_return_path(bad[i]), STR("/"), "what leads elsewhere leads home");
	is_str(page_return_path(STR("/@ana?x=1")), STR("/@ana?x=1"), "what is ours stays");
}

static int get_post(uint64_t id)
{
	return browser_get(&browser, arena_printf(world->arena, "/@ben/%llu", (unsigned long long)id));
}

static void test_reading(void)
{
	struct follow follow = { .follower_id = ana->id, .followee_id = ben->id, .state = FOLLOW_ACCEPTED };

	is_int(browser_get(&browser, STR("/@BEN")), 200, "a profile is shown to who is signed in");
	ok(browser_sees(&browser, "<h1>Ben &amp; &lt;i&gt;Co&lt;/i&gt;</h1>"), "its name is escaped");
	ok(browser_sees(&browser, "<p>Bonjour</p>"), "its note is HTML");
	ok(browser_sees(&browser, "pour tous"), "public posts are there");
	ok(!browser_sees(&browser, "confidentiel") && !browser_sees(&browser, "aux abonnés"), "limited ones are not");
	is_int(browser_get(&browser, STR("/@nobody")), 404, "nobody is not found");
	ok(browser_sees(&browser, "Page introuvable"), "on a page");
	is_int(get_post(public_id), 200, "a public post is shown");
	is_int(get_post(direct_id), 404, "a direct one of others is not found");
	is_int(get_post(followers_id), 404, "nor is one for followers");
	is_int(browser_get(&browser, arena_printf(world->arena, "/@ana/%llu", (unsigned long long)public_id)), 404,
	       "a post is found below its author only");
	world_write(world);
	graph_follow_put(world->txn, &follow);
	world_commit(world);
	is_int(get_post(followers_id), 200, "a follower may read what is for followers");
	ok(browser_sees(&browser, "Abonnés seulement"), "and sees for whom it is");
	browser_get(&browser, STR("/@ben"));
	ok(!browser_sees(&browser, "déménagé"), "of who stayed it says nothing");
	ben->moved_id = ana->id;
	world_write(world);
	accounts_put(world->txn, ben);
	world_commit(world);
	browser_get(&browser, STR("/@ben"));
	ok(browser_sees(&browser, "déménagé") && browser_sees(&browser, "\">@ana</a>"), "of who moved it says where to");
}

static void test_errors(void)
{
	struct header header = { STR("Accept"), STR("text/html,application/xhtml+xml") };
	struct call call = { .arena = world->arena, .err = ERR_NOT_FOUND };

	call.request.path = STR("/nowhere");
	call.request.headers = &header;
	call.request.header_count = 1;
	call_finish(&call);
	page_dress_error(&call);
	is_int(call.reply.status, 404, "an error keeps its status");
	ok(str_starts(call.reply.content_type, STR("text/html")), "a browser gets it as a page");
	call = (struct call){ .arena = world->arena, .err = ERR_NOT_FOUND };
	call.request.path = STR("/api/v1/nowhere");
	call.request.headers = &header;
	call.request.header_count = 1;
	call_finish(&call);
	page_dress_error(&call);
	ok(str_starts(call.reply.content_type, STR("application/json")), "the API stays JSON");
	/* What came as "/%5Celsewhere.example/%3f": to a browser "/\elsewhere" is another site. */
	call = (struct call){ .arena = world->arena, .err = ERR_NOT_FOUND };
	call.request.target = STR("/%5Celsewhere.example/%3f?a=b");
	call.request.path = STR("/\\elsewhere.example/?");
	call.request.headers = &header;
	call.request.header_count = 1;
	call_finish(&call);
	page_dress_error(&call);
	ok(str_find(call.reply.body, STR("href=\"/%5Celsewhere.example/%3F?a=b&amp;lang=en\"")) != SIZE_MAX,
	   "the links of an error page stay here");
}

int main(void)
{
	make_world();
	test_open_pages();
	test_sign_up();
	test_sign_in();
	test_return_path();
	test_reading();
	test_errors();
	world_free(world);
	return done();
}
