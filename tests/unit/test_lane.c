/*
 * The waiting line of a peer: order per actor, stepping aside, answers and delays.
 */
#include "federation/lane.h"
#include "storage/base/clock.h"
#include "tests/unit/tap.h"

static struct delivery delivery_of(uint64_t sequence, uint64_t actor, uint64_t object)
{
	return (struct delivery){ .peer_id = 1, .sequence = sequence, .activity_id = sequence, .actor_id = actor,
	                          .object_key = object, .inbox = STR("https://b.example/inbox") };
}

static uint64_t pick(struct line *line, int64_t now_ms)
{
	struct line_item *item = line_pick(line, now_ms);

	if (!item)
		return 0;
	line_started(line, item);
	return item->delivery.sequence;
}

static void an_actors_acts_go_one_after_the_other(void)
{
	struct delivery list[] = { delivery_of(1, 7, 100), delivery_of(2, 7, 101), delivery_of(3, 8, 102) };
	struct line line;

	line_init(&line);
	line_load(&line, list, 3);
	is_int(pick(&line, 0), 1, "the first goes first");
	is_int(pick(&line, 0), 3, "another actor's goes beside it");
	is_int(pick(&line, 0), 0, "the same actor's next one waits");
	line_done(&line, 1);
	is_int(pick(&line, 0), 2, "until the first has arrived");
	line_clear(&line);
}

static void what_keeps_failing_steps_aside(void)
{
	struct delivery list[] = { delivery_of(1, 7, 100), delivery_of(2, 7, 101), delivery_of(3, 7, 100) };
	struct line line;

	line_init(&line);
	line_load(&line, list, 3);
	pick(&line, 0);
	list[0].tries = LANE_TRIES_IN_LINE - 1;
	list[0].not_before_ms = 1000;
	line_again(&line, &list[0]);
	is_int(pick(&line, 500), 0, "a failed one still in line holds its actor back");
	is_int(line_next_ms(&line, 500), 1000, "and its time is known");
	is_int(pick(&line, 1000), 1, "it is tried again when its time comes");
	list[0].tries = LANE_TRIES_IN_LINE;
	list[0].not_before_ms = 60000;
	line_again(&line, &list[0]);
	is_int(pick(&line, 1001), 2, "aside, it lets other objects of its actor pass");
	line_done(&line, 2);
	is_int(pick(&line, 1001), 0, "but never a later act about its own object");
	line_clear(&line);
}

static void a_rewind_keeps_what_is_under_way(void)
{
	struct delivery list[] = { delivery_of(1, 7, 100), delivery_of(2, 8, 101), delivery_of(3, 9, 102) };
	struct line line;

	line_init(&line);
	line_load(&line, list, 3);
	pick(&line, 0);
	line_rewind(&line);
	is_int(line.count, 1, "only what is under way stays");
	line_load(&line, list, 3);
	is_int(line.count, 3, "and it is not loaded twice");
	is_int(pick(&line, 0), 2, "nor sent twice");
	line_again(&line, &list[0]);
	is_int(pick(&line, 0), 1, "back in line it keeps its place");
	is_int(line.in_flight, 2, "two are under way");
	line_clear(&line);
}

static void the_window_is_bounded(void)
{
	struct line line;

	line_init(&line);
	for (uint64_t i = 1; i <= LANE_WINDOW + 10; i++) {
		struct delivery delivery = delivery_of(i, i, i);

		line_load(&line, &delivery, 1);
	}
	is_int(line.count, LANE_WINDOW, "no more than the window is held");
	is_int(line.after, LANE_WINDOW, "and the rest is still to be loaded");
	line_clear(&line);
}

static void what_stepped_aside_does_not_fill_the_window(void)
{
	struct line line;

	line_init(&line);
	for (uint64_t i = 1; i <= LANE_WINDOW + 10; i++) {
		struct delivery delivery = delivery_of(i, i, i);

		delivery.tries = LANE_TRIES_IN_LINE;
		delivery.not_before_ms = 1000;
		line_load(&line, &delivery, 1);
	}
	is_int(line_room(&line), LANE_WINDOW, "a window of those that stepped aside leaves room for the rest");
	is_int(pick(&line, 0), 0, "none of them goes before its time");
	line_clear(&line);
}

static void a_forgiving_line_does_not_wait(void)
{
	struct delivery list[] = { delivery_of(1, 7, 100), delivery_of(2, 8, 101) };
	struct line line;

	list[0].not_before_ms = list[1].not_before_ms = 1000;
	line_init(&line);
	line.forgiving = true;
	line_load(&line, list, 1);
	line.forgiving = false;
	line_load(&line, &list[1], 1);
	is_int(pick(&line, 500), 1, "what was loaded while forgiving goes before its time");
	is_int(pick(&line, 500), 0, "other things do not");
	line_again(&line, &list[0]);
	is_int(pick(&line, 500), 0, "nor does it, the second time");
	is_int(line_next_ms(&line, 500), 1000, "its old time holds again");
	line_clear(&line);
}

static void answers_have_their_meaning(void)
{
	static const struct { int status; enum verdict verdict; } rows[] = {
		{ 0, VERDICT_DOWN }, { 200, VERDICT_DONE }, { 202, VERDICT_DONE }, { 301, VERDICT_DROP },
		{ 400, VERDICT_DROP }, { 401, VERDICT_RETRY }, { 403, VERDICT_RETRY }, { 404, VERDICT_DROP },
		{ 408, VERDICT_DOWN }, { 410, VERDICT_GONE }, { 413, VERDICT_DROP }, { 422, VERDICT_DROP },
		{ 429, VERDICT_DOWN }, { 500, VERDICT_RETRY }, { 501, VERDICT_DROP }, { 502, VERDICT_DOWN },
		{ 503, VERDICT_DOWN }, { 504, VERDICT_DOWN }, { 507, VERDICT_DOWN }, { 599, VERDICT_RETRY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(lane_verdict(rows[i].status) == rows[i].verdict, "an answer of %d means what it should", rows[i].status);
}

static void delays_keep_their_promises(void)
{
	bool probed = true;
	int64_t hour = HOUR_MS, day = DAY_MS;

	for (uint64_t failures = 1; failures < 1000; failures++)
		probed = probed && lane_backoff_ms(hour - 1, failures, 255) <= 5 * SECOND_MS;
	ok(probed, "in its first hour a peer that is down is probed every 10 s, a connection of 5 s included");
	is_int(lane_backoff_ms(0, 1, 0), SECOND_MS, "the first try again comes after a second");
	ok(lane_backoff_ms(2 * hour, 400, 128) >= 3 * MINUTE_MS && lane_backoff_ms(2 * hour, 400, 128) <= 5 * MINUTE_MS,
	   "after two hours it is minutes");
	ok(lane_backoff_ms(5 * day, 900, 255) <= 12 * hour + 12 * hour / 5, "never above 12 hours and a fifth");
	ok(lane_backoff_ms(5 * day, 900, 0) >= 12 * hour - 12 * hour / 5, "nor much below once it is old");
	is_int(lane_backoff_ms(8 * day, 900, 7), day, "after a week it is daily");
	ok(delivery_backoff_ms(1) == SECOND_MS && delivery_backoff_ms(LANE_TRIES_IN_LINE) == MINUTE_MS,
	   "one delivery's own failures have delays of their own");
}

int main(void)
{
	an_actors_acts_go_one_after_the_other();
	what_keeps_failing_steps_aside();
	a_rewind_keeps_what_is_under_way();
	the_window_is_bounded();
	what_stepped_aside_does_not_fill_the_window();
	a_forgiving_line_does_not_wait();
	answers_have_their_meaning();
	delays_keep_their_promises();
	return done();
}
