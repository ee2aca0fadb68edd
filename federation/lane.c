/*
 * The waiting line of one peer, in memory. No thread of its own: the delivery thread calls it.
 */
#include "federation/lane.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/clock.h"

enum { FIRST_CAPACITY = 8 };

void line_init(struct line *line)
{
	memset(line, 0, sizeof(*line));
}

static void item_clear(struct line_item *item)
{
	free((char *)item->delivery.inbox.p);
}

void line_clear(struct line *line)
{
	for (size_t i = 0; i < line->count; i++)
		item_clear(&line->items[i]);
	free(line->items);
	line_init(line);
}

static bool stepped_aside(const struct delivery *delivery)
{
	return delivery->tries >= LANE_TRIES_IN_LINE;
}

size_t line_room(const struct line *line)
{
	size_t aside = 0, in_line;

	for (size_t i = 0; i < line->count; i++)
		aside += stepped_aside(&line->items[i].delivery);
	in_line = line->count - aside + (aside > LANE_ASIDE_MAX ? aside - LANE_ASIDE_MAX : 0);
	return in_line < LANE_WINDOW ? LANE_WINDOW - in_line : 0;
}

struct line_item *line_find(struct line *line, uint64_t sequence)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->items[i].delivery.sequence == sequence)
			return &line->items[i];
	return NULL;
}

static void line_reserve(struct line *line)
{
	if (line->count < line->capacity)
		return;
	line->capacity = line->capacity ? line->capacity * 2 : FIRST_CAPACITY;
	line->items = realloc(line->items, line->capacity * sizeof(*line->items));
	if (!line->items)
		abort();
}

/* Behind all of a lower sequence: what is still under way after a rewind keeps its place. */
static void line_insert(struct line *line, const struct delivery *delivery)
{
	struct line_item item = { *delivery, line->forgiving ? 0 : delivery->not_before_ms, false };
	size_t at = line->count;
	char *inbox = malloc(delivery->inbox.n + 1);

	if (!inbox)
		abort();
	memcpy(inbox, delivery->inbox.p, delivery->inbox.n);
	inbox[delivery->inbox.n] = '\0';
	item.delivery.inbox.p = inbox;
	line_reserve(line);
	while (at > 0 && line->items[at - 1].delivery.sequence > delivery->sequence)
		at--;
	memmove(&line->items[at + 1], &line->items[at], (line->count - at) * sizeof(item));
	line->items[at] = item;
	line->count++;
}

void line_load(struct line *line, const struct delivery *deliveries, size_t count)
{
	for (size_t i = 0; i < count && line_room(line); i++) {
		if (!line_find(line, deliveries[i].sequence))
			line_insert(line, &deliveries[i]);
		line->after = deliveries[i].sequence;
	}
}

static void line_remove(struct line *line, size_t at)
{
	item_clear(&line->items[at]);
	memmove(&line->items[at], &line->items[at + 1], (line->count - at - 1) * sizeof(*line->items));
	line->count--;
}

void line_rewind(struct line *line)
{
	for (size_t i = line->count; i > 0; i--)
		if (!line->items[i - 1].in_flight)
			line_remove(line, i - 1);
	line->after = 0;
	line->exhausted = false;
}

static bool holds_back(const struct line_item *earlier, const struct line_item *later)
{
	const struct delivery *a = &earlier->delivery, *b = &later->delivery;

	if (a->actor_id != b->actor_id)
		return false;
	return !stepped_aside(a) || a->object_key == b->object_key;
}

struct line_item *line_pick(struct line *line, int64_t now_ms)
{
	for (size_t i = 0; i < line->count; i++) {
		struct line_item *item = &line->items[i];
		bool held = item->in_flight || item->due_ms > now_ms;

		for (size_t j = 0; j < i && !held; j++)
			held = holds_back(&line->items[j], item);
		if (!held)
			return item;
	}
	return NULL;
}

void line_started(struct line *line, struct line_item *item)
{
	item->in_flight = true;
	line->in_flight++;
}

static void line_landed(struct line *line, struct line_item *item)
{
	line->in_flight -= item->in_flight;
	item->in_flight = false;
}

void line_done(struct line *line, uint64_t sequence)
{
	struct line_item *item = line_find(line, sequence);

	if (!item)
		return;
	line_landed(line, item);
	line_remove(line, (size_t)(item - line->items));
}

void line_again(struct line *line, const struct delivery *delivery)
{
	struct line_item *item = line_find(line, delivery->sequence);

	if (!item)
		return;
	line_landed(line, item);
	item->delivery.tries = delivery->tries;
	item->delivery.not_before_ms = item->due_ms = delivery->not_before_ms;
}

int64_t line_next_ms(const struct line *line, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; i < line->count; i++) {
		const struct line_item *item = &line->items[i];

		if (!item->in_flight && item->due_ms > now_ms && item->due_ms < next_ms)
			next_ms = item->due_ms;
	}
	return next_ms;
}

/* --- what an answer means --------------------------------------------------------------------------------------- */

/* First match wins. 401 and 403 are tried again: a sibling that lists us a minute after we listed it, or whose clock
 * or key cache is behind, must not cost its people what we sent meanwhile. */
static const struct { int low, high; enum verdict verdict; } answers[] = {
	{ 0, 0, VERDICT_DOWN },      /* no connection, time-out, broken TLS */
	{ 200, 299, VERDICT_DONE },
	{ 401, 401, VERDICT_RETRY },
	{ 403, 403, VERDICT_RETRY },
	{ 408, 408, VERDICT_DOWN },
	{ 410, 410, VERDICT_GONE },
	{ 425, 425, VERDICT_RETRY },
	{ 429, 429, VERDICT_DOWN },
	{ 300, 499, VERDICT_DROP },
	{ 502, 504, VERDICT_DOWN },  /* said by a proxy before a dead node, or by one that asks for patience */
	{ 507, 507, VERDICT_DOWN },  /* its disk is full: that is no delivery's own fault */
	{ 501, 501, VERDICT_DROP },
	{ 500, 599, VERDICT_RETRY },
};

enum verdict lane_verdict(int status)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (status >= answers[i].low && status <= answers[i].high)
			return answers[i].verdict;
	return VERDICT_RETRY;
}

/* first_ms * 2^n, never above high_ms. */
static int64_t doubled_ms(int64_t first_ms, uint64_t n, int64_t high_ms)
{
	int64_t ms = first_ms;

	while (n-- && ms < high_ms)
		ms *= 2;
	return ms < high_ms ? ms : high_ms;
}

int64_t lane_backoff_ms(int64_t down_ms, uint64_t failures, uint8_t dice)
{
	int64_t ms;
	int64_t hours = down_ms / HOUR_MS;

	/* With the five seconds that a vain connection may take, a probe begins at least every ten. */
	if (hours == 0)
		return doubled_ms(SECOND_MS, failures ? failures - 1 : 0, 4 * SECOND_MS);
	if (down_ms >= LANE_PARKED_MS)
		return DAY_MS;
	/* Doubling with time down and not with the count of failures, which the first hour made large. */
	ms = doubled_ms(MINUTE_MS, (uint64_t)hours, 12 * (int64_t)HOUR_MS);
	return ms - ms / 5 + ms * 2 / 5 * dice / 255;
}

int64_t delivery_backoff_ms(uint64_t tries)
{
	if (tries < LANE_TRIES_IN_LINE)
		return doubled_ms(SECOND_MS, tries ? tries - 1 : 0, 8 * SECOND_MS);
	return doubled_ms(MINUTE_MS, tries - LANE_TRIES_IN_LINE, 12 * (int64_t)HOUR_MS);
}
