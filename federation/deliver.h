/*
 * The delivery thread: libcurl multi with kept connections, one lane per peer, a verdict per answer.
 *
 * At most four requests at once per peer, in the order that federation/lane.h keeps; no bound over all of them but the
 * open-file limit. Preparing and signing run on the pool, verdicts ride in the writer's batches. A peer that is down
 * costs the others nothing: its lane waits (lane_backoff_ms) and one request probes for all; signed traffic from the
 * peer, or a wake, resumes it at once.
 */
#ifndef FEDERATION_DELIVER_H
#define FEDERATION_DELIVER_H

#include "federation/federation.h"
#include "storage/engine/writer.h"

struct deliverer;
struct pool;

struct deliver_options {
	const struct federation *federation;
	struct store *store;
	struct writer *writer;
	struct pool *pool;          /* prepares and signs, on all cores */
	unsigned per_peer_max;      /* 0: 4 */
	int64_t total_timeout_ms;   /* of one delivery; 0: 15 s; a connection must stand within 5 s */
};

/* Starts the thread. It reads all lanes, goes on with what waits, and sends each peer a signed GET of its instance
 * actor, so that a peer that gave us up for down hears that we are back. */
int deliver_start(const struct deliver_options *options, struct deliverer **ret_deliverer);
/* Ends requests under way at once; what has no verdict is sent again at the next start (the receiver sees each activity
 * id once). The pool and the writer must still run. NULL is allowed. */
void deliver_stop(struct deliverer *deliverer);
/* New deliveries for this peer (0: any; then the list of peers is read again too); `resume`: it is there again, whatever
 * its lane waits for. Any thread, never blocks. */
void deliver_wake(struct deliverer *deliverer, uint64_t peer_id, bool resume);

struct deliver_counters {
	uint64_t sent, failed, dropped, in_flight;
};
void deliver_counters_get(struct deliverer *deliverer, struct deliver_counters *ret_counters);

#endif
