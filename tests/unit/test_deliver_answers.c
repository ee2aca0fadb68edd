/* The delivery thread and what peers answer: patience, refusals for good and for a while, what keeps failing. */
#include "federation/deliver.h"

#include "federation/lane.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/peers.h"
#include "tests/rig/office.h"
#include "tests/unit/tap.h"

static void patience_is_honoured(void)
{
	struct office *office = office_of(1, 1);
	int64_t first_ms, second_ms;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 503, .retry_after_s = 2, .times = 1 });
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 10000), "a peer that asked for patience gets all later");
	first_ms = stub_request_at(office->stubs, 0, "POST", 0).at_ms;
	second_ms = stub_request_at(office->stubs, 0, "POST", 1).at_ms;
	ok(second_ms - first_ms >= 1950, "503 with Retry-After is honoured");
	is_str(office_texts_at(office, 0, true), office_numbers(office, 1, 3), "in order");
	office_free(office);
}

static void a_sign_of_life_resumes_at_once(void)
{
	struct office *office = office_of(2, 1);
	int64_t start_ms;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 503, .retry_after_s = 600, .times = 1 });
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 5);
	stub_wait(office->stubs, 0, "POST", 1, 5000);
	office_sleep_ms(2500);
	is_int(stub_count(office->stubs, 0, "POST"), 1, "a peer that asked for ten minutes is left alone");
	start_ms = clock_monotonic_ms();
	deliver_wake(office->deliverer, office->peers[1], true);
	office_sleep_ms(100);
	is_int(stub_count(office->stubs, 0, "POST"), 1, "another one's sign of life means nothing");
	deliver_wake(office->deliverer, office->peers[0], true);
	ok(office_drained(office, 5000), "its own sign of life resumes it");
	ok(clock_monotonic_ms() - start_ms < 1000, "at once");
	is_str(office_texts_at(office, 0, true), office_numbers(office, 1, 5), "in order");
	office_free(office);
}

static void refused_for_good_is_dropped(int status)
{
	struct office *office = office_of(1, 1);
	struct deliver_counters counters;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = status, .match = "\"2\"" });
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 5000), "%d: nothing waits afterwards", status);
	is_str(office_texts_at(office, 0, false), status == 400 ? STR("1 2 2 3") : STR("1 2 3"),
	       "it was sent once, 400 in either form, and the rest passed");
	deliver_counters_get(office->deliverer, &counters);
	ok(counters.sent == 2 && counters.dropped == 1, "and is counted as dropped");
	ok(office_lane(office, 0).dropped == 1 && office_lane(office, 0).dropped_ms, "which the store keeps");
	is_str(office_lane(office, 0).dropped_reason, arena_printf(office->arena, "%d", status), "with the answer");
	office_free(office);
}

static void a_refusal_that_may_pass_is_tried_again(int status)
{
	struct office *office = office_of(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .status = status, .times = 1 });
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 15000), "%d: it is tried again", status);
	is_str(office_texts_at(office, 0, false), STR("1 1 2 3"), "until it passes, and the rest waits behind it");
	office_free(office);
}

/* All that waits has failed for its own reason before: one more time, and it steps aside. */
static int tired_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct delivery *page;
	size_t count;
	int err = deliveries_page(office->arena, txn_view(txn), office->peers[0], 0, 10, &page, &count);

	for (size_t i = 0; i < count && err == OK; i++) {
		page[i].tries = LANE_TRIES_IN_LINE - 2;
		err = deliveries_put(txn, &page[i]);
	}
	return err;
}

static void what_keeps_failing_steps_aside(void)
{
	struct office *office = office_of(1, 2);
	uint64_t object = 4711;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 500, .match = "poison" });
	office_post(office, 0, 0, object, "poison");
	office_write(office, tired_write, office);
	office_start(office);
	office_post(office, 0, 0, 0, "after");
	office_post(office, 0, 0, object, "same object");
	office_sleep_ms(300);
	for (int i = 0; i < 2; i++)
		office_post(office, 0, 1, 0, "other");
	ok(stub_wait(office->stubs, 0, "POST", 3, 2000), "another actor's pass a failing one");
	office_sleep_ms(1000);
	is_str(office_texts_at(office, 0, true), STR("other other"), "its own actor's wait behind it");
	ok(stub_wait(office->stubs, 0, "POST", 5, 9000), "it is tried once more");
	office_sleep_ms(500);
	is_str(office_texts_at(office, 0, true), STR("other other after"),
	       "and steps aside: from now on it holds back only what is about its object");
	is_int(office_waiting(office, 0), 2, "both wait");
	stub_forget(office->stubs, 0);
	office_stop(office);
	office_start(office);
	ok(office_drained(office, 5000), "a restart tries it again whether its time has come or not");
	is_str(office_texts_at(office, 0, true), STR("other other after poison same object"),
	       "and what is about one object stays in order");
	office_free(office);
}

/* A peer that talks to us and takes nothing must not use up the tries of what waits for it. */
static void talk_does_not_use_up_tries(void)
{
	struct office *office = office_of(1, 1);
	size_t posts;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 500 });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	for (int i = 0; i < 400; i++) {
		deliver_wake(office->deliverer, office->peers[0], true);
		office_sleep_ms(10);
	}
	posts = stub_count(office->stubs, 0, "POST");
	ok(posts >= 3 && posts <= 8, "a talkative peer that refuses is asked now and then (%zu times in 4 s)", posts);
	is_int(office_waiting(office, 0), 1, "and nothing is lost");
	stub_forget(office->stubs, 0);
	ok(office_drained(office, 9000), "until it takes it");
	office_free(office);
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	patience_is_honoured();
	a_sign_of_life_resumes_at_once();
	refused_for_good_is_dropped(400);
	refused_for_good_is_dropped(404);
	refused_for_good_is_dropped(410);
	a_refusal_that_may_pass_is_tried_again(401);
	a_refusal_that_may_pass_is_tried_again(403);
	a_refusal_that_may_pass_is_tried_again(500);
	what_keeps_failing_steps_aside();
	talk_does_not_use_up_tries();
	return done();
}
