/*
 * The waiting line of one peer: which deliveries may go now, what an answer means, and when to try again.
 *
 * Order is kept per actor: a person's acts arrive in the order in which they were done. A delivery that keeps failing
 * for its own reason while others pass steps aside after LANE_TRIES_IN_LINE tries; from then on it holds back only what
 * is about its own object. Knows no network, no store and no clock; the delivery thread owns a line.
 */
#ifndef FEDERATION_LANE_H
#define FEDERATION_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/clock.h"
#include "storage/model.h"

enum {
	LANE_WINDOW = 256,          /* deliveries of a peer held in memory, not counting … */
	LANE_ASIDE_MAX = 1024,      /* … those that stepped aside: they must not fill the line for the rest */
	LANE_TRIES_IN_LINE = 5,
	LANE_TRIES_MAX = 24,        /* of a delivery's own failures; then it is dropped */
	LANE_PARKED_MS = 7 * DAY_MS, /* a peer that is down so long is asked once a day */
	LANE_FAILURES_TO_DOWN = 3,  /* refused answers in a row that make a peer count as down */
};

struct line_item {
	struct delivery delivery;   /* its inbox is the line's memory */
	int64_t due_ms;             /* its not_before_ms, or 0 when that was forgiven */
	bool in_flight;
};

struct line {
	struct line_item *items;    /* by sequence */
	size_t count, capacity;
	size_t in_flight;
	uint64_t after;             /* loaded up to here */
	bool exhausted;             /* nothing in the store behind `after`, as far as known */
	bool forgiving;             /* what is loaded is due at once; a failure before its time does not count as a try */
};

void line_init(struct line *line);
void line_clear(struct line *line);
/* Room for more loaded deliveries. */
size_t line_room(const struct line *line);
/* Appends deliveries that were read after line->after; ones that are there already are passed over. */
void line_load(struct line *line, const struct delivery *deliveries, size_t count);
/* Forgets what is not under way, to be loaded again from the start. */
void line_rewind(struct line *line);
/* The first delivery that may go now: not under way, its time has come, nothing of its actor (or, once either stepped
 * aside, of its object) before it. NULL when there is none. */
struct line_item *line_pick(struct line *line, int64_t now_ms);
void line_started(struct line *line, struct line_item *item);
/* The item of a sequence, or NULL. */
struct line_item *line_find(struct line *line, uint64_t sequence);
/* It ended: removed from the line, or back in its place with what the verdict changed. */
void line_done(struct line *line, uint64_t sequence);
void line_again(struct line *line, const struct delivery *delivery);
/* When the first waiting delivery's time comes; INT64_MAX when none waits for time. */
int64_t line_next_ms(const struct line *line, int64_t now_ms);

/* What an answer means. */
enum verdict {
	VERDICT_DONE,     /* arrived */
	VERDICT_DROP,     /* refused for good */
	VERDICT_GONE,     /* the inbox is gone for good */
	VERDICT_RETRY,    /* this delivery failed; others may pass */
	VERDICT_DOWN,     /* the peer is away or asks for patience: all wait */
};
/* `status` 0: no answer at all. Source: the table of answers in FEDERATION.md. */
enum verdict lane_verdict(int status);
/* Until the next try of a peer that has been down for `down_ms`, `failures` in a row: at most 4 s in the first hour,
 * then 1 min * 2^n up to 12 h with a fifth of jitter (`dice` 0 … 255), daily after seven days. */
int64_t lane_backoff_ms(int64_t down_ms, uint64_t failures, uint8_t dice);
/* Until the next try of one delivery that failed `tries` times for its own reason. */
int64_t delivery_backoff_ms(uint64_t tries);

#endif
