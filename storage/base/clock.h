/*
 * Time, dates on the wire, and time-ordered ids.
 *
 * Times are int64_t milliseconds since the epoch, named …_ms. Tests set the clock by hand. Any thread.
 */
#ifndef STORAGE_BASE_CLOCK_H
#define STORAGE_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000 };

/* Wall clock, milliseconds. */
int64_t clock_now_ms(void);
/* A clock that never steps back, milliseconds from an arbitrary start: for durations and time-outs. */
int64_t clock_monotonic_ms(void);
/* Fixes both clocks at `ms` (tests); clock_advance_for_test() moves them; 0 gives the real clocks back. */
void clock_set_for_test(int64_t ms);
void clock_advance_for_test(int64_t ms);

/*
 * Ids: 48 bits of milliseconds, 10 of node, 6 of sequence; below 2^63 until the year 6429, so an id is a decimal
 * string of constant length that sorts by time.
 */
struct id_source {
	uint64_t last;   /* the highest id handed out or read from the store */
	uint16_t node;   /* 0 … 1023 */
};

/* The next id: never below or equal to source->last, even when the clock stands or steps back. Not thread-safe:
 * the writer thread owns the source (storage/engine/store.h txn_new_id). */
uint64_t id_next(struct id_source *source, int64_t now_ms);
/* The smallest id that can have been made at `ms`. */
uint64_t id_of_ms(int64_t ms);
int64_t id_to_ms(uint64_t id);

/* "2026-01-02T03:04:05.678Z" (RFC 3339, UTC, always three decimals); the buffer is filled and NUL-terminated. */
enum { DATE_ISO_BYTES = 25, DATE_HTTP_BYTES = 30 };
void date_iso(int64_t ms, char out[DATE_ISO_BYTES]);
/* The same without the fraction: "2026-01-02T03:04:05Z". */
void date_iso_seconds(int64_t ms, char out[DATE_ISO_BYTES]);
/* "Tue, 24 Nov 2026 08:00:00 GMT" (RFC 9110 section 5.6.7). */
void date_http(int64_t ms, char out[DATE_HTTP_BYTES]);
/* RFC 3339 with any offset and any number of decimals, or a bare date. false leaves *ret_ms untouched. */
bool date_parse_iso(struct str text, int64_t *ret_ms);
/* IMF-fixdate, as peers send it in Date. */
bool date_parse_http(struct str text, int64_t *ret_ms);

#endif
