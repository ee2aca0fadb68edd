/* The clock thread and the way of a job, with a job table of the test's own and a clock that is moved by hand. */
#include "node/jobs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "tests/rig/engine_mem.h"
#include "tests/unit/tap.h"

enum { PAGES = 5, TICK_MS = 60 * 1000, TRIES = 3, CROWD = 200, HOLDERS = 16 };

/* Counts runs, which is an effect outside the transaction: here it may be. */
static atomic_uint notes, flaky_runs, hopeless_runs, denied_runs, slow_runs, ticks, poison_runs, crowd_runs;
static atomic_int flaky_failures;
static atomic_bool released;

/* --- the table -------------------------------------------------------------------------------------------------- */

static int write_note(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena, (void)txn, (void)job, (void)ret_more;
	atomic_fetch_add(&notes, 1);
	return OK;
}

/* Puts one key per page; a page that came twice would stand out by its count. */
static int write_paged(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct str key = arena_printf(arena, "page%llu", (unsigned long long)job->cursor), value = STR_NONE;
	int err = view_get(txn_view(txn), SPACE_SETTING, key, &value);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	value = arena_printf(arena, "%.*s%.*sx", STR_ARG(job->argument), STR_ARG(value));
	*ret_more = ++job->cursor < PAGES;
	return txn_put(txn, SPACE_SETTING, key, value);
}

static int write_tick(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena, (void)txn, (void)job, (void)ret_more;
	atomic_fetch_add(&ticks, 1);
	return OK;
}

static int write_poison(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	(void)arena, (void)ret_more;
	atomic_fetch_add(&poison_runs, 1);
	txn_put(txn, SPACE_SETTING, STR("poison"), STR("spilt"));
	return job->subject ? ERR_FULL : ERR_INVALID;
}

static int run_flaky(struct node *node, struct arena *arena, struct job *job)
{
	(void)node, (void)arena, (void)job;
	atomic_fetch_add(&flaky_runs, 1);
	return atomic_fetch_sub(&flaky_failures, 1) > 0 ? ERR_NETWORK : OK;
}

static int run_hopeless(struct node *node, struct arena *arena, struct job *job)
{
	(void)node, (void)arena, (void)job;
	atomic_fetch_add(&hopeless_runs, 1);
	return ERR_NETWORK;
}

static int run_denied(struct node *node, struct arena *arena, struct job *job)
{
	(void)node, (void)arena, (void)job;
	atomic_fetch_add(&denied_runs, 1);
	return ERR_DENIED;
}

static void sleep_ms(int64_t ms)
{
	struct timespec wait = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&wait, NULL);
}

/* Blocks until it is released; a cancelled fetch gives ERR_BUSY. */
static int run_slow(struct node *node, struct arena *arena, struct job *job)
{
	(void)node, (void)arena;
	atomic_fetch_add(&slow_runs, 1);
	while (!atomic_load(&released))
		sleep_ms(1);
	return job->subject ? ERR_BUSY : OK;
}

static int run_crowd(struct node *node, struct arena *arena, struct job *job)
{
	(void)node, (void)arena, (void)job;
	atomic_fetch_add(&crowd_runs, 1);
	return OK;
}

const struct job_row job_rows[] = {
	{ "note", LANE_WRITER, RETRY_SOON, TRIES, write_note, NULL, 0, "" },
	{ "paged", LANE_WRITER, RETRY_SOON, TRIES, write_paged, NULL, 0, "" },
	{ "tick", LANE_WRITER, RETRY_SOON, TRIES, write_tick, NULL, TICK_MS, "" },
	{ "poison", LANE_WRITER, RETRY_SOON, TRIES, write_poison, NULL, 0, "" },
	{ "flaky", LANE_POOL, RETRY_SOON, 10, NULL, run_flaky, 0, "" },
	{ "hopeless", LANE_POOL, RETRY_SOON, TRIES, NULL, run_hopeless, 0, "" },
	{ "denied", LANE_POOL, RETRY_SOON, TRIES, NULL, run_denied, 0, "" },
	{ "slow", LANE_POOL, RETRY_SOON, TRIES, NULL, run_slow, 0, "" },
	{ "file", LANE_FILES, RETRY_SOON, TRIES, NULL, run_slow, 0, "" },
	{ "crowd", LANE_POOL, RETRY_SOON, TRIES, NULL, run_crowd, 0, "" },
};

const size_t job_row_count = sizeof(job_rows) / sizeof(job_rows[0]);

/* --- the rig ---------------------------------------------------------------------------------------------------- */

static struct node node;
static struct engine *engine;
static _Atomic(struct jobs *) jobs;
static struct arena *arena;

static void on_commit(void *context, const struct event_list *events)
{
	struct jobs *running = atomic_load(&jobs);

	(void)context;
	for (size_t i = 0; i < events->count && running; i++)
		if (events->events[i].kind == EVENT_JOBS)
			jobs_wake(running);
}

static void start(void)
{
	struct jobs *started = NULL;

	ok(jobs_start(&node, &started) == OK, "the clock starts");
	atomic_store(&jobs, started);
	jobs_wake(started);   /* what was added before it could be told */
}

static void stop(void)
{
	jobs_stop(atomic_exchange(&jobs, NULL));
}

static void *stop_thread(void *context)
{
	(void)context;
	stop();
	return NULL;
}

static void begin(void)
{
	struct writer_options options = { .on_commit = on_commit };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_set_for_test((int64_t)now.tv_sec * SECOND_MS);
	notes = flaky_runs = hopeless_runs = denied_runs = slow_runs = ticks = poison_runs = crowd_runs = 0;
	flaky_failures = 0;
	released = false;
	arena = arena_new();
	engine = engine_mem_new();
	if (store_open(engine, &node.store) != OK || writer_start(node.store, &options, &node.writer) != OK)
		abort();
}

static void end(void)
{
	atomic_store(&released, true);
	stop();
	writer_stop(node.writer);
	store_close(node.store);
	arena_free(arena);
}

static int add_write(struct txn *txn, void *arg)
{
	return jobs_add(txn, arg);
}

static void add_about(const char *kind, uint64_t subject)
{
	struct job job = { .kind = str_of(kind), .subject = subject };

	if (writer_run(node.writer, add_write, &job) != OK)
		abort();
}

static void add(const char *kind)
{
	add_about(kind, 0);
}

static void advance(int64_t ms)
{
	clock_advance_for_test(ms);
	jobs_wake(atomic_load(&jobs));
}

/* Waiting or leased jobs of a kind; the last one's record. */
static size_t waiting(const char *kind, struct job *ret_job)
{
	struct job *page;
	struct view *view;
	size_t count, n = 0;

	if (view_begin(node.store, &view) != OK || jobs_page(arena, view, 1000, &page, &count) != OK)
		abort();
	view_end(view);
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(page[i].kind, str_of(kind)))
			continue;
		n++;
		if (ret_job)
			*ret_job = page[i];
	}
	return n;
}

/* Waits up to ten seconds of real time. */
#define until(condition) \
	({ \
		bool is_true; \
		for (int rounds = 0; !(is_true = (condition)) && rounds < 2000; rounds++) \
			sleep_ms(5); \
		is_true; \
	})

static bool is_free(const char *kind)
{
	struct job job = { .lease = 1 };

	return waiting(kind, &job) == 1 && job.lease == 0;
}

/* It failed that often and waits for its time. */
static bool has_failed(const char *kind, uint64_t tries)
{
	struct job job = { .lease = 1 };

	return waiting(kind, &job) == 1 && job.lease == 0 && job.tries == tries;
}

static struct str setting(const char *key)
{
	struct str value = STR_NONE;
	struct view *view;

	if (view_begin(node.store, &view) != OK)
		abort();
	if (view_get(view, SPACE_SETTING, str_of(key), &value) == OK)
		value = arena_str(arena, value);
	view_end(view);
	return value;
}

/* --- running ---------------------------------------------------------------------------------------------------- */

static void due_jobs_run(void)
{
	struct job later = { .kind = STR("note"), .due_ms = 0 };

	begin();
	add("note");
	start();
	ok(until(atomic_load(&notes) == 1 && waiting("note", NULL) == 0), "what was due before the start runs, once");
	add("note");
	ok(until(atomic_load(&notes) == 2 && waiting("note", NULL) == 0), "what is added runs at once");
	later.due_ms = clock_now_ms() + HOUR_MS;
	writer_run(node.writer, add_write, &later);
	sleep_ms(50);
	is_int(atomic_load(&notes), 2, "what is due later waits");
	advance(HOUR_MS);
	ok(until(atomic_load(&notes) == 3), "until its time");
	end();
}

static void a_paged_job_goes_on_where_it_was(void)
{
	begin();
	start();
	add("paged");
	ok(until(waiting("paged", NULL) == 0), "a paged job ends");
	for (int i = 0; i < PAGES; i++)
		is_str(setting(arena_printf(arena, "page%d", i).p), STR("x"), "each page was written once");
	end();
}

static void an_unknown_kind_is_finished(void)
{
	begin();
	start();
	add("of a newer build");
	ok(until(waiting("of a newer build", NULL) == 0), "a job of an unknown kind is finished");
	end();
}

static void the_lanes_do_not_hold_each_other_up(void)
{
	begin();
	start();
	for (int i = 0; i < 3 * HOLDERS; i++)
		add("slow");
	ok(until(atomic_load(&slow_runs) == 4), "four jobs that block run at once");
	add("note");
	ok(until(atomic_load(&notes) == 1), "and those of the writer's lane pass them");
	is_int(waiting("slow", NULL), 3 * HOLDERS, "the rest waits");
	atomic_store(&released, true);
	ok(until(waiting("slow", NULL) == 0), "and runs later");
	is_int(atomic_load(&slow_runs), 3 * HOLDERS, "each once");
	end();
}

static void files_keep_nobody_waiting(void)
{
	begin();
	start();
	for (int i = 0; i < 3 * HOLDERS; i++)
		add("file");
	ok(until(atomic_load(&slow_runs) == 2), "two files are looked at at once");
	add("crowd");
	ok(until(atomic_load(&crowd_runs) == 1), "and what else may block passes them");
	is_int(atomic_load(&slow_runs), 2, "no third meanwhile");
	atomic_store(&released, true);
	ok(until(waiting("file", NULL) == 0), "all of them have their turn");
	end();
}

static int add_many_write(struct txn *txn, void *arg)
{
	int err = OK;

	for (size_t i = 0; err == OK && i < 3 * JOB_LOOK_MAX; i++) {
		struct job job = { .kind = str_of(arg) };

		err = jobs_add(txn, &job);
	}
	return err;
}

static void a_stuck_crowd_is_passed(void)
{
	char kind[] = "slow";

	begin();
	writer_run(node.writer, add_many_write, kind);
	add("note");
	start();
	ok(until(atomic_load(&notes) == 1), "a job behind thousands that block runs");
	is_int(atomic_load(&slow_runs), 4, "while four of these do");
	end();
}

static void a_crowd_loses_nobody(void)
{
	begin();
	for (int i = 0; i < CROWD; i++)
		add("crowd");
	start();
	ok(until(waiting("crowd", NULL) == 0), "a crowd of jobs is worked off");
	is_int(atomic_load(&crowd_runs), CROWD, "each ran once");
	end();
}

/* --- failing ---------------------------------------------------------------------------------------------------- */

static void a_failed_job_is_tried_again(void)
{
	struct job job = { .id = 0 };
	int64_t before_ms = 0;
	bool grows = true;

	begin();
	atomic_store(&flaky_failures, 3);
	start();
	add("flaky");
	for (unsigned i = 1; i <= 3; i++) {
		int64_t delay_ms;

		ok(until(has_failed("flaky", i)), "after a network error it waits");
		waiting("flaky", &job);
		delay_ms = job.due_ms - clock_now_ms();
		grows = grows && delay_ms > before_ms;
		before_ms = delay_ms;
		advance(delay_ms);
	}
	ok(grows, "longer each time");
	ok(until(waiting("flaky", NULL) == 0), "and ends when it succeeds");
	is_int(atomic_load(&flaky_runs), 4, "at the fourth try");
	end();
}

static void trying_ends(void)
{
	begin();
	start();
	add("hopeless");
	for (uint64_t i = 1; i < TRIES; i++) {
		ok(until(has_failed("hopeless", i)), "what failed waits");
		advance(HOUR_MS);
	}
	ok(until(waiting("hopeless", NULL) == 0), "what never succeeds is given up");
	is_int(atomic_load(&hopeless_runs), TRIES, "after as many tries as its row allows");
	add("denied");
	ok(until(waiting("denied", NULL) == 0), "an error that does not pass ends a job");
	is_int(atomic_load(&denied_runs), 1, "at once");
	end();
}

static void a_poisoned_write_counts_as_a_try(void)
{
	begin();
	start();
	add("poison");
	ok(until(waiting("poison", NULL) == 0), "a job whose write fails half-way ends");
	is_int(setting("poison").n, 0, "and leaves nothing");
	add_about("poison", 1);
	for (uint64_t i = 1; i < TRIES; i++) {
		ok(until(has_failed("poison", i)), "one that found no room is tried again");
		advance(HOUR_MS);
	}
	ok(until(waiting("poison", NULL) == 0), "until its tries are used up");
	is_int(setting("poison").n, 0, "and leaves nothing either");
	end();
}

static int full_write(struct txn *txn, void *arg)
{
	(void)txn, (void)arg;
	engine_mem_fail_commit(engine, 3, ERR_FULL);   /* this one, the taking, the run */
	return OK;
}

static void a_full_disk_loses_no_job(void)
{
	struct job job = { .kind = STR("note") };

	begin();
	start();
	job.due_ms = clock_now_ms() + TICK_MS / 2;
	writer_run(node.writer, add_write, &job);
	sleep_ms(50);
	writer_run(node.writer, full_write, NULL);
	advance(TICK_MS / 2);
	ok(until(has_failed("note", 1)), "a job whose commit failed is put off");
	advance(HOUR_MS);
	ok(until(waiting("note", NULL) == 0), "and runs again");
	end();
}

/* --- leases, restarts ------------------------------------------------------------------------------------------- */

struct lease_body {
	struct job *taken;
	size_t count;
};

static int lease_write(struct txn *txn, void *arg)
{
	struct lease_body *body = arg;

	return jobs_take(arena, txn, 4711, 10, &body->taken, &body->count);
}

static void leases_of_the_dead_are_taken_over(void)
{
	struct lease_body body = { .count = 0 };

	begin();
	add("note");
	writer_run(node.writer, lease_write, &body);
	is_int(body.count, 1, "a process takes a job and dies");
	start();
	ok(until(atomic_load(&notes) == 1 && waiting("note", NULL) == 0), "the next one runs it at once");
	end();
}

static void a_long_job_keeps_its_lease(void)
{
	struct job job;

	begin();
	start();
	add("slow");
	until(atomic_load(&slow_runs) == 1);
	for (int i = 0; i < 3; i++) {
		advance(JOB_LEASE_MS + 1);
		ok(until(waiting("slow", &job) == 1 && job.due_ms > clock_now_ms()), "the lease of a running job is prolonged");
	}
	is_int(atomic_load(&slow_runs), 1, "it does not run twice");
	atomic_store(&released, true);
	ok(until(waiting("slow", NULL) == 0), "and its verdict finds it");
	end();
}

static void recurring_jobs_are_there_once(void)
{
	struct job job;

	begin();
	start();
	is_int(waiting("tick", &job), 1, "a recurring job is there from the start");
	ok(job.due_ms > clock_now_ms(), "for later");
	for (unsigned i = 1; i <= 3; i++) {
		advance(TICK_MS);
		ok(until(atomic_load(&ticks) == i && is_free("tick")), "it runs, and is there once");
	}
	stop();
	start();
	stop();
	start();
	is_int(waiting("tick", NULL), 1, "also after restarts");
	waiting("tick", &job);
	ok(job.due_ms > clock_now_ms() && job.due_ms <= clock_now_ms() + TICK_MS, "due when it was");
	end();
}

static void stopping_waits_for_what_runs(void)
{
	begin();
	start();
	add("slow");
	until(atomic_load(&slow_runs) == 1);
	atomic_store(&released, true);
	stop();
	is_int(waiting("slow", NULL), 0, "the verdict of what ran is written");
	end();
}

static void what_is_broken_off_is_due_at_once(void)
{
	struct job job = { .id = 0 };
	pthread_t thread;

	begin();
	start();
	add_about("slow", 1);
	until(atomic_load(&slow_runs) == 1);
	for (int i = 0; i < HOLDERS; i++)
		add("slow");
	until(atomic_load(&slow_runs) == 4);
	sleep_ms(50);
	/* As net_cancel() does: what blocks is let go once the stop began. */
	pthread_create(&thread, NULL, stop_thread, NULL);
	sleep_ms(500);
	atomic_store(&released, true);
	pthread_join(thread, NULL);
	is_int(atomic_load(&slow_runs), 4, "what did not begin before a stop does not begin any more");
	ok(waiting("slow", &job) == HOLDERS + 1 - 3, "it and what was broken off stays");
	ok(job.tries == 0 && job.due_ms <= clock_now_ms(), "due at once, its tries not used up");
	start();
	ok(until(waiting("slow", NULL) == 1), "the next start runs them");
	end();
}

static void stopping_does_not_work_off_a_backlog(void)
{
	begin();
	for (int i = 0; i < CROWD; i++)
		add("note");
	start();
	stop();
	ok(waiting("note", NULL) + atomic_load(&notes) == CROWD, "a stop in the middle of a backlog loses nothing");
	ok(waiting("note", NULL) > 0, "and does not wait for all of it");
	end();
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	due_jobs_run();
	a_paged_job_goes_on_where_it_was();
	an_unknown_kind_is_finished();
	the_lanes_do_not_hold_each_other_up();
	files_keep_nobody_waiting();
	a_stuck_crowd_is_passed();
	a_crowd_loses_nobody();
	a_failed_job_is_tried_again();
	trying_ends();
	a_poisoned_write_counts_as_a_try();
	a_full_disk_loses_no_job();
	leases_of_the_dead_are_taken_over();
	a_long_job_keeps_its_lease();
	recurring_jobs_are_there_once();
	stopping_waits_for_what_runs();
	what_is_broken_off_is_due_at_once();
	stopping_does_not_work_off_a_backlog();
	return done();
}
