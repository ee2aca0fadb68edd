/* storage/jobs over the memory engine. */
#include "storage/jobs.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static const int64_t NOON_MS = 1795521600000;
enum { LEASE = 11, NEXT_LEASE = 12 };

static struct world *world;

/* Adds a job of `kind`, due `in_ms` from now. */
static struct job add(const char *kind, int64_t in_ms)
{
	struct job job = {
		.kind = str_of(kind), .due_ms = in_ms ? clock_now_ms() + in_ms : 0, .subject = 5, .cursor = 3
	};

	world_write(world);
	jobs_add(world->txn, &job);
	world_commit(world);
	return job;
}

static struct job *take(uint64_t lease, size_t max, size_t *ret_count)
{
	struct job *jobs = NULL;

	*ret_count = 0;
	world_write(world);
	jobs_take(world->arena, world->txn, lease, max, &jobs, ret_count);
	world_commit(world);
	return jobs;
}

static int64_t next_due(void)
{
	int64_t due_ms = 0;

	jobs_next_due(world_read(world), &due_ms);
	return due_ms;
}

static void begin(void)
{
	clock_set_for_test(NOON_MS);
	world = world_new();
}

static void test_order(void)
{
	struct job *jobs;
	size_t count;

	begin();
	ok(next_due() == INT64_MAX, "an empty queue has nothing due");
	add("later", HOUR_MS);
	is_int(world_events(world, EVENT_JOBS), 1, "a new job is told");
	add("now", 0);
	add("soon", 1000);
	ok(next_due() == NOON_MS, "a job without a time is due at once");
	jobs = take(LEASE, 10, &count);
	is_int(count, 1, "what is not due is not taken");
	is_str(jobs[0].kind, STR("now"), "what is, is");
	ok(jobs[0].subject == 5 && jobs[0].cursor == 3 && jobs[0].lease == LEASE, "with all it was given");
	ok(jobs[0].due_ms == NOON_MS + JOB_LEASE_MS, "and its due time moved by the lease");
	take(LEASE, 10, &count);
	is_int(count, 0, "a taken job is not taken again");
	clock_advance_for_test(HOUR_MS);
	jobs = take(LEASE, 2, &count);
	is_int(count, 2, "no more are taken than wished");
	ok(count == 2 && str_eq(jobs[0].kind, STR("soon")) && str_eq(jobs[1].kind, STR("now")),
	   "in the order of their due times");
	world_free(world);
}

static void test_finish(void)
{
	struct job *jobs;
	size_t count;

	begin();
	add("once", 0);
	jobs = take(LEASE, 10, &count);
	world_write(world);
	is_int(jobs_finish(world->txn, &jobs[0]), OK, "a job is finished");
	is_int(jobs_finish(world->txn, &jobs[0]), OK, "twice does no harm");
	world_commit(world);
	ok(next_due() == INT64_MAX, "and is gone");
	world_free(world);
}

static void test_retry(void)
{
	struct job *jobs, *all;
	size_t count;

	begin();
	add("again", 0);
	jobs = take(LEASE, 10, &count);
	jobs[0].tries = 1;
	jobs[0].cursor = 77;
	jobs[0].argument = STR("rest");
	world_write(world);
	is_int(jobs_retry(world->txn, &jobs[0], NOON_MS + MINUTE_MS), OK, "a job is put off");
	world_commit(world);
	is_int(world_events(world, EVENT_JOBS), 1, "which is told");
	ok(next_due() == NOON_MS + MINUTE_MS, "until when it was wished");
	jobs_page(world->arena, world->view, 10, &all, &count);
	ok(count == 1 && all[0].tries == 1 && all[0].cursor == 77 && str_eq(all[0].argument, STR("rest")),
	   "with its progress");
	ok(count == 1 && all[0].lease == 0, "and free");
	clock_advance_for_test(MINUTE_MS);
	take(LEASE, 10, &count);
	is_int(count, 1, "then it is taken again");
	world_free(world);
}

static void test_lost_lease(void)
{
	struct job *first, *second;
	size_t count;

	begin();
	add("slow", 0);
	first = take(LEASE, 10, &count);
	clock_advance_for_test(JOB_LEASE_MS);
	second = take(LEASE, 10, &count);
	is_int(count, 1, "a lease runs out");
	world_write(world);
	jobs_finish(world->txn, &first[0]);
	is_int(jobs_retry(world->txn, &first[0], 0), ERR_NOT_FOUND, "who lost it cannot put the job off");
	ok(world_commit(world) == OK && next_due() == second[0].due_ms, "nor finish it");
	world_free(world);
}

static bool is_b(void *context, const struct job *job)
{
	++*(size_t *)context;
	return str_eq(job->kind, STR("b"));
}

static void test_wanted(void)
{
	struct job *jobs = NULL;
	struct job_place place = { 0 };
	size_t count, looked = 0;
	bool present;

	begin();
	add("a", 0);
	add("b", 0);
	add("a", 0);
	add("b", 0);
	add("b", HOUR_MS);
	world_write(world);
	is_int(jobs_take_wanted(world->arena, world->txn, LEASE, 10, is_b, &looked, &place, &jobs, &count), OK,
	       "some are taken");
	ok(world_commit(world) == OK && count == 2 && str_eq(jobs[0].kind, STR("b")) && str_eq(jobs[1].kind, STR("b")),
	   "those that are wanted");
	is_int(looked, 4, "of those that are due");
	ok(place.id == 0, "all of them");
	jobs = take(LEASE, 10, &count);
	ok(count == 2 && str_eq(jobs[0].kind, STR("a")), "the others stay");
	ok(jobs_has_kind(world_read(world), STR("a"), &present) == OK && present, "a kind that runs is there");
	ok(jobs_has_kind(world_read(world), STR("c"), &present) == OK && !present, "one that was never added is not");
	world_free(world);
}

/* One look; how many it took. */
static size_t look(struct job_place *place, size_t *looked)
{
	struct job *jobs;
	size_t count = 0;

	world_write(world);
	jobs_take_wanted(world->arena, world->txn, LEASE, 10, is_b, looked, place, &jobs, &count);
	world_commit(world);
	return count;
}

static void test_crowd(void)
{
	struct job_place place = { 0 };
	size_t looked = 0, looks = 1;

	begin();
	for (size_t i = 0; i < 3 * JOB_LOOK_MAX + 5; i++)
		add("a", 0);
	clock_advance_for_test(1);
	add("b", 0);
	clock_advance_for_test(1);
	while (!look(&place, &looked) && place.id && looks < 10)
		looks++;
	is_int(looks, 3, "a crowd that nobody wants is passed in some looks");
	ok(place.id == 0, "to the last that is due");
	ok(looked <= looks * 2 * JOB_LOOK_MAX, "each of them bounded");
	looked = 0;
	is_int(look(&place, &looked), 0, "what was taken is not taken again");
	clock_advance_for_test(-1 - 1 - MINUTE_MS);
	add("b", 0);
	clock_advance_for_test(2 + MINUTE_MS);
	is_int(look(&place, &looked), 1, "what comes to the front meanwhile is found at once");
	world_free(world);
}

static int put_unreadable(struct txn *txn)
{
	struct key key;

	return txn_put(txn, SPACE_JOB, key_u64_u64(&key, (uint64_t)NOON_MS, 1), STR("\xff\xff\xff"));
}

static void test_unreadable(void)
{
	struct job_place place = { 0 };
	size_t looked = 0;
	bool present = false, more;

	begin();
	world_write(world);
	put_unreadable(world->txn);
	world_commit(world);
	add("b", 0);
	is_int(look(&place, &looked), 1, "a job that cannot be read does not hide the next");
	world_write(world);
	is_int(jobs_release(world->txn, NEXT_LEASE, 10, &more), OK, "nor keep leases");
	world_commit(world);
	is_int(look(&place, &looked), 1, "of an earlier process from ending");
	ok(jobs_has_kind(world_read(world), STR("b"), &present) == OK && present, "nor hide a kind");
	world_free(world);
}

static void test_release(void)
{
	struct job *jobs;
	size_t count, calls = 0;
	bool more = true;

	begin();
	add("a", 0);
	add("b", 0);
	add("c", 0);
	add("free", HOUR_MS);
	take(LEASE, 2, &count);
	take(NEXT_LEASE, 1, &count);
	for (; more && calls < 10; calls++) {
		world_write(world);
		is_int(jobs_release(world->txn, NEXT_LEASE, 1, &more), OK,
		       "leases are released page by page");
		world_commit(world);
	}
	is_int(calls, 3, "until none is left");
	jobs = take(NEXT_LEASE, 10, &count);
	is_int(count, 2, "leases of an earlier start are due at once, those of this one are not");
	ok(count == 2 && str_eq(jobs[0].kind, STR("a")) && str_eq(jobs[1].kind, STR("b")),
	   "in their old order");
	world_free(world);
}

/* What a killed process had taken is older than what it had not come to: acts of one person keep their order. */
static void test_release_goes_first(void)
{
	struct job *jobs;
	size_t count;
	bool more;

	begin();
	add("taken", 0);
	take(LEASE, 1, &count);
	clock_advance_for_test(5);
	add("waiting", 0);
	clock_advance_for_test(1000);
	world_write(world);
	jobs_release(world->txn, NEXT_LEASE, 10, &more);
	world_commit(world);
	jobs = take(NEXT_LEASE, 10, &count);
	ok(count == 2 && str_eq(jobs[0].kind, STR("taken")) && str_eq(jobs[1].kind, STR("waiting")),
	   "a released job goes before one that was added after it");
	world_free(world);
}

int main(void)
{
	test_release_goes_first();
	test_order();
	test_finish();
	test_retry();
	test_lost_lease();
	test_wanted();
	test_crowd();
	test_unreadable();
	test_release();
	return done();
}
