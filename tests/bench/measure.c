/*
 * Clock, percentiles, the end on error.
 */
#include "tests/bench/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}

void pause_us(int64_t us)
{
	const struct timespec pause = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&pause, NULL);
}

void give_up(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void waits_add(struct waits *waits, int64_t us)
{
	if (waits->count == waits->capacity) {
		waits->capacity = waits->capacity ? 2 * waits->capacity : 4096;
		waits->us = reallocarray(waits->us, waits->capacity, sizeof(*waits->us));
		if (!waits->us)
			abort();
	}
	waits->us[waits->count++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static int by_length(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

double waits_ms(struct waits *waits, double part)
{
	size_t at = (size_t)((double)waits->count * part);

	if (!waits->count)
		return 0;
	qsort(waits->us, waits->count, sizeof(*waits->us), by_length);
	return waits->us[at < waits->count ? at : waits->count - 1] / 1000.0;
}

double waits_per_second(const struct waits *waits, double seconds)
{
	return seconds > 0 ? (double)waits->count / seconds : 0;
}

void waits_clear(struct waits *waits)
{
	free(waits->us);
	*waits = (struct waits){ 0 };
}
