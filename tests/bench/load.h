/*
 * The load generator: N kept connections on one thread over epoll, each with one request under way.
 *
 * A closed loop: a connection asks again when it was answered, so a slow server is asked less. One thread takes less
 * from the cores it shares with the server than a thread per connection would.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"
#include "tests/bench/measure.h"

struct load {
	uint16_t port;
	unsigned connections;
	int status;       /* of every reply; another ends the program */
	double seconds;   /* no new request after this; 0: until there are none */
	/* Adds the next request of a connection to an empty buf. false: there is none. */
	bool (*next)(void *context, unsigned connection, struct buf *request);
	void *context;
};

/* Of one run or of several; zeroed before the first. */
struct load_result {
	double seconds;      /* from the first request to the last reply, all runs together */
	struct waits waits;  /* one per answer; the caller clears them */
	size_t body_bytes;   /* of the last reply */
};

/* Adds what it measures to *result: short runs that take turns with those of the limit see the same machine. */
void load_run(const struct load *load, struct load_result *result);

#endif
