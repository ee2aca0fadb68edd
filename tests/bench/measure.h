/*
 * Time, the waits of many requests, and giving up. One thread, except where said.
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* A clock that never steps back, in microseconds. Any thread. */
int64_t now_us(void);
/* Sleeps. Any thread. */
void pause_us(int64_t us);

/* Says on one line what went wrong and ends the program. A benchmark that goes on after an error measures the error. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How long each of many requests took; zeroed is empty. */
struct waits {
	uint32_t *us;
	size_t count, capacity;
};

void waits_add(struct waits *waits, int64_t us);
/* The wait that `part` (0 to 1) of them do not exceed, in milliseconds; 0 when there are none. Sorts them. */
double waits_ms(struct waits *waits, double part);
double waits_per_second(const struct waits *waits, double seconds);
void waits_clear(struct waits *waits);

#endif
