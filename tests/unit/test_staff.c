/* What moderators are told: who signed up, and who is reported; nobody else is, and nobody who is one no more. */
#include "federation/staff.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/notice_groups.h"
#include "storage/notices.h"
#include "storage/reports.h"
#include "storage/users.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob, *mia, *max;

static void give_role(const struct account *account, uint8_t role)
{
	struct user user = { .account_id = account->id, .roles = role, .email = account->username };

	users_put(world->txn, &user);
}

static void start(void)
{
	clock_set_for_test(INT64_C(1800000000000));
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	mia = world_account(world, "mia", "");
	max = world_account(world, "max", "");
	give_role(ana, ROLE_MEMBER);
	give_role(bob, ROLE_MEMBER);
	give_role(mia, ROLE_MODERATOR);
	give_role(max, ROLE_MODERATOR | ROLE_ADMIN);
}

/* Runs what waits for the staff. */
static void run(void)
{
	struct job *jobs = NULL;
	size_t count = 0;
	bool more = true;

	jobs_page(world->arena, txn_view(world->txn), 10, &jobs, &count);
	for (size_t i = 0; i < count; i++)
		if (str_eq(jobs[i].kind, STR("tell_staff")))
			is_int(staff_tell_write(world->arena, world->txn, &jobs[i], &more), OK, "the job runs");
	ok(!more, "and ends");
}

static size_t told(const struct account *account, uint8_t kind, struct notice *ret_first)
{
	const struct page page = { .limit = 20 };
	struct notice *notices = NULL;
	size_t count = 0;

	notices_page(world->arena, world->view, account->id, 1u << kind, 0, &page, &notices, &count);
	if (count)
		*ret_first = notices[0];
	return count;
}

static void test_report(void)
{
	struct report report;
	struct notice notice = { 0 };
	struct txn *txn;

	start();
	report = (struct report){ .reporter_id = mia->id, .target_id = bob->id, .category = STR("spam") };
	reports_add(world->txn, &report);
	is_int(staff_reported(world->txn, report.id), OK, "a report is told of");
	run();
	run();
	world_commit(world);
	world_read(world);
	is_int(told(max, NOTICE_REPORT, &notice), 1, "whoever is a moderator, too, hears of it once, however often the job runs");
	ok(notice.report_id == report.id && notice.actor_id == mia->id && !notice.post_id, "of which, and by whom");
	is_int(told(mia, NOTICE_REPORT, &notice), 0, "a moderator not of his own");
	is_int(told(ana, NOTICE_REPORT, &notice) + told(bob, NOTICE_REPORT, &notice), 0, "nor anybody without the role");
	txn = world_write(world);
	report = (struct report){ .reporter_id = mia->id, .target_id = ana->id, .category = STR("spam") };
	reports_add(txn, &report);
	staff_reported(txn, report.id);
	run();
	world_commit(world);
	world_read(world);
	is_int(told(max, NOTICE_REPORT, &notice), 2, "a second report by the same is a second notice");
	world_write(world);
	give_role(max, ROLE_ADMIN | ROLE_PEOPLE_MANAGER | ROLE_DATA_PROTECTION_OFFICER);
	world_commit(world);
	world_read(world);
	is_int(told(max, NOTICE_REPORT, &notice), 0, "who loses the role is shown none any more, whatever others they have");
	world_free(world);
}

static void test_sign_up(void)
{
	struct notice notice = { 0 };
	struct notice_group group;
	struct str key;

	start();
	ana->withheld = true;
	accounts_put(world->txn, ana);
	is_int(staff_signed_up(world->txn, ana->id), OK, "a new person is told of");
	run();
	world_commit(world);
	world_read(world);
	is_int(told(mia, NOTICE_SIGN_UP, &notice), 0, "whom nobody is shown yet is not shown by a notice");
	world_write(world);
	ana->withheld = false;
	accounts_put(world->txn, ana);
	world_commit(world);
	world_read(world);
	is_int(told(mia, NOTICE_SIGN_UP, &notice), 1, "a moderator hears of it");
	is_int(told(ana, NOTICE_SIGN_UP, &notice), 0, "who signed up does not");
	is_int(told(max, NOTICE_SIGN_UP, &notice), 1, "nor does the other role keep it from another");
	key = notice_group_key(world->arena, &notice, NOTICE_GROUPED_KINDS);
	ok(str_starts(key, STR("admin.sign_up-")), "such notices make a group");
	is_int(notice_group_parse(key, &group), OK, "that is found by its key");
	is_int(notice_group_fill(world->arena, world->view, max->id, &group), OK, "and has members");
	world_free(world);
}

int main(void)
{
	test_report();
	test_sign_up();
	return done();
}
