/*
 * The limit of every durable change: puts of so many bytes, in key order, with full durability and nothing around them.
 */
#ifndef TESTS_BENCH_RAW_PUTS_H
#define TESTS_BENCH_RAW_PUTS_H

#include <stddef.h>
#include <stdint.h>

#include "tests/bench/measure.h"

struct raw_puts;

/* A store in a folder of its own, under $TMPDIR. */
struct raw_puts *raw_puts_open(size_t value_bytes);
void raw_puts_close(struct raw_puts *puts);

/* Puts per second of one thread that commits `batch` at a time: the engine alone. */
double raw_puts_engine(struct raw_puts *puts, unsigned batch, double seconds);

/* Of one run or of several; zeroed before the first. */
struct raw_puts_result {
	double seconds, cpu_us;  /* all runs together */
	uint64_t commits;
	struct waits waits;      /* one per put; the caller clears them */
};

/* `threads` that each wait for the commit of their put before the next: the writer and its group commit. Adds to
 * *result. */
void raw_puts_writer(struct raw_puts *puts, unsigned threads, double seconds, struct raw_puts_result *result);

#endif
