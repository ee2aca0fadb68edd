/* Invitations: who may make which, when they end, what a place costs, and what is left of them. */
#include "node/accounts/inviting.h"

#include "node/accounts/people_sheet.h"
#include "node/accounts/roles.h"
#include "node/config.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/users.h"
#include "tests/rig/rig.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct config config = { .invitations_per_person = 2, .invitations_days = 7 };
static uint64_t member_id, admin_id;

static struct inviter as(uint64_t account_id, uint8_t role)
{
	struct inviter inviter = { .instance = &world->instance, .config = &config, .mailer.config = &config };

	inviter_set(&inviter, account_id, role);
	return inviter;
}

static uint64_t add_person(const char *name, uint8_t role)
{
	struct account *account = (world_write(world), world_account(world, name, ""));
	struct user user = { .account_id = account->id, .roles = role, .created_ms = 1,
		                 .email = arena_printf(world->arena, "%s@a.example", name) };

	is_int(users_put(world->txn, &user), OK, "a person is there");
	is_int(world_commit(world), OK, "for good");
	return account->id;
}

static int make(const struct inviter *inviter, const char *secret, struct invitation *invitation)
{
	const char *field, *fault;
	int err;

	world_write(world);
	fault = invitation_fault(world->arena, txn_view(world->txn), inviter, txn_now_ms(world->txn), invitation, &field);
	err = fault ? ERR_INVALID : invitation_make(world->arena, world->txn, inviter, str_of(secret), invitation);
	if (err == OK)
		return world_commit(world);
	world_abort(world);
	return err;
}

static int find(const char *secret)
{
	struct invitation invitation;

	return invitation_find(world->arena, world_read(world), str_of(secret), clock_now_ms(), &invitation);
}

static int come(const char *secret, const char *name)
{
	struct new_person person = { .name = str_of(name), .email = arena_printf(world->arena, "%s@b.example", name),
		                         .password_hash = STR("$y$x") };
	const char *reason;
	int err;

	is_int(people_prepare(world->arena, &world->instance, &person, &reason), OK, "a newcomer is prepared");
	err = invitation_accept(world->arena, world_write(world), &config, str_of(secret), &person);
	if (err == OK)
		return world_commit(world);
	world_abort(world);
	return err;
}

static void test_terms(void)
{
	struct inviter member = as(member_id, ROLE_MEMBER), manager = as(7, ROLE_PEOPLE_MANAGER), admin = as(admin_id, ROLE_ADMIN);
	struct invitation role = { .roles = ROLE_MODERATOR }, many = { .uses_max = 3 }, bound = { .uses_max = 2,
		.email = STR("x@b.example") }, late = { .expires_ms = 1 }, far = { .expires_ms = INT64_MAX };

	is_int(make(&manager, "r", &role), ERR_INVALID, "a role is not a people manager's to give");
	is_int(make(&admin, "r", &role), OK, "but an administrator's");
	is_int(make(&member, "m", &many), ERR_INVALID, "a member invites one by one");
	is_int(make(&admin, "b", &bound), ERR_INVALID, "what is for an address is for one");
	is_int(make(&admin, "l", &late), ERR_INVALID, "what ended before it began is none");
	is_int(make(&admin, "f", &far), ERR_INVALID, "and it ends within a year");
	is_int(find("r"), OK, "who has the secret comes in");
	is_int(find("nobody's"), ERR_NOT_FOUND, "another secret is none");
}

static void test_quota(void)
{
	struct inviter member = as(member_id, ROLE_MEMBER), admin = as(admin_id, ROLE_ADMIN);
	struct invitation one = { 0 }, two = { 0 }, three = { 0 }, shown;

	is_int(make(&member, "q1", &one), OK, "a member has a place");
	is_int(make(&member, "q2", &two), OK, "and as many as the node says");
	is_int(make(&member, "q3", &three), ERR_LIMIT, "and no more");
	is_int(invitation_revoke(world->arena, world_write(world), &member, one.id, &shown), OK, "what is theirs they take back");
	world_commit(world);
	is_int(find("q1"), ERR_NOT_FOUND, "nobody comes in by that");
	is_int(make(&member, "q3", &three), ERR_LIMIT, "whose place is not free at once");
	is_int(come("q2", "quentin"), OK, "somebody comes");
	is_int(make(&member, "q3", &three), OK, "and frees a place");
	is_int(invitation_of_inviter(world->arena, world_read(world), &member, three.id, &shown), OK, "theirs is shown to them");
	is_int(invitation_of_inviter(world->arena, world_read(world), &admin, three.id, &shown), OK, "and to an administrator");
	member.account_id = 7;
	is_int(invitation_of_inviter(world->arena, world_read(world), &member, three.id, &shown), ERR_NOT_FOUND, "and nobody else");
}

static void test_uses(void)
{
	struct inviter admin = as(admin_id, ROLE_ADMIN);
	struct invitation two = { .uses_max = 2, .department = STR("R&D") }, shown;
	struct account account;
	struct id_list ids;
	struct user user;

	is_int(make(&admin, "u", &two), OK, "an invitation for two");
	is_int(come("u", "una"), OK, "the first comes");
	is_int(come("u", "una"), ERR_EXISTS, "a name is taken");
	is_int(come("u", "udo"), OK, "which costs no place");
	is_int(come("u", "ugo"), ERR_NOT_FOUND, "a third does not");
	is_int(invitations_get(world->arena, world_read(world), two.id, &shown), OK, "it is kept");
	ok(shown.uses == 2 && invitation_state(&shown, 1) == INVITATION_USED, "as used up");
	is_int(invitations_accounts(world->arena, world->view, two.id, 10, &ids), OK, "with");
	is_int(ids.count, 2, "those who came by it");
	is_int(accounts_by_name(world->arena, world->view, STR("una"), STR_NONE, &account), OK, "the account");
	is_int(users_get(world->arena, world->view, account.id, &user), OK, "and the person");
	is_str(user.department, STR("R&D"), "know the department");
	ok(user.invited_by_id == admin_id && user.invitation_id == two.id, "and who invited");
	is_int(invitation_resend(world->arena, world_write(world), &admin, two.id, STR("u2"), &shown), ERR_DENIED,
	       "what is used up is not sent again");
	world_abort(world);
}

static void test_sponsor(void)
{
	uint64_t sponsor_id = add_person("sponsor", ROLE_ADMIN | ROLE_PEOPLE_MANAGER);
	struct inviter sponsor = as(sponsor_id, ROLE_ADMIN | ROLE_PEOPLE_MANAGER), admin = as(admin_id, ROLE_ADMIN);
	struct invitation plain = { 0 }, role = { .roles = ROLE_ADMIN }, shown;
	bool more = true;

	is_int(make(&sponsor, "s1", &plain), OK, "a sponsor invites");
	is_int(make(&sponsor, "s2", &role), OK, "with a role");
	is_int(roles_revoke(world->arena, world_write(world), 0, sponsor_id, ROLE_ADMIN), OK, "and loses their own");
	world_commit(world);
	is_int(find("s1"), OK, "then what they may do still stands");
	is_int(find("s2"), ERR_NOT_FOUND, "and nothing else");
	is_int(people_set_disabled(world->arena, world_write(world), STR("sponsor"), true), OK, "they are out");
	world_commit(world);
	is_int(find("s1"), ERR_NOT_FOUND, "and so is who has their link");
	is_int(invitation_resend(world->arena, world_write(world), &admin, plain.id, STR("s3"), &shown), OK, "another sends it anew");
	world_commit(world);
	ok(find("s3") == OK && find("s1") == ERR_NOT_FOUND && shown.sponsor_id == admin_id, "and answers for it");
	is_int(invitations_purge(world_write(world), sponsor_id, 10, &more), OK, "an erased sponsor leaves none");
	world_commit(world);
	is_int(invitations_get(world->arena, world_read(world), role.id, &shown), ERR_NOT_FOUND, "behind");
	ok(!more && find("s3") == OK, "but those of others");
}

static void test_end(void)
{
	struct inviter admin = as(admin_id, ROLE_ADMIN);
	struct invitation old = { .email = STR("Old@B.example"), .name = STR("old") }, shown;
	bool more = true;

	is_int(make(&admin, "e", &old), OK, "one for an address");
	is_int(invitations_by_email(world->arena, world_read(world), STR("OLD@b.example"), 1, &shown), OK, "is found by it");
	is_int(invitations_by_email(world->arena, world->view, STR("OLD@b.example"), INT64_MAX, &shown), ERR_NOT_FOUND,
	       "as long as it is open");
	is_int(invitations_unname(world_write(world), old.id), OK, "it forgets whom it was for");
	world_commit(world);
	is_int(invitations_by_email(world->arena, world_read(world), STR("old@b.example"), 1, &shown), ERR_NOT_FOUND, "at all");
	is_int(invitations_get(world->arena, world_read(world), old.id, &shown), OK, "and stays");
	shown.expires_ms = txn_now_ms(world_write(world)) - (int64_t)(INVITATION_KEPT_DAYS + 1) * DAY_MS;
	is_int(invitations_put(world->txn, &shown), OK, "until its time is long over");
	world_commit(world);
	is_int(invitations_forget(world_write(world), 10, &more), OK, "then it is forgotten");
	world_commit(world);
	ok(!more, "and no other");
	is_int(invitations_get(world->arena, world_read(world), old.id, &shown), ERR_NOT_FOUND, "for good");
}

static void test_sheet(void)
{
	static const char text[] = "\xef\xbb\xbf" "Courriel;Nom;Communaut\xc3\xa9s\r\n"
		"a@b.example;\"Lea; Morel\";\"V\xc3\xa9lo,Cuisine | Chorale\"\r\n;;\r\n\"A@b.example\";;\r\n'=x@b.example;'=1+1;\r\n;X;\r\n"
		"c@b.example;X;;too much\r\n";
	static const char *const wrong[] = { "", "\n\n", "name\nana\n", "email;e-mail\na@b.c;a@b.c\n", "email,shoe\na@b.c,42\n",
		"email\n\xe9@b.c\n", "email\n" };
	struct inviter admin = as(admin_id, ROLE_ADMIN);
	struct sheet_work work = { .arena = world->arena, .inviter = &admin, .now_ms = clock_now_ms() };
	struct sheet sheet = { NULL, 0 };
	const char *reason = NULL;

	is_int(sheet_read(world->arena, str_of(text), &sheet, &reason), OK, "a sheet is read");
	is_int(sheet.count, 5, "empty rows are passed over");
	is_int(sheet.lines[0].number, 2, "its first line is behind the header");
	is_int(sheet.lines[1].number, 4, "and each has its own number");
	is_str(sheet.lines[0].invitation.display_name, STR("Lea; Morel"), "what is quoted holds a separator");
	is_int(sheet.lines[0].invitation.communities.count, 3, "communities are several");
	is_str(sheet.lines[2].invitation.display_name, STR("=1+1"), "an apostrophe before a formula is none of it");
	ok(!sheet.lines[0].fault && sheet.lines[1].fault && sheet.lines[3].fault && sheet.lines[4].fault,
	   "doubles, who has no address, and torn lines are told");
	work.lines = sheet.lines;
	work.count = sheet.count;
	is_int(sheet_write(world_write(world), &work), OK, "the lines are written");
	world_abort(world);
	is_int(sheet_write(world_write(world), &work), OK, "perhaps twice");
	is_int(world_commit(world), OK, "at once");
	ok(sheet.lines[0].invitation.id && !sheet.lines[0].reason, "who is well is invited");
	is_int(sheet_write(world_write(world), &work), OK, "the same again");
	world_commit(world);
	ok(sheet.lines[0].reason && !sheet.lines[0].invitation.id, "invites nobody twice");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(sheet_read(world->arena, str_of(wrong[i]), &sheet, &reason) == ERR_INVALID, "sheet %zu cannot be meant", i);
	is_int(sheet_read(world->arena, STR("ana,ana@b.example,Ana B,member,R&D,x|y,fr"), &sheet, &reason), OK,
	       "without a header the order is the usual one");
	is_str(sheet.lines[0].invitation.language, STR("fr"), "to the last column");
}

static void report(void *context, const char *sentence)
{
	(void)context;
	ok(false, "the store is whole: %s", sentence);
}

int main(void)
{
	uint64_t findings = 1;

	world = world_new();
	member_id = add_person("member", ROLE_MEMBER);
	admin_id = add_person("admin", ROLE_ADMIN);
	test_terms();
	test_quota();
	test_uses();
	test_sponsor();
	test_end();
	test_sheet();
	is_int(maintain_check(world_read(world), report, NULL, &findings), OK, "the store is checked");
	is_int(findings, 0, "every index is true");
	world_free(world);
	return done();
}
