/*
 * What was measured: a JSON line for each figure as soon as it is there, and one table at the end.
 */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

struct arena;

/* A figure and the limit beside it, both of this run. What is 0 was not measured, or has no target. */
struct figure {
	const char *measure;
	unsigned connections;
	double per_second, p50_ms, p99_ms;
	double cpu_us;             /* of the node's processor time, for each answer */
	double value;              /* where it is neither: with its unit */
	const char *unit;
	const char *limit;         /* what it is compared with */
	double limit_per_second, limit_p99_ms, limit_cpu_us;
	double ratio_at_least;     /* targets */
	double p99_at_most_ms, value_at_most;
};

struct report;
struct waits;

struct report *report_new(struct arena *arena);
/* The first line: cores, processor, memory, kernel, and the file system of the stores. */
void report_machine(struct report *report, const char *folder);
void report_add(struct report *report, const struct figure *figure);
/* Fill a figure from the waits of its answers or of its limit, and the processor time of all of them. */
void figure_measured(struct figure *figure, struct waits *waits, double seconds, double cpu_us);
void figure_limit(struct figure *figure, struct waits *waits, double seconds, double cpu_us);
/* A fact that is no figure, for the reader of the table. */
void report_note(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_table(const struct report *report);

#endif
