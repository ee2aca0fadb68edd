/* Adding, disabling and re-keying people: what is refused, and what changes together. */
#include "node/accounts/people.h"

#include "node/accounts/login.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/tokens.h"
#include "storage/users.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/rig.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

static int prepare(struct str name, struct str email, struct str display_name, struct new_person *ret_person)
{
	const char *reason = NULL;

	*ret_person = (struct new_person){ .name = name, .email = email, .display_name = display_name,
		                               .roles = ROLE_MODERATOR, .password_hash = STR("$y$hash") };
	return people_prepare(world->arena, &world->instance, ret_person, &reason);
}

static void test_refused(void)
{
	static const struct str names[] = {
		STR(""), STR("a b"), STR("ana!"), STR(".ana"), STR("ana."), STR("ana-"), STR("ana@b"), STR("été"),
		STR("instance"), STR("Everyone"), STR("a.example"), STR("abcdefghijklmnopqrstuvwxyz12345"),
	};
	static const struct str emails[] = {
		STR(""), STR("ana"), STR("@a.example"), STR("ana@"), STR("ana@b@c"), STR("an a@a.example"),
		STR("ana@.example"), STR("ana@a..example"), STR("ana@a.example."), STR("<ana@a.example>"),
		STR("ana@a.example\r\nBcc: x"), STR("\xff@a.example"),
	};
	struct new_person person;
	const char *reason = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_int(prepare(names[i], STR("x@a.example"), STR_NONE, &person), ERR_INVALID, "a bad name is refused");
	for (size_t i = 0; i < sizeof(emails) / sizeof(emails[0]); i++)
		is_int(prepare(STR("ana"), emails[i], STR_NONE, &person), ERR_INVALID, "a bad e-mail address is refused");
	is_int(prepare(STR("ana"), STR("x@a.example"), STR("A\nB"), &person), ERR_INVALID,
	       "a display name with control characters is refused");
	person = (struct new_person){ .name = STR("a b"), .email = STR("x@a.example") };
	people_prepare(world->arena, &world->instance, &person, &reason);
	ok(reason && strstr(reason, "letters"), "the reason is said");
}

static int add(struct new_person *person)
{
	int err = people_add(world->arena, world_write(world), person);

	if (err == OK)
		return world_commit(world);
	world_abort(world);
	return err;
}

static void test_add(void)
{
	struct new_person ana, other;
	struct account account = { 0 };
	struct user user = { 0 };
	struct view *view;
	struct str pem = STR_NONE;

	is_int(prepare(STR("Ana.Diaz"), STR("ana@a.example"), STR("Ana Díaz"), &ana), OK, "a person is prepared");
	is_int(add(&ana), OK, "and added");
	view = world_read(world);
	is_int(accounts_by_name(world->arena, view, STR("ana.diaz"), STR_NONE, &account), OK, "the account is found");
	is_int(users_by_email(world->arena, view, STR("ana@a.example"), &user), OK, "so is the person");
	is_int(user.account_id, account.id, "they belong together");
	is_int(ana.account.id, account.id, "the caller learns the id");
	is_int(user.roles, ROLE_MODERATOR, "the role is kept");
	is_str(account.display_name, STR("Ana Díaz"), "and the display name");
	is_int(accounts_private_key_get(world->arena, view, account.id, &pem), OK, "there is a private key");
	ok(str_starts(pem, STR("-----BEGIN")), "in PEM");
	prepare(STR("ana.diaz"), STR("other@a.example"), STR_NONE, &other);
	is_int(add(&other), ERR_EXISTS, "a name is taken whatever its case");
	prepare(STR("ana2"), STR("ANA@a.example"), STR_NONE, &other);
	is_int(add(&other), ERR_EXISTS, "so is an e-mail address");
}

static void test_add_again(void)
{
	struct new_person ben;
	struct account account;

	prepare(STR("ben"), STR("ben@a.example"), STR_NONE, &ben);
	people_add(world->arena, world_write(world), &ben);
	world_abort(world);
	is_int(add(&ben), OK, "a body that runs again adds one person");
	accounts_by_name(world->arena, world_read(world), STR("ben"), STR_NONE, &account);
	is_int(account.id, ben.account.id, "with the id of the last run");
	is_str(account.display_name, STR("ben"), "without a display name the name stands for it");
}

static bool lets_in(struct str token)
{
	struct token found;

	return tokens_get(world_read(world), token, &found) == OK;
}

static void give_token(uint64_t account_id)
{
	struct token token = { .account_id = account_id };
	struct session session = { .account_id = account_id, .created_ms = 1, .expires_ms = INT64_MAX };
	struct txn *txn = world_write(world);

	tokens_put(txn, STR("token"), &token);
	sessions_put(txn, STR("cookie"), &session);
	world_commit(world);
}

static void hold(uint64_t id, uint8_t which, bool on)
{
	is_int(people_hold(world->arena, world_write(world), id, which, on), OK, "a hold is set or lifted");
	world_commit(world);
}

static void test_holds(uint64_t id)
{
	struct account account;
	struct user old = { .disabled = true };
	uint64_t findings = 0;

	is_int(people_holds(&old), HOLD_DISABLED, "who was disabled by an older version is");
	hold(id, HOLD_SUSPENDED, true);
	is_int(accounts_by_name(world->arena, world_read(world), STR("ben"), STR_NONE, &account), ERR_NOT_FOUND,
	       "who is suspended is not found by name");
	is_int(accounts_of_name(world->arena, world_read(world), STR("ben"), STR_NONE, &account), OK, "but by an operator");
	ok(account.withheld && account.disabled && !access_lives(world_read(world), id), "and is shown to nobody");
	maintain_check(world_read(world), NULL, NULL, &findings);
	is_int(findings, 0, "which is how the store has it");
	hold(id, HOLD_DISABLED, true);
	hold(id, HOLD_SUSPENDED, false);
	accounts_get(world->arena, world_read(world), id, &account);
	ok(!account.withheld && account.disabled && access_lives(world_read(world), id), "one hold is lifted, the other stays");
	hold(id, HOLD_DISABLED, false);
	is_int(people_erase(world->arena, world_write(world), id), ERR_DENIED, "who is not suspended (any more) is not erased");
	world_abort(world);
	accounts_get(world->arena, world_read(world), id, &account);
	ok(!account.deleted, "and stays");
}

static void test_disable(void)
{
	struct account account;
	struct session session;
	struct user user;

	accounts_by_name(world->arena, world_read(world), STR("ben"), STR_NONE, &account);
	give_token(account.id);
	ok(lets_in(STR("token")), "a token lets in");
	is_int(people_set_disabled(world->arena, world_write(world), STR("@Ben"), true), OK, "a person is disabled");
	world_commit(world);
	is_int(world_events(world, EVENT_REVOKED), 1, "which is told to the streams");
	ok(!lets_in(STR("token")), "the token lets in no more");
	is_int(sessions_get(world_read(world), STR("cookie"), &session), ERR_NOT_FOUND, "nor does the session");
	accounts_get(world->arena, world_read(world), account.id, &account);
	users_get(world->arena, world_read(world), account.id, &user);
	ok(account.disabled && user.disabled, "both records know");
	is_int(people_set_disabled(world->arena, world_write(world), STR("ben"), false), OK, "a person is enabled");
	world_commit(world);
	users_get(world->arena, world_read(world), account.id, &user);
	ok(!user.disabled, "and may sign in again");
	test_holds(account.id);
	is_int(people_set_disabled(world->arena, world_write(world), STR("nobody"), true), ERR_NOT_FOUND,
	       "nobody is not found");
	world_abort(world);
}

static void test_password(void)
{
	struct account account;
	struct user user;

	accounts_by_name(world->arena, world_read(world), STR("ben"), STR_NONE, &account);
	give_token(account.id);
	is_int(people_set_password(world->arena, world_write(world), STR("ben"), STR("$y$new")), OK,
	       "a password is set");
	world_commit(world);
	users_get(world->arena, world_read(world), account.id, &user);
	is_str(user.password_hash, STR("$y$new"), "it is the new one");
	ok(!lets_in(STR("token")), "what was signed in with the old one is out");
}

static void test_failures(void)
{
	struct new_person carol;
	struct view *view;
	struct user user;

	prepare(STR("carol"), STR("carol@a.example"), STR_NONE, &carol);
	for (uint64_t n = 1; n < 30; n++) {
		int err;

		engine_mem_fail_put(world->engine, n, ERR_FULL);
		err = add(&carol);
		engine_mem_fail_put(world->engine, 0, OK);
		if (err == OK)
			break;
		view = world_read(world);
		if (err != ERR_FULL || users_by_email(world->arena, view, STR("carol@a.example"), &user) != ERR_NOT_FOUND) {
			ok(false, "put %llu failed and left something", (unsigned long long)n);
			return;
		}
	}
	is_int(users_by_email(world->arena, world_read(world), STR("carol@a.example"), &user), OK,
	       "a full disk at any put leaves nothing, and a later attempt succeeds");
}

/* Lets holds of Alice begin or end; whether anything now waits for the node of her follower that says `needle`. */
static bool tells(struct rig *rig, uint8_t hold, bool on, const char *needle)
{
	rig_outgoing_clear(rig);
	is_int(people_hold(rig->arena, world_write(rig->world), rig->alice.id, hold, on), OK, "Alice is held or let go");
	world_commit(rig->world);
	rig_jobs(rig);
	return rig_outgoing_count(rig) && str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

static void test_siblings_hear(void)
{
	struct rig *rig = rig_new();
	struct user user = { .account_id = rig->alice.id, .email = STR("alice@a.example") };

	rig_follows(rig, &rig->carol, &rig->alice);
	users_put(world_write(rig->world), &user);
	world_commit(rig->world);
	ok(!tells(rig, HOLD_DISABLED, true, "Update"), "of who is disabled siblings hear nothing");
	ok(tells(rig, HOLD_SUSPENDED, true, "\"suspended\":true"), "that one is suspended the nodes of followers hear");
	ok(!tells(rig, HOLD_DISABLED, false, "Update"), "once");
	ok(tells(rig, HOLD_SUSPENDED, false, "Update"), "and of its end");
	ok(str_find(rig_outgoing(rig), STR("\"suspended\":true")) == SIZE_MAX, "which does not say so any more");
	tells(rig, HOLD_PENDING, true, "");
	ok(!tells(rig, HOLD_SUSPENDED, true, "Update") && !tells(rig, HOLD_SUSPENDED, false, "Update"),
	   "of who waits to be let in they hear nothing");
	rig_free(rig);
}

int main(void)
{
	world = world_new();
	test_refused();
	test_add();
	test_add_again();
	test_disable();
	test_password();
	test_failures();
	test_siblings_hear();
	world_free(world);
	return done();
}
