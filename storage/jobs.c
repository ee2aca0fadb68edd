/*
 * The persistent queue: one space ordered by due time.
 *
 * Taking, retrying and recovering are the same move of the due time, so a job that was never finished is due
 * again by itself. What a kind of job does, and when a failed one is due again, is not known here. Writes:
 * the writer's.
 */
#include "storage/jobs.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

static struct str job_key(struct key *key, const struct job *job)
{
	return key_u64_u64(key, (uint64_t)job->due_ms, job->id);
}

static int put(struct txn *txn, const struct job *job)
{
	struct key key;

	return record_put(txn, SPACE_JOB, job_key(&key, job), &job_type, job);
}

/* Moves a stored job to `due_ms`. */
static int move(struct txn *txn, struct job *job, int64_t due_ms)
{
	struct key key;

	txn_del(txn, SPACE_JOB, job_key(&key, job));
	job->due_ms = due_ms;
	return put(txn, job);
}

int jobs_add(struct txn *txn, struct job *job)
{
	if (job->id == 0)
		job->id = txn_new_id(txn);
	if (job->due_ms <= 0)
		job->due_ms = txn_now_ms(txn);
	job->lease = 0;
	txn_emit(txn, EVENT_JOBS, job->id, job->subject);
	return put(txn, job);
}

/* The first `max` jobs due before `before_ms` (0: all). */
static int page(struct arena *arena, struct view *view, int64_t before_ms, size_t max, struct job **ret_jobs,
                size_t *ret_count)
{
	struct engine_item *items = ARENA_ARRAY(arena, struct engine_item, max);
	struct engine_range range = { .from = STR_NONE };
	struct key to;
	int r;

	if (before_ms)
		range.to = key_u64(&to, (uint64_t)before_ms);
	*ret_jobs = ARENA_ARRAY(arena, struct job, max);
	r = view_scan(view, SPACE_JOB, &range, items, max, ret_count);
	for (size_t i = 0; r == OK && i < *ret_count; i++)
		r = codec_decode(arena, &job_type, items[i].value, &(*ret_jobs)[i]);
	return r;
}

/* Puts jobs that were read under the lease. */
static int take(struct txn *txn, uint64_t lease, struct job *jobs, size_t count)
{
	int64_t until_ms = txn_now_ms(txn) + JOB_LEASE_MS;
	int r = OK;

	for (size_t i = 0; r == OK && i < count; i++) {
		jobs[i].lease = lease;
		r = move(txn, &jobs[i], until_ms);
	}
	return r;
}

int jobs_take(struct arena *arena, struct txn *txn, uint64_t lease, size_t max, struct job **ret_jobs,
              size_t *ret_count)
{
	int r = page(arena, txn_view(txn), txn_now_ms(txn) + 1, max, ret_jobs, ret_count);

	return r == OK ? take(txn, lease, *ret_jobs, *ret_count) : r;
}

/* What is asked of the due jobs, and those that were found. */
struct look {
	struct arena *arena;
	struct view *view;
	int64_t now_ms;
	size_t max;
	bool (*wanted)(void *context, const struct job *job);
	void *context;
	struct job *jobs;
	size_t count;
};

/* Looks at JOB_LOOK_MAX due jobs behind `place`, which moves to the last of them, or back to the start when there are no
 * more. */
static int look_on(struct look *look, struct job_place *place)
{
	struct engine_item *items = ARENA_ARRAY(look->arena, struct engine_item, JOB_LOOK_MAX);
	struct engine_range range;
	struct key from, to;
	size_t seen, i;
	int r;

	range = (struct engine_range){ .from = key_u64_u64(&from, (uint64_t)place->due_ms, place->id + 1),
		                       .to = key_u64(&to, (uint64_t)look->now_ms + 1) };
	r = view_scan(look->view, SPACE_JOB, &range, items, JOB_LOOK_MAX, &seen);
	if (r != OK)
		return r;
	for (i = 0; i < seen && look->count < look->max; i++) {
		struct job *job = &look->jobs[look->count];

		/* One that cannot be read stays where it is and does not stand in the way of the rest. */
		if (codec_decode(look->arena, &job_type, items[i].value, job) == OK)
			look->count += look->wanted(look->context, job);
		*place = (struct job_place){ (int64_t)key_read_u64(items[i].key, 0), key_read_u64(items[i].key, 8) };
	}
	if (i == seen && seen < JOB_LOOK_MAX)
		*place = (struct job_place){ 0 };
	return OK;
}

static bool is_behind(const struct job_place *a, const struct job_place *b)
{
	return a->due_ms > b->due_ms || (a->due_ms == b->due_ms && a->id > b->id);
}

int jobs_take_wanted(struct arena *arena, struct txn *txn, uint64_t lease, size_t max,
                     bool (*wanted)(void *context, const struct job *job), void *context, struct job_place *place,
                     struct job **ret_jobs, size_t *ret_count)
{
	struct look look = { .arena = arena, .view = txn_view(txn), .now_ms = txn_now_ms(txn), .max = max,
		             .wanted = wanted, .context = context, .jobs = ARENA_ARRAY(arena, struct job, max) };
	struct job_place front = { 0 };
	int r = look_on(&look, &front);

	/* What waits in front has its turn first; behind it, each crowd is passed in the end. */
	if (r == OK && front.id) {
		if (is_behind(&front, place))
			*place = front;
		r = look.count < max ? look_on(&look, place) : OK;
	} else {
		*place = front;
	}
	*ret_jobs = look.jobs;
	*ret_count = look.count;
	return r == OK ? take(txn, lease, look.jobs, look.count) : r;
}

int jobs_finish(struct txn *txn, const struct job *job)
{
	struct key key;

	return txn_del(txn, SPACE_JOB, job_key(&key, job));
}

int jobs_retry(struct txn *txn, struct job *job, int64_t due_ms)
{
	struct key key;

	/* The lease ran out and somebody else has it, or has finished it. */
	if (!view_has(txn_view(txn), SPACE_JOB, job_key(&key, job)))
		return ERR_NOT_FOUND;
	job->lease = 0;
	txn_emit(txn, EVENT_JOBS, job->id, job->subject);
	return move(txn, job, due_ms > 0 ? due_ms : txn_now_ms(txn));
}

static int64_t earliest_of(int64_t a_ms, int64_t b_ms, int64_t c_ms)
{
	int64_t ab_ms = a_ms < b_ms ? a_ms : b_ms;

	return ab_ms < c_ms ? ab_ms : c_ms;
}

int jobs_release(struct txn *txn, uint64_t lease, size_t max, bool *ret_more)
{
	struct arena *arena = arena_new();
	int64_t now_ms = txn_now_ms(txn);
	struct prefix_walk walk;
	struct engine_item item;
	struct job job;
	size_t moved = 0;
	int r = OK;

	/* Back to the time when it was made: what was added while it was taken must not overtake it. */
	prefix_walk_init(&walk, txn_view(txn), SPACE_JOB, STR_NONE, false);
	while (moved < max && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		/* One that cannot be read keeps no node from starting. */
		if (codec_decode(arena, &job_type, item.value, &job) != OK || job.lease == 0 || job.lease == lease)
			continue;
		job.lease = 0;
		move(txn, &job, earliest_of(job.due_ms, now_ms, id_to_ms(job.id)));
		moved++;
	}
	arena_free(arena);
	*ret_more = moved == max;
	if (moved)
		txn_emit(txn, EVENT_JOBS, 0, 0);
	return r == OK || r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

int jobs_next_due(struct view *view, int64_t *ret_due_ms)
{
	const struct engine_range all = { .from = STR_NONE };
	struct engine_item first;
	size_t count;
	int r = view_scan(view, SPACE_JOB, &all, &first, 1, &count);

	if (r == OK)
		*ret_due_ms = count ? (int64_t)key_read_u64(first.key, 0) : INT64_MAX;
	return r;
}

int jobs_has_kind(struct view *view, struct str kind, bool *ret_present)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct job job;
	int r = OK;

	*ret_present = false;
	prefix_walk_init(&walk, view, SPACE_JOB, STR_NONE, false);
	while (r == OK && !*ret_present && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		*ret_present = codec_decode(arena, &job_type, item.value, &job) == OK && str_eq(job.kind, kind);
	}
	arena_free(arena);
	return r == ERR_NOT_FOUND ? OK : r;
}

int jobs_page(struct arena *arena, struct view *view, size_t max, struct job **ret_jobs, size_t *ret_count)
{
	return page(arena, view, 0, max, ret_jobs, ret_count);
}
