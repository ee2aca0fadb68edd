/*
 * The whole test framework: ok() prints one TAP line, done() the plan. A unit test is a main() that calls them;
 * a test's name is a sentence about behaviour. Exit status 1 when any failed.
 */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/str.h"

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5))) static inline bool tap_ok(const char *file, int line, bool passed,
                                                                const char *format, ...)
{
	va_list args;

	tap_count++;
	tap_failed += !passed;
	printf("%sok %d - ", passed ? "" : "not ", tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (!passed)
		printf("# failed at %s:%d\n", file, line);
	fflush(stdout);
	return passed;
}

#define ok(condition, ...) tap_ok(__FILE__, __LINE__, (condition), __VA_ARGS__)

/* Equal texts, with both shown when they differ. */
static inline bool tap_is(const char *file, int line, struct str got, struct str wanted, const char *name)
{
	bool same = str_eq(got, wanted);

	tap_ok(file, line, same, "%s", name);
	if (!same)
		printf("#      got: %.*s\n#   wanted: %.*s\n", STR_ARG(got), STR_ARG(wanted));
	return same;
}

#define is_str(got, wanted, name) tap_is(__FILE__, __LINE__, (got), (wanted), (name))
/* Equal numbers, with both shown. */
static inline bool tap_is_int(const char *file, int line, long long got, long long wanted, const char *name)
{
	return tap_ok(file, line, got == wanted, "%s (got %lld, wanted %lld)", name, got, wanted);
}

#define is_int(got, wanted, name) tap_is_int(__FILE__, __LINE__, (long long)(got), (long long)(wanted), (name))

static inline int done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
