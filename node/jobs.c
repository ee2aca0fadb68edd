/*
 * The clock thread and the way of one job: taken under a lease, run on its lane, its verdict written.
 *
 * The clock takes no more than it has places for on each lane, so a crowd of jobs waits in the store and not in memory,
 * and slow jobs of one lane do not hold up the other. A job whose process dies is due again at the next start (its lease
 * names a process that is gone). Whatever its number, a crowd that finds no place is passed by those of other lanes.
 */
#include "node/jobs.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/log.h"
#include "storage/base/pool.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"

enum {
	PLACES = 16,                    /* jobs under way at once, on each lane */
	UPKEEP_MS = MINUTE_MS,
	BUSY_WAIT_MS = 20,              /* writer queue full: look again after this */
	LOOK_AGAIN_MS = SECOND_MS,      /* something is due and cannot be taken */
	RETRY_SOON_MS = 5 * SECOND_MS,  /* times the square of the tries */
	RETRY_HOUR_MS = HOUR_MS,
	RETRY_MAX_MS = DAY_MS,
	RELEASE_PAGE = 500,
};

/* Of files no more get a worker (node/media/decoder.h). 0: the writer's. */
static const unsigned lane_threads[JOB_LANES] = { [LANE_POOL] = 4, [LANE_FILES] = 2, [LANE_MAIL] = 1 };

struct running {
	struct jobs *jobs;
	struct arena *arena;
	const struct job_row *row;
	struct job job;
	int err;             /* of the run */
	bool more;
	bool verdict_only;   /* the run and its verdict could not be written together */
	bool busy;           /* this place is taken */
	int64_t lease_ms;    /* when its lease ends: its place in the store */
	struct pool_item item;
	struct write write;
};

struct jobs {
	struct node *node;
	struct pool *pools[JOB_LANES];   /* none for the writer's */
	uint64_t lease;
	pthread_t thread;
	int64_t upkeep_ms;          /* monotonic; the clock thread's … */
	struct job_place place;     /* … as this: how far it looked into a crowd */
	pthread_mutex_t mutex;      /* guards what follows, of the places busy and lease_ms */
	pthread_cond_t changed;
	bool woken, stopping;
	size_t under_way[JOB_LANES];
	struct running places[JOB_LANES][PLACES];
};

/* A job of a kind that this build does not know (an older build runs on a newer one's store) is finished unrun. */
static const struct job_row unknown_row = { "unknown", LANE_WRITER, RETRY_NEVER, 1, NULL, NULL, 0, "" };

static const struct job_row *row_of(struct str kind)
{
	for (size_t i = 0; i < job_row_count; i++)
		if (str_eq(kind, str_of(job_rows[i].kind)))
			return &job_rows[i];
	return &unknown_row;
}

static bool is_stopping(struct jobs *jobs)
{
	bool stopping;

	pthread_mutex_lock(&jobs->mutex);
	stopping = jobs->stopping;
	pthread_mutex_unlock(&jobs->mutex);
	return stopping;
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

static bool is_passing(int err)
{
	return err == ERR_NETWORK || err == ERR_BUSY || err == ERR_FULL;
}

/* What becomes of the job after a run that gave `err`; ERR_NOT_FOUND: somebody else has it. */
static int verdict_put(struct txn *txn, const struct running *running, struct job *job, int err, bool more)
{
	const struct job_row *row = running->row;
	int64_t now_ms = txn_now_ms(txn);

	if (err == OK && more)
		return jobs_retry(txn, job, now_ms);
	/* Broken off because we stop: no fault of its own. */
	if (err == ERR_BUSY && is_stopping(running->jobs))
		return jobs_retry(txn, job, now_ms);
	if (is_passing(err) && row->retry != RETRY_NEVER && job->tries + 1 < row->tries_max) {
		int64_t delay_ms = retry_delay_ms(row, job->tries);

		job->tries++;
		return jobs_retry(txn, job, now_ms + delay_ms);
	}
	if (!row->repeat_ms)
		return jobs_finish(txn, job);
	/* The same record moves on, so that there is always exactly one. */
	job->tries = job->cursor = 0;
	return jobs_retry(txn, job, now_ms + row->repeat_ms);
}

/* The key of a job is its due time, which moves when its lease is prolonged. */
static int verdict_write(struct txn *txn, const struct running *running, struct job *job, int err, bool more)
{
	pthread_mutex_lock(&running->jobs->mutex);
	job->due_ms = running->lease_ms;
	pthread_mutex_unlock(&running->jobs->mutex);
	err = verdict_put(txn, running, job, err, more);
	return err == ERR_NOT_FOUND ? OK : err;
}

/* The effect and the verdict of a writer-lane job are one transaction. A body may be rerun, so it works on a copy. */
static int run_and_verdict_write(struct txn *txn, void *arg)
{
	struct running *running = arg;
	struct job job = running->job;
	bool more = false;
	int err = OK;

	if (running->row->write)
		err = running->row->write(running->arena, txn, &job, &more);
	if (err != OK && txn_touched(txn))
		return err;   /* nothing of it stays */
	running->err = err;
	if (err != OK)
		job = running->job;
	return verdict_write(txn, running, &job, err, more);
}

static int verdict_only_write(struct txn *txn, void *arg)
{
	struct running *running = arg;
	struct job job = running->job;

	return verdict_write(txn, running, &job, running->err, running->more);
}

static void place_free(struct running *running)
{
	struct jobs *jobs = running->jobs;

	if (running->err != OK && !(running->err == ERR_BUSY && is_stopping(jobs)))
		log_event(LOG_LEVEL_WARNING, "job failed", "kind", running->row->kind, "id", log_u64(running->job.id), "error",
		          err_name(running->err), NULL);
	arena_free(running->arena);
	pthread_mutex_lock(&jobs->mutex);
	running->busy = false;
	jobs->under_way[running->row->lane]--;
	jobs->woken = true;
	pthread_cond_broadcast(&jobs->changed);
	pthread_mutex_unlock(&jobs->mutex);
}

static void verdict_done(void *arg);

static int verdict_submit(struct running *running, int (*body)(struct txn *txn, void *arg))
{
	running->write = (struct write){ .body = body, .done = verdict_done, .arg = running };
	return writer_submit(running->jobs->node->writer, &running->write);
}

/* A run whose writes cannot be kept has failed: that alone is written. When even this cannot be, the end of the lease
 * brings the job back. */
static void verdict_done(void *arg)
{
	struct running *running = arg;

	if (running->write.err != OK) {
		bool again = !running->verdict_only && running->row->lane == LANE_WRITER;

		running->err = running->write.err;
		running->more = false;
		running->verdict_only = true;
		if (again && verdict_submit(running, verdict_only_write) == OK)
			return;
	}
	place_free(running);
}

static void verdict_submit_wait(struct running *running, int (*body)(struct txn *txn, void *arg))
{
	const struct timespec wait = { 0, BUSY_WAIT_MS * 1000000L };

	while (verdict_submit(running, body) == ERR_BUSY)
		nanosleep(&wait, NULL);
}

/* --- the run ---------------------------------------------------------------------------------------------------- */

static void pool_lane_run(void *arg)
{
	struct running *running = arg;

	running->err = ERR_BUSY;
	if (!is_stopping(running->jobs))
		running->err = running->row->run(running->jobs->node, running->arena, &running->job);
	verdict_submit_wait(running, verdict_only_write);
}

static void job_begin(struct running *running)
{
	if (running->row->lane == LANE_WRITER) {
		verdict_submit_wait(running, run_and_verdict_write);
		return;
	}
	running->item = (struct pool_item){ .run = pool_lane_run, .arg = running };
	/* Its queue is as long as there are places. */
	if (pool_submit(running->jobs->pools[running->row->lane], &running->item) != OK)
		abort();
}

/* With the mutex held: where this job runs here, or NULL. */
static struct running *place_of(struct jobs *jobs, uint64_t job_id)
{
	for (size_t lane = 0; lane < JOB_LANES; lane++)
		for (size_t i = 0; i < PLACES; i++)
			if (jobs->places[lane][i].busy && jobs->places[lane][i].job.id == job_id)
				return &jobs->places[lane][i];
	return NULL;
}

/* A free place, or NULL when the job has one already: then taking it prolonged its lease. */
static struct running *place_take(struct jobs *jobs, const struct job *job)
{
	const struct job_row *row = row_of(job->kind);
	struct running *running, *found = NULL;

	pthread_mutex_lock(&jobs->mutex);
	running = place_of(jobs, job->id);
	if (running)
		running->lease_ms = job->due_ms;
	for (size_t i = 0; i < PLACES && !running && !found; i++)
		if (!jobs->places[row->lane][i].busy)
			found = &jobs->places[row->lane][i];
	if (found) {
		jobs->under_way[row->lane]++;
		*found = (struct running){ .jobs = jobs, .arena = arena_new(), .row = row, .busy = true,
			                   .job = *job, .lease_ms = job->due_ms };
		found->job.kind = arena_str(found->arena, job->kind);
		found->job.argument = arena_str(found->arena, job->argument);
	}
	pthread_mutex_unlock(&jobs->mutex);
	return found;
}

/* --- taking ----------------------------------------------------------------------------------------------------- */

struct take_body {
	struct jobs *jobs;
	struct arena *arena;
	size_t room[JOB_LANES];   /* as it was … */
	size_t left[JOB_LANES];   /* … and while the body runs */
	struct job_place place;   /* where this look ended */
	size_t count;
	struct job *taken;
};

/* Also what runs here already: its lease has run out, and is prolonged by being taken again. */
static bool is_wanted(void *context, const struct job *job)
{
	struct take_body *body = context;
	size_t *left = &body->left[row_of(job->kind)->lane];
	bool here;

	pthread_mutex_lock(&body->jobs->mutex);
	here = place_of(body->jobs, job->id) != NULL;
	pthread_mutex_unlock(&body->jobs->mutex);
	if (here || !*left)
		return here;
	--*left;
	return true;
}

static int take_write(struct txn *txn, void *arg)
{
	struct take_body *body = arg;

	memcpy(body->left, body->room, sizeof(body->left));
	body->place = body->jobs->place;
	return jobs_take_wanted(body->arena, txn, body->jobs->lease, JOB_LANES * PLACES, is_wanted, body, &body->place,
	                        &body->taken, &body->count);
}

/* Takes what is due and begins it; false when nothing was and there is no more to look at. */
static bool take_due(struct jobs *jobs)
{
	struct take_body body = { .jobs = jobs, .arena = arena_new() };
	bool any;

	pthread_mutex_lock(&jobs->mutex);
	for (size_t lane = 0; lane < JOB_LANES; lane++)
		body.room[lane] = PLACES - jobs->under_way[lane];
	pthread_mutex_unlock(&jobs->mutex);
	if (writer_run(jobs->node->writer, take_write, &body) == OK)
		jobs->place = body.place;
	else
		body.count = 0;
	for (size_t i = 0; i < body.count; i++) {
		struct running *running = place_take(jobs, &body.taken[i]);

		if (running)
			job_begin(running);
	}
	any = body.count > 0 || body.place.id;
	arena_free(body.arena);
	return any;
}

/* --- the clock -------------------------------------------------------------------------------------------------- */

static int64_t next_due_ms(struct jobs *jobs)
{
	int64_t due_ms = INT64_MAX;
	struct view *view;

	if (view_begin(jobs->node->store, &view) != OK)
		return clock_now_ms() + LOOK_AGAIN_MS;
	jobs_next_due(view, &due_ms);
	view_end(view);
	return due_ms;
}

/* Begins what is due; when to look again. */
static int64_t clock_turn(struct jobs *jobs)
{
	struct engine *engine = store_engine(jobs->node->store);
	int64_t now_ms = clock_now_ms(), due_ms;

	if (clock_monotonic_ms() >= jobs->upkeep_ms) {
		engine->ops->upkeep(engine);
		jobs->upkeep_ms = clock_monotonic_ms() + UPKEEP_MS;
	}
	due_ms = next_due_ms(jobs);
	if (due_ms <= now_ms)
		due_ms = take_due(jobs) ? now_ms : now_ms + LOOK_AGAIN_MS;
	return due_ms < now_ms + UPKEEP_MS ? due_ms : now_ms + UPKEEP_MS;
}

/* Sleeps until `until_ms`, a wake or a free place. true: stop. */
static bool clock_sleep(struct jobs *jobs, int64_t until_ms)
{
	const struct timespec until = { until_ms / 1000, until_ms % 1000 * 1000000L };
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

static void *clock_loop(void *arg)
{
	struct jobs *jobs = arg;

	while (!clock_sleep(jobs, clock_turn(jobs)))
		continue;
	return NULL;
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
	uint64_t lease;
	bool more;
};

static int release_write(struct txn *txn, void *arg)
{
	struct start_body *body = arg;

	return jobs_release(txn, body->lease, RELEASE_PAGE, &body->more);
}

static int recurring_write(struct txn *txn, void *arg)
{
	int err = OK;

	(void)arg;
	for (size_t i = 0; err == OK && i < job_row_count; i++) {
		struct job job = { .kind = str_of(job_rows[i].kind), .due_ms = txn_now_ms(txn) + job_rows[i].repeat_ms };
		bool present = true;

		if (job_rows[i].repeat_ms)
			err = jobs_has_kind(txn_view(txn), job.kind, &present);
		if (err == OK && !present)
			err = jobs_add(txn, &job);
	}
	return err;
}

static int prepare_store(struct jobs *jobs)
{
	struct start_body body = { .lease = jobs->lease, .more = true };
	int err = OK;

	while (err == OK && body.more)
		err = writer_run(jobs->node->writer, release_write, &body);
	return err == OK ? writer_run(jobs->node->writer, recurring_write, NULL) : err;
}

static void start_clock(struct jobs *jobs)
{
	sigset_t all, before;
	int rc;

	pthread_mutex_init(&jobs->mutex, NULL);
	pthread_cond_init(&jobs->changed, NULL);
	sigfillset(&all);   /* signals are the main thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&jobs->thread, NULL, clock_loop, jobs);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		abort();
}

static void stop_pools(struct jobs *jobs)
{
	for (size_t lane = 0; lane < JOB_LANES; lane++)
		if (jobs->pools[lane])
			pool_stop(jobs->pools[lane]);
}

int jobs_start(struct node *node, struct jobs **ret_jobs)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	int err;

	if (!jobs)
		abort();
	jobs->node = node;
	hash_random(&jobs->lease, sizeof(jobs->lease));
	jobs->lease |= 1;   /* never 0, which means free */
	err = prepare_store(jobs);
	for (size_t lane = 0; lane < JOB_LANES && err == OK; lane++)
		if (lane_threads[lane])
			err = pool_start(lane_threads[lane], PLACES, &jobs->pools[lane]);
	if (err != OK) {
		stop_pools(jobs);
		free(jobs);
		return err;
	}
	start_clock(jobs);
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
	pthread_mutex_lock(&jobs->mutex);
	for (size_t lane = 0; lane < JOB_LANES; lane++)
		while (jobs->under_way[lane])
			pthread_cond_wait(&jobs->changed, &jobs->mutex);
	pthread_mutex_unlock(&jobs->mutex);
	stop_pools(jobs);
	pthread_mutex_destroy(&jobs->mutex);
	pthread_cond_destroy(&jobs->changed);
	free(jobs);
}
