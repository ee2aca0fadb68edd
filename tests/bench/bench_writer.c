/*
 * Durable puts per second: the engine alone at 1, 8 and 64 puts per commit, beside the writer with as many threads
 * that each wait for their put. The distance between the two is what the queue and the threads cost.
 *
 *     bench_writer [SECONDS]      for each line, default 1
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/raw_puts.h"

enum { VALUE_BYTES = 800 };

int main(int argc, char **argv)
{
	static const unsigned sizes[] = { 1, 8, 64 };
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	struct raw_puts *puts = raw_puts_open(VALUE_BYTES);

	printf("durable puts of %d bytes in key order, with the id mark in each commit\n", VALUE_BYTES);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct raw_puts_result result = { 0 };

		printf("  engine, %2u a batch: %8.0f puts/s\n", sizes[i], raw_puts_engine(puts, sizes[i], seconds));
		raw_puts_writer(puts, sizes[i], seconds, &result);
		printf("  writer, %2u threads: %8.0f puts/s, %5.1f per commit, p50 %.2f ms, p99 %.2f ms\n", sizes[i],
		       waits_per_second(&result.waits, result.seconds),
		       (double)result.waits.count / (double)result.commits, waits_ms(&result.waits, 0.5),
		       waits_ms(&result.waits, 0.99));
		waits_clear(&result.waits);
	}
	raw_puts_close(puts);
	return 0;
}
