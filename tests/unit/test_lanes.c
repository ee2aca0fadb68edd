/* What the delivery thread remembers of how a peer fares: down, parked, there again. */
#include "federation/lanes.h"

#include <stdlib.h>

#include "storage/base/clock.h"
#include "tests/unit/tap.h"

static const int64_t now_ms = INT64_C(1795507200000);

/* A peer that has been down for so long, and as long nothing was heard of it. */
static struct peer_lane *down_for(int64_t down_ms)
{
	struct peer_lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		abort();
	line_init(&lane->line);
	lane->resumed_ms = lane->lane.down_since_ms = now_ms - down_ms;
	lane->lane.failures = 1000;
	lane->lane.next_try_ms = now_ms;
	return lane;
}

static void end(struct peer_lane *lane)
{
	line_clear(&lane->line);
	free(lane);
}

static void who_is_away_is_asked_more_and_more_rarely(void)
{
	static const struct { int64_t down_ms, low_ms, high_ms; const char *name; } cases[] = {
		{ 10 * MINUTE_MS, 1, 5 * SECOND_MS, "in the first hour every few seconds" },
		{ 2 * (int64_t)HOUR_MS, 3 * MINUTE_MS, 5 * MINUTE_MS, "then in minutes that double" },
		{ 2 * (int64_t)DAY_MS, 9 * (int64_t)HOUR_MS, 15 * (int64_t)HOUR_MS, "up to half a day" },
		{ LANE_PARKED_MS, DAY_MS, DAY_MS, "and once a day from the seventh on" },
		{ 60 * (int64_t)DAY_MS, DAY_MS, DAY_MS, "for as long as anything waits" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer_lane *lane = down_for(cases[i].down_ms);
		int64_t wait_ms;

		lane_failed(lane, VERDICT_DOWN, 0, now_ms);
		wait_ms = lane->lane.next_try_ms - now_ms;
		ok(wait_ms >= cases[i].low_ms && wait_ms <= cases[i].high_ms, "%s (%lld ms)", cases[i].name, (long long)wait_ms);
		end(lane);
	}
}

static void a_long_wait_is_noted(void)
{
	struct peer_lane *lane = down_for(10 * MINUTE_MS);
	size_t noted = 0;

	for (int i = 0; i < 20; i++)
		noted += lane_failed(lane, VERDICT_DOWN, 0, now_ms);
	is_int(noted, 2, "of many probes a second few are kept in the store");
	end(lane);
	lane = down_for(8 * (int64_t)DAY_MS);
	noted = 0;
	for (int i = 0; i < 20; i++)
		noted += lane_failed(lane, VERDICT_DOWN, 0, now_ms);
	is_int(noted, 20, "of those once a day all, so that an operator reads when the next one is");
	end(lane);
}

static void a_sign_of_life_ends_the_wait(void)
{
	struct peer_lane *lane = down_for(8 * (int64_t)DAY_MS);

	lane_failed(lane, VERDICT_DOWN, 0, now_ms);
	lane_resume(lane, now_ms + SECOND_MS);
	is_int(lane->lane.next_try_ms, 0, "who is parked and signs to us is tried at once");
	ok(lane->lane.down_since_ms && lane->line.forgiving, "with all that waits");
	lane_failed(lane, VERDICT_DOWN, 0, now_ms + 2 * SECOND_MS);
	ok(lane->lane.next_try_ms <= now_ms + 7 * SECOND_MS, "and often again for an hour, should that be in vain");
	ok(lane_succeeded(lane, now_ms + 8 * SECOND_MS), "a delivery that is taken is news");
	ok(!lane->lane.down_since_ms && !lane->lane.failures, "and it is up");
	end(lane);
}

int main(void)
{
	who_is_away_is_asked_more_and_more_rarely();
	a_long_wait_is_noted();
	a_sign_of_life_ends_the_wait();
	return done();
}
