/*
 * The job table and the clock thread: takes due jobs under a lease, runs them on the pool, writes their verdicts.
 *
 * No polling: the clock sleeps until the first due time or a wake. A job may run twice (a crash between effect and
 * verdict), so every row's run is safe to repeat.
 */
#ifndef NODE_JOBS_H
#define NODE_JOBS_H

#include <stddef.h>
#include <stdint.h>

#include "node/node.h"

struct arena;
struct job;
struct jobs;
struct txn;

enum job_lane { LANE_WRITER, LANE_POOL };
enum job_retry { RETRY_SOON, RETRY_HOUR, RETRY_NEVER };

struct job_row {
	const char *kind;
	enum job_lane lane;
	enum job_retry retry;
	unsigned tries_max;
	/* LANE_WRITER: in the writer's transaction; *ret_more: again at once with the moved cursor. */
	int (*write)(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
	/* LANE_POOL: on a pool thread; may block and submit writes of its own. */
	int (*run)(struct node *node, struct arena *arena, struct job *job);
	int64_t repeat_ms;     /* recurring: finishing adds the successor; 0: once */
	const char *summary;   /* for `rse-node jobs` and the docs */
};

/* The table. */
extern const struct job_row job_rows[];
extern const size_t job_row_count;

/* Releases the leases of earlier processes, adds missing recurring jobs, starts the clock thread. */
int jobs_start(struct node *node, struct jobs **ret_jobs);
void jobs_stop(struct jobs *jobs);
/* Something may be due earlier than thought. Any thread, never blocks. */
void jobs_wake(struct jobs *jobs);

#endif
