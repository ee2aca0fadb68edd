/*
 * The job table and the clock thread: takes due jobs under a lease, runs them, writes their verdicts.
 *
 * No polling: the clock sleeps until the first due time or a wake. A job may run twice (a crash between effect and
 * verdict), so every row's run is safe to repeat. Jobs that may block have threads of their own: some hosts that do not
 * answer must not keep signatures and passwords waiting on the node's pool.
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

/* LANE_FILES: as LANE_POOL, on threads of its own: files take their time, and people choose how many there are. LANE_MAIL:
 * on one of its own: a relay that does not answer keeps nothing else waiting, and hears one voice. */
enum job_lane { LANE_WRITER, LANE_POOL, LANE_FILES, LANE_MAIL, JOB_LANES };
enum job_retry { RETRY_SOON, RETRY_HOUR, RETRY_NEVER };

struct job_row {
	const char *kind;
	enum job_lane lane;
	enum job_retry retry;
	unsigned tries_max;
	/* LANE_WRITER: in the writer's transaction; *ret_more: again at once with the moved cursor. `arena` may hold
	 * what an earlier run of the same body left there. */
	int (*write)(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
	/* The other lanes: on a thread of the jobs; may block and submit writes of its own. ERR_NETWORK, ERR_BUSY and ERR_FULL
	 * (of any lane) are tried again, everything else ends the job. */
	int (*run)(struct node *node, struct arena *arena, struct job *job);
	int64_t repeat_ms;     /* recurring: finishing makes it due again then; 0: once */
	const char *summary;   /* for `rse-node jobs` and the docs */
};

/* The table. */
extern const struct job_row job_rows[];
extern const size_t job_row_count;

/* Releases the leases of earlier processes, adds missing recurring jobs, starts the clock thread. */
int jobs_start(struct node *node, struct jobs **ret_jobs);
/* Waits for what runs (net_cancel() makes fetches short); what did not begin, or was broken off, is due at the next
 * start. The writer must still run. NULL is allowed. */
void jobs_stop(struct jobs *jobs);
/* Something may be due earlier than thought. Any thread, never blocks. */
void jobs_wake(struct jobs *jobs);

#endif
