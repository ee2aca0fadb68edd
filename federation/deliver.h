/*
 * The delivery thread: libcurl multi with kept connections, one lane per peer, a verdict per answer.
 *
 * At most four at once per peer, never two of the same (actor, object), order kept within an object; no bound over
 * all but the open-file limit. Signing runs on the pool, verdicts ride in the writer's batches.
 * A dead peer parks without costing others: after a failure its lane waits (probed at least every 10 s in its first
 * hour, then 1 min * 2^n up to 12 h, daily after 7 days); inbound signed traffic or a wake resumes it at once.
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
	struct pool *pool;          /* signs, on all cores */
	unsigned per_peer_max;      /* 0: 4 */
	int64_t connect_timeout_ms, total_timeout_ms;  /* 0: 5 s, 15 s */
};

/* Starts the thread; it reads all lanes once and sends each peer a signed GET of our wake (its instance actor). */
int deliver_start(const struct deliver_options *options, struct deliverer **ret_deliverer);
/* Ends requests under way at once; what has no verdict is sent again at the next start. */
void deliver_stop(struct deliverer *deliverer);
/* New deliveries for, or traffic from, this peer (0: any): look again now. Any thread, never blocks. */
void deliver_wake(struct deliverer *deliverer, uint64_t peer_id, bool resume);

/* What an answer means, as a table: exported for its test and the docs. */
enum verdict { VERDICT_DONE, VERDICT_DROP, VERDICT_RETRY, VERDICT_GONE };
enum verdict deliver_verdict(int status, int curl_failed);
/* Milliseconds until the next try of a lane that has been down for `down_ms` with `failures` in a row. */
int64_t deliver_backoff_ms(int64_t down_ms, uint64_t failures);

struct deliver_counters { uint64_t sent, failed, dropped, in_flight; };
void deliver_counters_get(struct deliverer *deliverer, struct deliver_counters *ret_counters);

#endif
