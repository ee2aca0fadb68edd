/* The pages of invitations: what expired goes out again by mail, what is dead is shown to nobody, and the account is made once. */
#include "node/accounts/inviting.h"
#include "node/accounts/login.h"
#include "node/config.h"
#include "node/node.h"
#include "node/web/invitation.h"
#include "node/web/invitations.h"
#include "node/web/sign_in.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/mails.h"
#include "storage/maintain.h"
#include "storage/users.h"
#include "tests/rig/browser.h"
#include "tests/unit/tap.h"

static int show_home(struct call *call, struct view *view)
{
	(void)view;
	return call_reply(call, 200, "text/plain", STR("home"));
}

static const struct route rows[] = {
	{ .method = "GET", .path = "/", .access = ACCESS_OPEN, .show = show_home },
	{ .method = "GET", .path = "/sign-in", .access = ACCESS_OPEN, .show = sign_in_show },
	{ .method = "POST", .path = "/sign-in", .access = ACCESS_OPEN, .check = sign_in_check, .work = sign_in_work,
	  .write = sign_in_write },
	{ .method = "GET", .path = "/invitation/:secret", .access = ACCESS_OPEN, .show = invitation_page_show },
	{ .method = "POST", .path = "/invitation/:secret", .access = ACCESS_OPEN, .check = invitation_page_check,
	  .work = invitation_page_work, .write = invitation_page_write },
	{ .method = "GET", .path = "/settings/invitations", .access = ACCESS_SESSION, .show = invitations_page_show },
	{ .method = "POST", .path = "/settings/invitations", .access = ACCESS_SESSION, .check = invitations_page_check,
	  .write = invitations_page_write, .show = invitations_page_done },
};

static const struct str path = STR("/settings/invitations");
static struct config config = { .invitations_days = 7 };
static struct node node = { .config = &config };
static struct world *world;
static struct browser hr, newcomer;

static void make_world(void)
{
	struct user user = { .email = STR("hr@a.example"), .roles = ROLE_PEOPLE_MANAGER };
	struct account *account;

	world = world_new();
	node.store = world->store;
	node.instance = world->instance;
	hr = browser_new(world, rows, sizeof(rows) / sizeof(rows[0]));
	hr.node = &node;
	hr.language = STR("en");
	newcomer = hr;
	world_write(world);
	account = world_account(world, "hr", "");
	user.account_id = account->id;
	password_hash(world->arena, STR("correct horse"), &user.password_hash);
	users_put(world->txn, &user);
	world_commit(world);
	browser_get(&hr, STR("/sign-in"));
	is_int(browser_submit(&hr, STR("username=hr&password=correct+horse")), 303, "a people manager signs in");
}

/* Presses a button of the list, whose form is the second one of the page. */
static int press(struct str fields)
{
	struct str token = browser_between(&hr, "action=\"/settings/invitations\">\n<input type=\"hidden\" name=\"form_token\" value=\"", "\"");

	return browser_post(&hr, path, arena_printf(world->arena, "form_token=%.*s&%.*s", STR_ARG(token), STR_ARG(fields)));
}

/* One whose time is over. */
static uint64_t add_old(const char *secret, const char *email, uint8_t roles)
{
	struct invitation old = { .email = str_of(email), .uses_max = 1, .expires_ms = 1, .roles = roles };

	is_int(invitations_add(world_write(world), str_of(secret), &old), OK, "an invitation expired");
	world_commit(world);
	return old.id;
}

static void test_resend(void)
{
	struct invitation shown;
	struct mail mail;
	uint64_t one = add_old("1", "one@b.example", 0), two = add_old("2", "two@b.example", 0);
	uint64_t role = add_old("3", "three@b.example", ROLE_ADMIN), link = add_old("4", "", 0);

	browser_get(&hr, path);
	ok(!browser_sees(&hr, "value=\"expired\""), "without mail there is no button for all");
	config.mail_relay = STR("smtp://127.0.0.1");
	browser_get(&hr, path);
	ok(browser_sees(&hr, "value=\"expired\""), "with mail there is one");
	is_int(press(STR("resend=expired")), 200, "it is pressed");
	ok(browser_sees(&hr, "Invitations sent again: 2."), "and says how many went out");
	is_int(invitations_get(world->arena, world_read(world), one, &shown), OK, "one of them");
	ok(invitation_state(&shown, clock_now_ms()) == INVITATION_OPEN && shown.sent_ms, "is open again and on its way");
	is_int(mails_get(world->arena, world->view, shown.mail_id, &mail), OK, "by a mail");
	is_str(mail.to, STR("one@b.example"), "to its address");
	invitations_get(world->arena, world->view, two, &shown);
	ok(invitation_state(&shown, clock_now_ms()) == INVITATION_OPEN, "and so is the other");
	invitations_get(world->arena, world->view, role, &shown);
	ok(invitation_state(&shown, clock_now_ms()) == INVITATION_EXPIRED, "one that gives a role is not theirs to send");
	invitations_get(world->arena, world->view, link, &shown);
	ok(invitation_state(&shown, clock_now_ms()) == INVITATION_EXPIRED, "one without an address has nowhere to go");
	is_int(browser_get(&newcomer, STR("/invitation/1")), 404, "the former link is dead");
	config.mail_relay = STR_NONE;
}

static void test_accept(void)
{
	static const struct str fields = STR("username=lea&display_name=L%C3%A9a&email=lea%40b.example&password=long+enough+it+is&"
	                                     "repeat=long+enough+it+is");
	struct str dead, link;

	is_int(browser_get(&newcomer, STR("/invitation/4")), 404, "an expired link is dead");
	dead = newcomer.reply.body;
	is_int(browser_get(&newcomer, STR("/invitation/5")), 404, "so is one that never was");
	is_int(newcomer.reply.body.n, dead.n, "as long as the other");
	browser_get(&hr, path);
	is_int(browser_submit(&hr, STR("invite=1&email=&uses=1")), 200, "a link is made");
	link = browser_between(&hr, "class=\"code\">https://a.example", "</p>");
	ok(str_starts(link, STR("/invitation/")), "and shown");
	is_int(browser_get(&newcomer, link), 200, "it opens a form");
	is_int(browser_submit(&newcomer, STR("username=l%C3%A9a&email=x")), 422, "a wrong name is refused");
	is_int(browser_submit(&newcomer, STR("username=lea&email=hr%40a.example&password=long+enough+it+is&"
	                                     "repeat=long+enough+it+is")), 422, "and somebody else's address");
	ok(browser_sees(&newcomer, "cannot be used here"), "without saying that it is somebody's");
	is_int(browser_submit(&newcomer, fields), 303, "a whole one makes the account");
	is_int(browser_get(&newcomer, link), 404, "once");
}

static void report(void *context, const char *sentence)
{
	(void)context;
	ok(false, "the store is whole: %s", sentence);
}

int main(void)
{
	uint64_t findings = 1;

	make_world();
	test_resend();
	test_accept();
	is_int(maintain_check(world_read(world), report, NULL, &findings), OK, "the store is checked");
	is_int(findings, 0, "every index is true");
	world_free(world);
	return done();
}
