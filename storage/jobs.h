/*
 * The persistent queue: a job is added in the transaction of its cause, taken under a lease, finished or put
 * off.
 */
#ifndef STORAGE_JOBS_H
#define STORAGE_JOBS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { JOB_LEASE_MS = 120 * 1000, JOB_LOOK_MAX = 1000 };

/* job->id is made when 0; due_ms 0: now. Emits EVENT_JOBS. */
int jobs_add(struct txn *txn, struct job *job);
/* Takes up to `max` due jobs under a lease: moves their due time forward by JOB_LEASE_MS and notes `lease`,
 * the start id of this process. They come back in arena memory with the moved due time. */
int jobs_take(struct arena *arena, struct txn *txn, uint64_t lease, size_t max, struct job **ret_jobs,
              size_t *ret_count);
/* A place in the queue: behind that job; zero: its start. */
struct job_place {
	int64_t due_ms;
	uint64_t id;
};

/* The same for those of the due jobs that `wanted` says yes to. Looks at the first JOB_LOOK_MAX due ones, and, while these
 * leave room, at as many behind *place: so that a crowd of unwanted ones in front hides nobody. *place moves on, and is
 * zero when the last due one was looked at. */
int jobs_take_wanted(struct arena *arena, struct txn *txn, uint64_t lease, size_t max,
                     bool (*wanted)(void *context, const struct job *job), void *context, struct job_place *place,
                     struct job **ret_jobs, size_t *ret_count);
int jobs_finish(struct txn *txn, const struct job *job);
/* Puts a taken job off until `due_ms` (0: now), with its changed cursor, argument and tries. Emits
 * EVENT_JOBS. ERR_NOT_FOUND: its lease ran out, and it was taken again or finished. */
int jobs_retry(struct txn *txn, struct job *job, int64_t due_ms);
/* At start: leases of an earlier process are due at once, before what was added after them. */
int jobs_release(struct txn *txn, uint64_t lease, size_t max, bool *ret_more);
/* When the next job is due; INT64_MAX when there is none. */
int jobs_next_due(struct view *view, int64_t *ret_due_ms);
/* Whether a job of this kind waits or runs. Looks at all of them: for the start of a process. */
int jobs_has_kind(struct view *view, struct str kind, bool *ret_present);
/* Waiting jobs in due order, for `rse-node jobs`. */
int jobs_page(struct arena *arena, struct view *view, size_t max, struct job **ret_jobs, size_t *ret_count);

#endif
