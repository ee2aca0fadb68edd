/* The delivery thread against stub peers on loopback: order, health, restarts, and what one peer costs the others. */
#include "federation/deliver.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "federation/lane.h"
#include "federation/pkey.h"
#include "federation/signature.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/base/pool.h"
#include "storage/engine/writer.h"
#include "storage/peers.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/office.h"
#include "tests/unit/tap.h"

enum { STOPS = 25 };

static struct office *open_office(size_t peers, size_t actors)
{
	struct office_options options = { .peers = peers, .actors = actors };

	return office_new(&options);
}

static void sleep_ms(int64_t ms)
{
	struct timespec wait = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&wait, NULL);
}

static struct str text_of(const struct stub_request *request)
{
	struct str body = request->body;
	size_t at = str_find(body, STR("\"text\":\""));

	body = at == SIZE_MAX ? STR_NONE : str_sub(body, at + 8, SIZE_MAX);
	return str_cut(&body, '"');
}

/* The texts that a peer got, in order: "1 2 3". `taken`: only what it answered with 2xx. */
static struct str texts_at(struct office *office, size_t peer, bool taken)
{
	size_t count = stub_count(office->stubs, peer, "POST");
	struct buf texts;

	buf_init(&texts, office->arena, 0);
	for (size_t i = 0; i < count; i++) {
		struct stub_request request = stub_request_at(office->stubs, peer, "POST", i);

		if (taken && request.status / 100 != 2)
			continue;
		if (texts.n)
			buf_add_char(&texts, ' ');
		buf_add(&texts, text_of(&request));
	}
	return buf_str(&texts);
}

static struct str numbers(struct office *office, int from, int to)
{
	struct buf texts;

	buf_init(&texts, office->arena, 0);
	for (int i = from; i <= to; i++)
		buf_printf(&texts, i > from ? " %d" : "%d", i);
	return buf_str(&texts);
}

static void post_numbers(struct office *office, size_t peer, size_t actor, int from, int to)
{
	for (int i = from; i <= to; i++)
		office_post(office, peer, actor, 0, arena_printf(office->arena, "%d", i).p);
}

/* --- one delivery ----------------------------------------------------------------------------------------------- */

static bool signature_is_good(struct office *office, size_t peer, const struct stub_request *got, const char *key_id)
{
	struct signature_request request = { .method = got->method, .target = got->target, .headers = got->headers,
		                             .header_count = got->header_count, .body = got->body,
		                             .origin = stub_origin(office->stubs, peer) };
	struct str host = stub_domain(office->stubs, peer);
	struct signature_policy policy = { .hosts = &host, .host_count = 1, .now_ms = clock_now_ms(),
		                           .tolerance_ms = MINUTE_MS };
	struct signature signature;
	struct pkey *key;
	const char *reason;

	return signature_parse(office->arena, &request, &signature, &reason) == OK &&
	       str_eq(signature.key_id, str_of(key_id)) &&
	       signature_check_request(office->arena, &request, &signature, &policy, NULL, &reason) == OK &&
	       pkey_parse_public(office->arena, office->public_pem, &key) == OK &&
	       signature_verify(office->arena, &request, &signature, key, &reason) == OK;
}

static struct str header_of(const struct stub_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (str_eq_nocase(request->headers[i].name, str_of(name)))
			return request->headers[i].value;
	return STR_NONE;
}

static void an_activity_arrives_once(void)
{
	struct office *office = open_office(1, 1);
	struct deliver_counters counters;
	struct stub_request got;

	office_start(office);
	ok(stub_wait(office->stubs, 0, "GET", 1, 5000), "a starting node says hello to its peer");
	got = stub_request_at(office->stubs, 0, "GET", 0);
	is_str(got.target, STR("/actor"), "with a GET of its instance actor");
	ok(signature_is_good(office, 0, &got, "http://a.example/u/0#main-key"), "signed by ours");
	office_post(office, 0, 0, 0, "one");
	ok(stub_wait(office->stubs, 0, "POST", 1, 5000), "an activity arrives");
	got = stub_request_at(office->stubs, 0, "POST", 0);
	is_str(got.target, STR("/inbox"), "at the inbox");
	is_str(got.body, STR("{\"type\":\"Create\",\"text\":\"one\"}"), "with its exact bytes");
	is_str(header_of(&got, "Content-Type"), STR("application/activity+json"), "and its content type");
	is_str(header_of(&got, "User-Agent"), STR("office/1"), "from a client with a name");
	ok(signature_is_good(office, 0, &got, "http://a.example/u/1#main-key"), "signed by its actor");
	ok(office_drained(office, 5000), "then nothing waits");
	sleep_ms(100);
	is_int(stub_count(office->stubs, 0, "POST"), 1, "it arrives once");
	deliver_counters_get(office->deliverer, &counters);
	ok(counters.sent == 1 && !counters.failed && !counters.dropped && !counters.in_flight, "and is counted");
	ok(office_lane(office, 0).success_ms > 0, "the lane notes the success");
	office_free(office);
}

static void a_hello_knows_the_peers_own_address(void)
{
	struct office *office = open_office(0, 0);

	office_start(office);
	sleep_ms(20);
	ok(true, "no peers at all: nothing to do");
	office_free(office);
}

/* --- the form of signatures ------------------------------------------------------------------------------------- */

static const char *form_of(struct office *office, size_t n)
{
	struct stub_request got = stub_request_at(office->stubs, 0, "POST", n);

	return header_of(&got, "Signature-Input").n ? "RFC 9421" : header_of(&got, "Digest").n ? "draft" : "none";
}

static void a_refused_signature_is_made_in_the_other_form(void)
{
	struct office *office = open_office(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 401, .lacking = "Signature-Input:" });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(office_drained(office, 5000), "a peer that reads RFC 9421 alone gets an activity");
	is_int(stub_count(office->stubs, 0, "POST"), 2, "by the second knock, at once");
	is_str(str_of(form_of(office, 0)), STR("draft"), "the first was in the draft's form");
	is_str(str_of(form_of(office, 1)), STR("RFC 9421"), "the second was not");
	office_post(office, 0, 0, 0, "2");
	ok(office_drained(office, 5000), "so the next one");
	is_int(stub_count(office->stubs, 0, "POST"), 3, "needs one knock");
	is_str(str_of(form_of(office, 2)), STR("RFC 9421"), "in the form that was learned");
	office_stop(office);
	stub_forget(office->stubs, 0);
	stub_say(office->stubs, 0, (struct stub_answer){ .status = 400, .bearing = "Signature-Input:" });
	office_start(office);
	office_post(office, 0, 0, 0, "3");
	ok(office_drained(office, 5000), "a peer that lost it again gets what comes next");
	is_str(str_of(form_of(office, 3)), STR("RFC 9421"), "what was learned is known after a restart");
	is_str(str_of(form_of(office, 4)), STR("draft"), "and is unlearned");
	office_free(office);
}

static void a_wish_is_granted(void)
{
	struct office *office = open_office(1, 1);
	struct stub_request got;

	stub_say(office->stubs, 0, (struct stub_answer){
		.status = 401, .lacking = "nonce=\"n1\"",
		.says = "accept-signature: theirs=(\"@method\" \"@authority\");created;nonce=\"n1\"",
	});
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(office_drained(office, 5000), "a peer that says how it would have a signature gets it so");
	is_int(stub_count(office->stubs, 0, "POST"), 2, "at the second knock");
	got = stub_request_at(office->stubs, 0, "POST", 1);
	ok(str_starts(header_of(&got, "Signature-Input"), STR("theirs=(\"@method\" \"@target-uri\" \"@authority\"")),
	   "under its label, over what it wants covered");
	ok(signature_is_good(office, 0, &got, "http://a.example/u/1#main-key"), "and it verifies");
	office_free(office);
}

static void a_hello_is_signed_as_its_peer_reads(void)
{
	struct office *office = open_office(1, 1);
	struct stub_request got;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 401, .lacking = "Signature-Input:" });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(office_drained(office, 5000) && stub_wait(office->stubs, 0, "GET", 1, 5000), "who took RFC 9421 alone");
	office_stop(office);
	office_start(office);
	ok(stub_wait(office->stubs, 0, "GET", 2, 5000), "is told that we are back");
	got = stub_request_at(office->stubs, 0, "GET", 1);
	ok(header_of(&got, "Signature-Input").n && signature_is_good(office, 0, &got, "http://a.example/u/0#main-key"),
	   "in that form");
	office_free(office);
}

static void nobody_knocks_twice_for_ever(void)
{
	struct office *office = open_office(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 400 });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(office_drained(office, 5000), "a peer that refuses both forms");
	is_int(stub_count(office->stubs, 0, "POST"), 2, "is knocked at twice");
	office_post(office, 0, 0, 0, "2");
	ok(office_drained(office, 5000), "then, for a while,");
	is_int(stub_count(office->stubs, 0, "POST"), 3, "once");
	office_free(office);
}

/* --- order ------------------------------------------------------------------------------------------------------ */

static void an_actors_order_is_kept(void)
{
	struct office *office = open_office(1, 4);
	size_t last[4] = { 0 };
	bool in_order = true;

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 10 });
	for (int i = 1; i <= 25; i++)
		for (size_t actor = 0; actor < 4; actor++)
			office_post(office, 0, actor, 0, arena_printf(office->arena, "%zu%02d", actor, i).p);
	office_start(office);
	ok(office_drained(office, 20000), "a hundred activities of four actors arrive");
	is_int(stub_count(office->stubs, 0, "POST"), 100, "each once");
	is_int(stub_side_by_side(office->stubs, 0), 4, "four side by side");
	for (size_t i = 0; i < 100; i++) {
		struct stub_request got = stub_request_at(office->stubs, 0, "POST", i);
		uint64_t n = 0;

		str_to_u64(text_of(&got), &n);
		in_order = in_order && n % 100 == ++last[n / 100];
	}
	ok(in_order, "each actor's in the order in which they were done");
	office_free(office);
}

static void one_actor_has_one_in_flight(void)
{
	struct office *office = open_office(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 5 });
	post_numbers(office, 0, 0, 1, 20);
	office_start(office);
	ok(office_drained(office, 10000), "one actor's activities arrive");
	is_int(stub_side_by_side(office->stubs, 0), 1, "one after the other");
	is_str(texts_at(office, 0, false), numbers(office, 1, 20), "in order");
	office_free(office);
}

/* --- what one peer costs the others ----------------------------------------------------------------------------- */

static int64_t slowest_of_ten(struct office *office, size_t peer)
{
	int64_t slowest_ms = 0;

	for (size_t i = 0; i < 10; i++) {
		int64_t start_ms = clock_monotonic_ms(), ms;
		size_t before = stub_count(office->stubs, peer, "POST");

		office_post(office, peer, 0, 0, "x");
		if (!stub_wait(office->stubs, peer, "POST", before + 1, 5000))
			return INT64_MAX;
		ms = clock_monotonic_ms() - start_ms;
		slowest_ms = ms > slowest_ms ? ms : slowest_ms;
		sleep_ms(20);
	}
	return slowest_ms;
}

static void a_dead_peer_costs_others_nothing(void)
{
	struct office *office = open_office(4, 4);

	stub_down(office->stubs, 1);
	stub_say(office->stubs, 2, (struct stub_answer){ .manner = STUB_HANG });
	stub_say(office->stubs, 3, (struct stub_answer){ .manner = STUB_CLOSE });
	office_start(office);
	for (size_t peer = 1; peer < 4; peer++)
		for (size_t actor = 0; actor < 4; actor++)
			post_numbers(office, peer, actor, 1, 10);
	ok(slowest_of_ten(office, 0) < 500, "beside a refusing, a hanging and a broken peer all goes well");
	is_int(office_waiting(office, 1) + office_waiting(office, 2) + office_waiting(office, 3), 120,
	       "what is for them waits");
	office_free(office);
}

static void a_peer_that_comes_back_gets_all(void)
{
	struct office *office = open_office(2, 2);
	int64_t start_ms;

	stub_down(office->stubs, 0);
	office_start(office);
	post_numbers(office, 0, 0, 1, 150);
	sleep_ms(3000);
	ok(office_lane(office, 0).down_since_ms > 0, "a peer that refuses connections counts as down");
	is_str(office_lane(office, 0).last_error, STR("no answer"), "with its reason");
	stub_up(office->stubs, 0);
	start_ms = clock_monotonic_ms();
	ok(office_drained(office, 10000), "when it is back it gets all that waited");
	ok(clock_monotonic_ms() - start_ms < 8000, "within seconds");
	is_str(texts_at(office, 0, false), numbers(office, 1, 150), "in order, nothing twice");
	ok(office_lane(office, 0).down_since_ms == 0 && office_lane(office, 0).failures == 0, "and counts as up");
	is_str(office_lane(office, 0).last_error, STR("no answer"), "but the last error is still known");
	office_free(office);
}

static void a_hundred_peers_at_once(void)
{
	struct office *office = open_office(100, 3);
	bool all = true;

	office_start(office);
	office_post_many(office, 6);
	ok(office_drained(office, 30000), "a hundred peers get six activities each");
	for (size_t i = 0; i < 100; i++)
		all = all && stub_count(office->stubs, i, "POST") == 6 && stub_count(office->stubs, i, "GET") == 1;
	ok(all, "each of them once, and one hello");
	office_free(office);
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

static void patience_is_honoured(void)
{
	struct office *office = open_office(1, 1);
	int64_t first_ms, second_ms;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 503, .retry_after_s = 2, .times = 1 });
	office_start(office);
	post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 10000), "a peer that asked for patience gets all later");
	first_ms = stub_request_at(office->stubs, 0, "POST", 0).at_ms;
	second_ms = stub_request_at(office->stubs, 0, "POST", 1).at_ms;
	ok(second_ms - first_ms >= 1950, "503 with Retry-After is honoured");
	is_str(texts_at(office, 0, true), numbers(office, 1, 3), "in order");
	office_free(office);
}

static void a_sign_of_life_resumes_at_once(void)
{
	struct office *office = open_office(2, 1);
	int64_t start_ms;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 503, .retry_after_s = 600, .times = 1 });
	office_start(office);
	post_numbers(office, 0, 0, 1, 5);
	stub_wait(office->stubs, 0, "POST", 1, 5000);
	sleep_ms(2500);
	is_int(stub_count(office->stubs, 0, "POST"), 1, "a peer that asked for ten minutes is left alone");
	start_ms = clock_monotonic_ms();
	deliver_wake(office->deliverer, office->peers[1], true);
	sleep_ms(100);
	is_int(stub_count(office->stubs, 0, "POST"), 1, "another one's sign of life means nothing");
	deliver_wake(office->deliverer, office->peers[0], true);
	ok(office_drained(office, 5000), "its own sign of life resumes it");
	ok(clock_monotonic_ms() - start_ms < 1000, "at once");
	is_str(texts_at(office, 0, true), numbers(office, 1, 5), "in order");
	office_free(office);
}

static void refused_for_good_is_dropped(int status)
{
	struct office *office = open_office(1, 1);
	struct deliver_counters counters;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = status, .match = "\"2\"" });
	office_start(office);
	post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 5000), "%d: nothing waits afterwards", status);
	is_str(texts_at(office, 0, false), status == 400 ? STR("1 2 2 3") : STR("1 2 3"),
	       "it was sent once, 400 in either form, and the rest passed");
	deliver_counters_get(office->deliverer, &counters);
	ok(counters.sent == 2 && counters.dropped == 1, "and is counted as dropped");
	ok(office_lane(office, 0).dropped == 1 && office_lane(office, 0).dropped_ms, "which the store keeps");
	is_str(office_lane(office, 0).dropped_reason, arena_printf(office->arena, "%d", status), "with the answer");
	office_free(office);
}

static void a_refusal_that_may_pass_is_tried_again(int status)
{
	struct office *office = open_office(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .status = status, .times = 1 });
	office_start(office);
	post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 15000), "%d: it is tried again", status);
	is_str(texts_at(office, 0, false), STR("1 1 2 3"), "until it passes, and the rest waits behind it");
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
	struct office *office = open_office(1, 2);
	uint64_t object = 4711;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 500, .match = "poison" });
	office_post(office, 0, 0, object, "poison");
	office_write(office, tired_write, office);
	office_start(office);
	office_post(office, 0, 0, 0, "after");
	office_post(office, 0, 0, object, "same object");
	sleep_ms(300);
	for (int i = 0; i < 2; i++)
		office_post(office, 0, 1, 0, "other");
	ok(stub_wait(office->stubs, 0, "POST", 3, 2000), "another actor's pass a failing one");
	sleep_ms(1000);
	is_str(texts_at(office, 0, true), STR("other other"), "its own actor's wait behind it");
	ok(stub_wait(office->stubs, 0, "POST", 5, 9000), "it is tried once more");
	sleep_ms(500);
	is_str(texts_at(office, 0, true), STR("other other after"),
	       "and steps aside: from now on it holds back only what is about its object");
	is_int(office_waiting(office, 0), 2, "both wait");
	stub_forget(office->stubs, 0);
	office_stop(office);
	office_start(office);
	ok(office_drained(office, 5000), "a restart tries it again whether its time has come or not");
	is_str(texts_at(office, 0, true), STR("other other after poison same object"),
	       "and what is about one object stays in order");
	office_free(office);
}

/* A peer that talks to us and takes nothing must not use up the tries of what waits for it. */
static void talk_does_not_use_up_tries(void)
{
	struct office *office = open_office(1, 1);
	size_t posts;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 500 });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	for (int i = 0; i < 400; i++) {
		deliver_wake(office->deliverer, office->peers[0], true);
		sleep_ms(10);
	}
	posts = stub_count(office->stubs, 0, "POST");
	ok(posts >= 3 && posts <= 8, "a talkative peer that refuses is asked now and then (%zu times in 4 s)", posts);
	is_int(office_waiting(office, 0), 1, "and nothing is lost");
	stub_forget(office->stubs, 0);
	ok(office_drained(office, 9000), "until it takes it");
	office_free(office);
}

/* --- stopping, starting ----------------------------------------------------------------------------------------- */

static void the_queue_survives_stops(void)
{
	struct office *office = open_office(2, 4);
	bool seen[2][41] = { { false } }, all = true;
	size_t repeats = 0;

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 3 });
	for (int i = 1; i <= 40; i++)
		for (size_t peer = 0; peer < 2; peer++)
			office_post(office, peer, (size_t)i % 4, 0, arena_printf(office->arena, "%d", i).p);
	for (int i = 0; i < STOPS; i++) {
		office_start(office);
		sleep_ms(i % 10);
		office_stop(office);
	}
	office_start(office);
	ok(office_drained(office, 10000), "the queue survives stops in the middle");
	for (size_t peer = 0; peer < 2; peer++)
		for (size_t i = 0; i < stub_count(office->stubs, peer, "POST"); i++) {
			struct stub_request got = stub_request_at(office->stubs, peer, "POST", i);
			uint64_t n = 0;

			str_to_u64(text_of(&got), &n);
			repeats += seen[peer][n];
			seen[peer][n] = true;
		}
	for (int i = 1; i <= 40; i++)
		all = all && seen[0][i] && seen[1][i];
	ok(all, "nothing is lost");
	ok(repeats <= (size_t)STOPS * 8, "and no more repeated than was under way (%zu)", repeats);
	office_free(office);
}

static void a_restart_does_not_wait_for_old_delays(void)
{
	struct office *office = open_office(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 503, .retry_after_s = 3000, .times = 1 });
	office_start(office);
	post_numbers(office, 0, 0, 1, 3);
	stub_wait(office->stubs, 0, "POST", 1, 5000);
	sleep_ms(200);
	office_stop(office);
	ok(office_lane(office, 0).next_try_ms > clock_now_ms() + MINUTE_MS, "a long delay is stored");
	office_start(office);
	ok(office_drained(office, 5000), "and forgotten by a restart");
	office_free(office);
}

static void stopping_is_quick(void)
{
	struct office_options options = { .peers = 20, .actors = 4, .total_timeout_ms = 60000 };
	struct office *office = office_new(&options);
	int64_t start_ms;

	for (size_t i = 0; i < 20; i++)
		stub_say(office->stubs, i, (struct stub_answer){ .manner = STUB_HANG });
	office_start(office);
	office_post_many(office, 4);
	stub_wait(office->stubs, SIZE_MAX, "POST", 80, 10000);
	start_ms = clock_monotonic_ms();
	office_stop(office);
	ok(clock_monotonic_ms() - start_ms < 1000, "stopping does not wait for hanging requests");
	is_int(office_waiting(office, 0), 4, "which go again at the next start");
	office_free(office);
}

/* --- the list changes ------------------------------------------------------------------------------------------- */

static void a_paused_peer_gets_nothing(void)
{
	struct office *office = open_office(1, 1);

	office_pause(office, 0, true);
	office_start(office);
	post_numbers(office, 0, 0, 1, 5);
	deliver_wake(office->deliverer, office->peers[0], true);
	sleep_ms(300);
	is_int(stub_count(office->stubs, 0, "POST") + stub_count(office->stubs, 0, "GET"), 0, "a paused peer gets nothing");
	office_pause(office, 0, false);
	ok(office_drained(office, 5000), "and loses nothing");
	is_str(texts_at(office, 0, false), numbers(office, 1, 5), "in order");
	office_free(office);
}

static void a_pause_in_the_middle(void)
{
	struct office *office = open_office(1, 1);
	size_t before;

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 20 });
	office_start(office);
	post_numbers(office, 0, 0, 1, 20);
	stub_wait(office->stubs, 0, "POST", 3, 5000);
	office_pause(office, 0, true);
	sleep_ms(100);
	before = stub_count(office->stubs, 0, "POST");
	sleep_ms(200);
	is_int(stub_count(office->stubs, 0, "POST") - before, 0, "a pause holds from then on");
	office_pause(office, 0, false);
	ok(office_drained(office, 5000), "and its end lets the rest go");
	is_str(texts_at(office, 0, false), numbers(office, 1, 20), "in order, nothing twice");
	office_free(office);
}

static void a_peer_is_removed_while_in_flight(void)
{
	struct office *office = open_office(2, 4);

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 300 });
	stub_say(office->stubs, 1, (struct stub_answer){ .delay_ms = 300, .status = 500 });
	office_start(office);
	office_post_many(office, 8);
	stub_wait(office->stubs, SIZE_MAX, "POST", 8, 5000);
	office_remove(office, 0);
	office_remove(office, 1);
	sleep_ms(700);
	is_int(stub_count(office->stubs, SIZE_MAX, "POST"), 8, "a removed peer gets no more than was under way");
	is_int(office_waiting(office, 0) + office_waiting(office, 1), 0, "and a verdict brings nothing back");
	ok(office_lane(office, 1).failures == 0, "not even its lane");
	office_free(office);
}

static int add_peer_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct peer peer = { .domain = stub_domain(office->stubs, 0), .url = stub_origin(office->stubs, 0) };
	int err = peers_put(txn, &peer);

	office->peers[0] = peer.id;
	return err;
}

static void a_peer_is_added_while_running(void)
{
	struct office *office = open_office(1, 1);

	office_start(office);
	office_remove(office, 0);
	office_write(office, add_peer_write, office);
	post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 5000), "a peer that is added while we run gets what is for it");
	office_free(office);
}

/* --- our own troubles ------------------------------------------------------------------------------------------- */

/* Plans the failure between two commits: on the writer's thread, the commit of this write being the first. */
static int fill_disk_write(struct txn *txn, void *arg)
{
	struct office *office = arg;

	(void)txn;
	engine_mem_fail_commit(office->engine, 2, ERR_FULL);
	return OK;
}

static void a_full_disk_does_not_spin(void)
{
	struct office *office = open_office(1, 1);
	struct writer_counters before, after;

	office_start(office);
	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 200 });
	office_post(office, 0, 0, 0, "1");
	stub_wait(office->stubs, 0, "POST", 1, 5000);
	office_write(office, fill_disk_write, office);
	writer_counters_get(office->writer, &before);
	sleep_ms(600);
	writer_counters_get(office->writer, &after);
	is_int(after.failed_commits - before.failed_commits, 1, "the disk was full when the verdict came");
	is_int(after.batches - before.batches, 1, "nobody tries without a pause");
	ok(office_drained(office, 5000), "then it is stored");
	is_int(stub_count(office->stubs, 0, "POST"), 1, "and nothing was sent twice for it");
	office_free(office);
}

static atomic_bool release_pool;

static void occupy(void *arg)
{
	(void)arg;
	while (!atomic_load(&release_pool))
		sleep_ms(1);
}

/* Until release_pool; the caller frees it when the office is gone. */
static struct pool_item *fill_pool(struct office *office)
{
	struct pool_item *items = calloc(2000, sizeof(*items));

	atomic_store(&release_pool, false);
	/* Twice in vain: its threads have taken theirs from the queue by then. */
	for (size_t taken = 0, vain = 0; taken < 2000 && vain < 2;) {
		items[taken].run = occupy;
		if (pool_submit(office->pool, &items[taken]) == OK) {
			taken++;
			continue;
		}
		vain++;
		sleep_ms(20);
	}
	return items;
}

static void a_full_pool_only_delays(void)
{
	struct office *office = open_office(1, 1);
	struct pool_item *items = fill_pool(office);

	post_numbers(office, 0, 0, 1, 3);
	office_start(office);
	sleep_ms(300);
	is_int(stub_count(office->stubs, 0, "POST"), 0, "while the pool is full nothing goes");
	atomic_store(&release_pool, true);
	ok(office_drained(office, 5000), "then all does");
	ok(stub_wait(office->stubs, 0, "GET", 1, 1000), "the hello, too");
	office_free(office);
	free(items);
}

/* A 400 means the end of a delivery, unless a second knock is still to come. */
static void a_second_knock_waits_for_the_pool(void)
{
	struct office *office = open_office(1, 1);
	struct pool_item *items;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 400, .lacking = "Signature-Input:", .delay_ms = 700 });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(stub_wait(office->stubs, 0, "POST", 1, 5000), "while a peer thinks about the first knock");
	items = fill_pool(office);
	sleep_ms(1000);
	ok(stub_count(office->stubs, 0, "POST") == 1 && office_waiting(office, 0) == 1,
	   "the pool fills up: there is no second, and the delivery stays");
	atomic_store(&release_pool, true);
	ok(office_drained(office, 5000), "when there is room it goes on");
	is_int(stub_count(office->stubs, 0, "POST"), 3, "with both knocks");
	is_str(str_of(form_of(office, 2)), STR("RFC 9421"), "to its end");
	office_free(office);
	free(items);
}

static int expire_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct delivery *page;
	size_t count;
	int err = deliveries_page(office->arena, txn_view(txn), office->peers[0], 0, 3, &page, &count);

	for (size_t i = 0; i + 1 < count && err == OK; i++) {
		page[i].expires_ms = txn_now_ms(txn) - 1;
		err = deliveries_put(txn, &page[i]);
	}
	return err;
}

static void what_expired_is_not_sent(void)
{
	struct office *office = open_office(1, 1);

	post_numbers(office, 0, 0, 1, 3);
	office_write(office, expire_write, office);
	office_start(office);
	ok(office_drained(office, 5000), "what expired goes away");
	is_str(texts_at(office, 0, false), STR("3"), "and is not sent");
	office_free(office);
}

static int orphan_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct delivery delivery = { .peer_id = office->peers[0], .activity_id = 1, .actor_id = office->actors[0],
		                     .inbox = STR("http://127.0.0.1:1/inbox") };

	return deliveries_put(txn, &delivery);
}

static void what_cannot_be_made_is_dropped(void)
{
	struct office *office = open_office(1, 1);

	office_write(office, orphan_write, office);
	office_post(office, 0, 0, 0, "1");
	office_start(office);
	ok(office_drained(office, 5000), "a delivery without an activity goes away and holds nobody back");
	is_str(texts_at(office, 0, false), STR("1"), "nothing was sent for it");
	office_free(office);
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	an_activity_arrives_once();
	a_hello_knows_the_peers_own_address();
	a_refused_signature_is_made_in_the_other_form();
	nobody_knocks_twice_for_ever();
	a_wish_is_granted();
	a_hello_is_signed_as_its_peer_reads();
	an_actors_order_is_kept();
	one_actor_has_one_in_flight();
	a_dead_peer_costs_others_nothing();
	a_peer_that_comes_back_gets_all();
	a_hundred_peers_at_once();
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
	the_queue_survives_stops();
	a_restart_does_not_wait_for_old_delays();
	stopping_is_quick();
	a_paused_peer_gets_nothing();
	a_pause_in_the_middle();
	a_peer_is_removed_while_in_flight();
	a_peer_is_added_while_running();
	a_full_disk_does_not_spin();
	a_full_pool_only_delays();
	a_second_knock_waits_for_the_pool();
	what_expired_is_not_sent();
	what_cannot_be_made_is_dropped();
	return done();
}
