/*
 * The delivery thread's picture of its peers.
 */
#include "federation/lanes.h"

#include <stdlib.h>

#include "federation/policy.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/peers.h"

enum {
	LOAD_PAGE = 64,
	LOAD_AGAIN_MS = SECOND_MS,           /* the store had no room for a reader */
	RESUME_PAUSE_MS = 2 * SECOND_MS,     /* between two signs of life that count */
	RETRY_AFTER_MAX_MS = HOUR_MS,        /* of what a peer may ask for */
	SUCCESS_NOTE_MS = MINUTE_MS,         /* a lane that is up notes its last success this often */
};

static void lane_free(struct peer_lane *lane)
{
	line_clear(&lane->line);
	arena_free(lane->arena);
	free(lane);
}

void lanes_clear(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++)
		lane_free(lanes->items[i]);
	free(lanes->items);
	lanes->items = NULL;
	lanes->count = 0;
}

struct peer_lane *lanes_find(const struct lanes *lanes, uint64_t peer_id)
{
	for (size_t i = 0; i < lanes->count; i++)
		if (lanes->items[i]->peer.id == peer_id)
			return lanes->items[i];
	return NULL;
}

void lanes_sweep(struct lanes *lanes)
{
	for (size_t i = lanes->count; i > 0; i--) {
		struct peer_lane *lane = lanes->items[i - 1];

		if (lane->listed || lane->line.in_flight)
			continue;
		lanes->items[i - 1] = lanes->items[--lanes->count];
		lane_free(lane);
	}
}

/* --- reading the list ------------------------------------------------------------------------------------------- */

/* All that waits is loaded again, and goes whether its time has come or not. */
static void lane_forgive(struct peer_lane *lane, int64_t now_ms)
{
	lane->resumed_ms = now_ms;
	lane->lane.next_try_ms = 0;
	lane->next_ms = 0;
	line_rewind(&lane->line);
	lane->line.forgiving = true;
}

static struct peer_lane *lane_add(struct lanes *lanes, const struct lane *stored, int64_t now_ms)
{
	struct peer_lane *lane = calloc(1, sizeof(*lane));

	lanes->items = realloc(lanes->items, (lanes->count + 1) * sizeof(struct peer_lane *));
	if (!lane || !lanes->items)
		abort();
	line_init(&lane->line);
	lane->lane = *stored;
	lane->lane.last_error = STR_NONE;
	lane_forgive(lane, now_ms);
	lanes->items[lanes->count++] = lane;
	return lane;
}

static void lane_set_peer(struct peer_lane *lane, const struct peer *peer)
{
	struct arena *arena = arena_new();

	lane->peer = *peer;
	lane->peer.domain = arena_str(arena, peer->domain);
	lane->peer.url = arena_str(arena, peer->url);
	lane->peer.actor_uri = arena_str(arena, peer->actor_uri);
	lane->peer.inbox = lane->peer.key_id = lane->peer.key_pem = STR_NONE;
	arena_free(lane->arena);
	lane->arena = arena;
	lane->listed = true;
	lane->next_ms = 0;
}

static void lane_update(struct lanes *lanes, const struct peer *peer, const struct lane *stored, int64_t now_ms)
{
	struct peer_lane *lane = lanes_find(lanes, peer->id);

	if (!lane)
		lane = lane_add(lanes, stored, now_ms);
	else if (lane->peer.paused && !peer->paused)
		lane_forgive(lane, now_ms);
	/* An operator cleared it (`peer resume`). */
	else if (!stored->down_since_ms && !stored->failures)
		lane_resume(lane, now_ms);
	lane_set_peer(lane, peer);
}

static int read_in(struct lanes *lanes, struct arena *arena, struct view *view, int64_t now_ms)
{
	struct peer *peers;
	size_t count;
	int err = peers_each(arena, view, &peers, &count);

	if (err != OK)
		return err;
	for (size_t i = 0; i < lanes->count; i++)
		lanes->items[i]->listed = false;
	for (size_t i = 0; i < count; i++) {
		struct lane stored;

		/* A lane that cannot be read is as good as new. */
		if (lanes_get(arena, view, peers[i].id, &stored) != OK)
			stored = (struct lane){ .peer_id = peers[i].id };
		/* What waits for a blocked one stays, as in a pause, until it expires. */
		peers[i].paused |= policy_blocks_peer(arena, view, &peers[i]);
		lane_update(lanes, &peers[i], &stored, now_ms);
	}
	return OK;
}

void lanes_read(struct lanes *lanes, int64_t now_ms)
{
	struct arena *arena = arena_new();
	struct view *view;

	if (view_begin(lanes->store, &view) == OK) {
		if (read_in(lanes, arena, view, now_ms) == OK)
			lanes_sweep(lanes);
		view_end(view);
	}
	arena_free(arena);
}

/* --- what may begin --------------------------------------------------------------------------------------------- */

void lane_filled(struct peer_lane *lane)
{
	lane->line.exhausted = false;
	lane->next_ms = 0;
}

void lane_resume(struct peer_lane *lane, int64_t now_ms)
{
	int64_t again_ms = lane->resumed_ms + RESUME_PAUSE_MS;

	if (!lane->lane.down_since_ms)
		return;
	if (now_ms >= again_ms || now_ms < lane->resumed_ms) {
		lane_forgive(lane, now_ms);
	} else if (lane->lane.next_try_ms > again_ms) {
		lane->lane.next_try_ms = again_ms;
		lane->next_ms = 0;
	}
}

/* How many requests it may have under way: one probe while it is down. */
static size_t lane_limit(const struct lanes *lanes, const struct peer_lane *lane, int64_t now_ms)
{
	if (!lane->listed || lane->peer.paused)
		return 0;
	if (!lane->lane.down_since_ms)
		return lanes->per_peer_max;
	return now_ms >= lane->lane.next_try_ms ? 1 : 0;
}

static void lane_load(const struct lanes *lanes, struct peer_lane *lane)
{
	struct line *line = &lane->line;
	size_t count = 0, room = line_room(line), max = room < LOAD_PAGE ? room : LOAD_PAGE;
	struct delivery *page;
	struct arena *arena;
	struct view *view;

	if (line->exhausted || !max || view_begin(lanes->store, &view) != OK)
		return;
	arena = arena_new();
	if (deliveries_page(arena, view, lane->peer.id, line->after, max, &page, &count) == OK) {
		line_load(line, page, count);
		line->exhausted = count < max;
		line->forgiving = line->forgiving && !line->exhausted;
	}
	view_end(view);
	arena_free(arena);
}

/* When something may begin by time alone; an end under way, or a wake, looks anew. */
static int64_t next_ms(const struct lanes *lanes, const struct peer_lane *lane, int64_t now_ms)
{
	const struct line *line = &lane->line;

	if (!lane->listed || lane->peer.paused)
		return INT64_MAX;
	if (line->in_flight >= (lane->lane.down_since_ms ? 1 : lanes->per_peer_max))
		return INT64_MAX;
	if (lane->lane.down_since_ms && lane->lane.next_try_ms > now_ms)
		return line->count || !line->exhausted ? lane->lane.next_try_ms : INT64_MAX;
	if (!line->exhausted && line_room(line))
		return now_ms + LOAD_AGAIN_MS;
	return line_next_ms(line, now_ms);
}

struct line_item *lane_pick(const struct lanes *lanes, struct peer_lane *lane, int64_t now_ms)
{
	struct line_item *item = NULL;

	if (lane->line.in_flight < lane_limit(lanes, lane, now_ms)) {
		item = line_pick(&lane->line, now_ms);
		while (!item && !lane->line.exhausted) {
			size_t before = lane->line.count;

			lane_load(lanes, lane);
			item = line_pick(&lane->line, now_ms);
			if (lane->line.count == before)
				break;
		}
	}
	if (!item)
		lane->next_ms = next_ms(lanes, lane, now_ms);
	return item;
}

/* --- how it fares ----------------------------------------------------------------------------------------------- */

bool lane_succeeded(struct peer_lane *lane, int64_t now_ms)
{
	struct lane *health = &lane->lane;
	bool news = health->down_since_ms || health->failures || now_ms - health->success_ms >= SUCCESS_NOTE_MS;

	health->failures = 0;
	health->down_since_ms = health->next_try_ms = 0;
	if (news)
		health->success_ms = now_ms;
	return news;
}

static int64_t lane_down(struct peer_lane *lane, int64_t retry_after_ms, int64_t now_ms)
{
	struct lane *health = &lane->lane;
	int64_t since_ms, wait_ms;
	uint8_t dice;

	hash_random(&dice, 1);
	if (!health->down_since_ms)
		health->down_since_ms = now_ms;
	since_ms = health->down_since_ms > lane->resumed_ms ? health->down_since_ms : lane->resumed_ms;
	wait_ms = lane_backoff_ms(now_ms - since_ms, health->failures, dice);
	if (retry_after_ms > RETRY_AFTER_MAX_MS)
		retry_after_ms = RETRY_AFTER_MAX_MS;
	if (retry_after_ms > wait_ms)
		wait_ms = retry_after_ms;
	health->next_try_ms = now_ms + wait_ms;
	return wait_ms;
}

/* What a restart or an operator should know: the first failures, now and then how it goes on, and each wait that is
 * long. */
static bool failure_is_news(uint64_t failures, int64_t wait_ms)
{
	return failures <= LANE_FAILURES_TO_DOWN || failures % 10 == 0 || wait_ms >= MINUTE_MS;
}

bool lane_failed(struct peer_lane *lane, enum verdict verdict, int64_t retry_after_ms, int64_t now_ms)
{
	int64_t wait_ms = 0;

	lane->lane.failures++;
	if (verdict == VERDICT_DOWN || lane->lane.failures >= LANE_FAILURES_TO_DOWN)
		wait_ms = lane_down(lane, retry_after_ms, now_ms);
	return failure_is_news(lane->lane.failures, wait_ms);
}
