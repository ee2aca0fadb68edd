/*
 * The clock thread and the way of one job: taken under a lease, run on its lane, its verdict written.
 *
 * The clock takes no more than it has places for, so a crowd of jobs waits in the store and not in memory. A job whose
 * process dies is due again at the next start (its lease names a process that is gone).
 */
#include "node/jobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/log.h"
#include "storage/base/pool.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"

enum {
	PLACES = 32,                    /* jobs under way at once */
	UPKEEP_MS = MINUTE_MS,
	BUSY_WAIT_MS = 20,              /* pool or writer queue full: look again after this */
	RETRY_SOON_MS = 5 * SECOND_MS,  /* times the square of the tries */
	RETRY_HOUR_MS = HOUR_MS,
	RETRY_MAX_MS = DAY_MS,
	RECURRING_SCAN_MAX = 100000,
};

struct running {
	struct jobs *jobs;
	struct arena *arena;
	const struct job_row *row;
	struct job job;
	int err;           /* of the run */
	bool more;
	bool busy;         /* this place is taken */
	struct pool_item item;
	struct write write;
};

struct jobs {
	struct node *node;
	uint64_t lease;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool woken, stopping;
	size_t under_way;
	struct running places[PLACES];
};

static const struct job_row *row_find(struct str kind)
{
	for (size_t i = 0; i < job_row_count; i++)
		if (str_eq(kind, str_of(job_rows[i].kind)))
			return &job_rows[i];
	return NULL;
}

/* --- the verdict ------------------------------------------------------------------------------------------------ */

static int64_t retry_delay_ms(const struct job_row *row, uint64_t tries)
{
	uint64_t base = row->retry == RETRY_HOUR ? RETRY_HOUR_MS : RETRY_SOON_MS;
	uint64_t delay = base * (tries + 1) * (tries + 1);
	uint8_t jitter;

	hash_random(&jitter, 1);
	if (delay > RETRY_MAX_MS)
		delay = RETRY_MAX_MS;
	return (int64_t)(delay + delay * jitter / 1280);   /* up to a fifth more */
}

static bool worth_another_try(const struct running *running)
{
	if (running->err != ERR_NETWORK && running->err != ERR_BUSY && running->err != ERR_FULL)
		return false;
	return running->row->retry != RETRY_NEVER && running->job.tries + 1 < running->row->tries_max;
}

static int successor_add(struct txn *txn, const struct job_row *row)
{
	struct job next = { .kind = str_of(row->kind), .due_ms = txn_now_ms(txn) + row->repeat_ms };

	return jobs_add(txn, &next);
}

static int verdict_write(struct txn *txn, struct running *running)
{
	struct job job = running->job;
	int err;

	if (running->err == OK && running->more)
		return jobs_retry(txn, &job, txn_now_ms(txn));
	if (worth_another_try(running)) {
		int64_t due_ms = txn_now_ms(txn) + retry_delay_ms(running->row, job.tries);

		job.tries++;
		return jobs_retry(txn, &job, due_ms);
	}
	err = jobs_finish(txn, &job);
	if (err == OK && running->row->repeat_ms)
		err = successor_add(txn, running->row);
	return err;
}

/* The effect and the verdict of a writer-lane job are one transaction. A body may be rerun, so it works on a copy. */
static int writer_lane_write(struct txn *txn, void *arg)
{
	struct running *running = arg;
	struct running copy = *running;
	int err;

	copy.err = OK;
	copy.more = false;
	if (copy.row->write) {
		copy.err = copy.row->write(copy.arena, txn, &copy.job, &copy.more);
		if (copy.err != OK && txn_touched(txn))
			return copy.err;   /* poisoned: nothing of it stays, and the end of its lease brings it back */
	}
	err = verdict_write(txn, &copy);
	running->err = copy.err;
	return err;
}

static int pool_lane_write(struct txn *txn, void *arg)
{
	return verdict_write(txn, arg);
}

static void place_free(struct running *running)
{
	struct jobs *jobs = running->jobs;

	if (running->err != OK)
		log_event(LOG_LEVEL_WARNING, "job failed", "kind", running->row->kind, "id", log_u64(running->job.id), "error",
		          err_name(running->err), NULL);
	arena_free(running->arena);
	pthread_mutex_lock(&jobs->mutex);
	running->busy = false;
	jobs->under_way--;
	jobs->woken = true;
	pthread_cond_broadcast(&jobs->changed);
	pthread_mutex_unlock(&jobs->mutex);
}

static void verdict_done(void *arg)
{
	struct running *running = arg;

	/* The write itself failed: the lease runs out and the job comes back. */
	if (running->write.err != OK)
		running->err = running->write.err;
	place_free(running);
}

static void write_submit(struct running *running, int (*body)(struct txn *txn, void *arg))
{
	struct timespec wait = { 0, BUSY_WAIT_MS * 1000000L };

	running->write = (struct write){ .body = body, .done = verdict_done, .arg = running };
	while (writer_submit(running->jobs->node->writer, &running->write) == ERR_BUSY)
		nanosleep(&wait, NULL);
}

/* --- the run ---------------------------------------------------------------------------------------------------- */

static void pool_lane_run(void *arg)
{
	struct running *running = arg;

	running->err = running->row->run(running->jobs->node, running->arena, &running->job);
	write_submit(running, pool_lane_write);
}

static void job_begin(struct running *running)
{
	struct timespec wait = { 0, BUSY_WAIT_MS * 1000000L };

	if (running->row->lane == LANE_WRITER) {
		write_submit(running, writer_lane_write);
		return;
	}
	running->item = (struct pool_item){ .run = pool_lane_run, .arg = running };
	while (pool_submit(running->jobs->node->pool, &running->item) == ERR_BUSY)
		nanosleep(&wait, NULL);
}

/* A job of a kind that this build does not know (an older build runs on a newer one's store) is finished unrun. */
static const struct job_row unknown_row = { "unknown", LANE_WRITER, RETRY_NEVER, 1, NULL, NULL, 0, "" };

static void place_take(struct jobs *jobs, const struct job *job)
{
	struct running *running = NULL;
	const struct job_row *row = row_find(job->kind);

	pthread_mutex_lock(&jobs->mutex);
	for (size_t i = 0; i < PLACES && !running; i++)
		if (!jobs->places[i].busy)
			running = &jobs->places[i];
	jobs->under_way++;
	pthread_mutex_unlock(&jobs->mutex);
	*running = (struct running){ .jobs = jobs, .arena = arena_new(), .row = row ? row : &unknown_row, .busy = true };
	running->job = *job;
	running->job.kind = arena_str(running->arena, job->kind);
	running->job.argument = arena_str(running->arena, job->argument);
	job_begin(running);
}

struct take_body {
	struct arena *arena;
	uint64_t lease;
	size_t max, count;
	struct job *jobs;
};

static int take_write(struct txn *txn, void *arg)
{
	struct take_body *body = arg;

	return jobs_take(body->arena, txn, body->lease, body->max, &body->jobs, &body->count);
}

/* Takes what is due and begins it; false when nothing was. */
static bool take_due(struct jobs *jobs, size_t places)
{
	struct take_body body = { .arena = arena_new(), .lease = jobs->lease, .max = places };
	bool any;

	if (writer_run(jobs->node->writer, take_write, &body) != OK)
		body.count = 0;
	for (size_t i = 0; i < body.count; i++)
		place_take(jobs, &body.jobs[i]);
	any = body.count > 0;
	arena_free(body.arena);
	return any;
}

/* --- the clock -------------------------------------------------------------------------------------------------- */

static int64_t next_due_ms(struct jobs *jobs)
{
	struct view *view;
	int64_t due_ms = INT64_MAX;

	if (view_begin(jobs->node->store, &view) != OK)
		return clock_now_ms() + SECOND_MS;
	jobs_next_due(view, &due_ms);
	view_end(view);
	return due_ms;
}

/* Sleeps until `until_ms`, a wake or a free place. true: stop. */
static bool clock_sleep(struct jobs *jobs, int64_t until_ms)
{
	struct timespec until = { until_ms / 1000, until_ms % 1000 * 1000000L };
	bool stop;

	pthread_mutex_lock(&jobs->mutex);
	while (!jobs->woken && !jobs->stopping && clock_now_ms() < until_ms)
		if (pthread_cond_timedwait(&jobs->changed, &jobs->mutex, &until) != 0)
			break;
	jobs->woken = false;
	stop = jobs->stopping;
	pthread_mutex_unlock(&jobs->mutex);
	return stop;
}

static size_t free_places(struct jobs *jobs)
{
	size_t n;

	pthread_mutex_lock(&jobs->mutex);
	n = PLACES - jobs->under_way;
	pthread_mutex_unlock(&jobs->mutex);
	return n;
}

static void *clock_loop(void *arg)
{
	struct jobs *jobs = arg;
	struct engine *engine = store_engine(jobs->node->store);
	int64_t upkeep_ms = 0;

	for (;;) {
		int64_t now_ms = clock_now_ms(), until_ms;
		size_t places = free_places(jobs);

		if (clock_monotonic_ms() >= upkeep_ms) {
			engine->ops->upkeep(engine);
			upkeep_ms = clock_monotonic_ms() + UPKEEP_MS;
		}
		until_ms = places ? next_due_ms(jobs) : INT64_MAX;
		if (until_ms <= now_ms) {
			if (take_due(jobs, places))
				continue;
			until_ms = now_ms + SECOND_MS;
		}
		if (until_ms > now_ms + UPKEEP_MS)
			until_ms = now_ms + UPKEEP_MS;
		if (clock_sleep(jobs, until_ms))
			return NULL;
	}
}

void jobs_wake(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->mutex);
	jobs->woken = true;
	pthread_cond_broadcast(&jobs->changed);
	pthread_mutex_unlock(&jobs->mutex);
}

/* --- start and stop --------------------------------------------------------------------------------------------- */

struct start_body {
	struct arena *arena;
	uint64_t lease;
	bool more;
};

static int release_write(struct txn *txn, void *arg)
{
	struct start_body *body = arg;

	return jobs_release(txn, body->lease, 500, &body->more);
}

static int recurring_write(struct txn *txn, void *arg)
{
	struct start_body *body = arg;
	struct job *waiting;
	size_t count;
	int err = jobs_page(body->arena, txn_view(txn), RECURRING_SCAN_MAX, &waiting, &count);

	for (size_t i = 0; err == OK && i < job_row_count; i++) {
		bool present = !job_rows[i].repeat_ms;

		for (size_t j = 0; j < count && !present; j++)
			present = str_eq(waiting[j].kind, str_of(job_rows[i].kind));
		if (!present)
			err = successor_add(txn, &job_rows[i]);
	}
	return err;
}

int jobs_start(struct node *node, struct jobs **ret_jobs)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	struct start_body body = { .arena = arena_new(), .more = true };
	int err = OK;

	if (!jobs)
		abort();
	jobs->node = node;
	hash_random(&jobs->lease, sizeof(jobs->lease));
	jobs->lease |= 1;   /* never 0, which means free */
	body.lease = jobs->lease;
	while (err == OK && body.more)
		err = writer_run(node->writer, release_write, &body);
	if (err == OK)
		err = writer_run(node->writer, recurring_write, &body);
	arena_free(body.arena);
	if (err != OK) {
		free(jobs);
		return err;
	}
	pthread_mutex_init(&jobs->mutex, NULL);
	pthread_cond_init(&jobs->changed, NULL);
	if (pthread_create(&jobs->thread, NULL, clock_loop, jobs) != 0)
		abort();
	*ret_jobs = jobs;
	return OK;
}

void jobs_stop(struct jobs *jobs)
{
	if (!jobs)
		return;
	pthread_mutex_lock(&jobs->mutex);
	jobs->stopping = true;
	pthread_cond_broadcast(&jobs->changed);
	pthread_mutex_unlock(&jobs->mutex);
	pthread_join(jobs->thread, NULL);
	/* Jobs under way end by themselves: every fetch has a time limit. */
	pthread_mutex_lock(&jobs->mutex);
	while (jobs->under_way)
		pthread_cond_wait(&jobs->changed, &jobs->mutex);
	pthread_mutex_unlock(&jobs->mutex);
	pthread_mutex_destroy(&jobs->mutex);
	pthread_cond_destroy(&jobs->changed);
	free(jobs);
}
