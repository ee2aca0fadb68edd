/* The delivery thread against stub peers on loopback: order, signatures, and what one peer costs the others. */
#include "federation/deliver.h"

#include "federation/pkey.h"
#include "federation/signature.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/peers.h"
#include "tests/rig/office.h"
#include "tests/unit/tap.h"

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

static void an_activity_arrives_once(void)
{
	struct office *office = office_of(1, 1);
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
	is_str(stub_header(&got, "Content-Type"), STR("application/activity+json"), "and its content type");
	is_str(stub_header(&got, "User-Agent"), STR("office/1"), "from a client with a name");
	ok(signature_is_good(office, 0, &got, "http://a.example/u/1#main-key"), "signed by its actor");
	ok(office_drained(office, 5000), "then nothing waits");
	office_sleep_ms(100);
	is_int(stub_count(office->stubs, 0, "POST"), 1, "it arrives once");
	deliver_counters_get(office->deliverer, &counters);
	ok(counters.sent == 1 && !counters.failed && !counters.dropped && !counters.in_flight, "and is counted");
	ok(office_lane(office, 0).success_ms > 0, "the lane notes the success");
	office_free(office);
}

static void a_hello_knows_the_peers_own_address(void)
{
	struct office *office = office_of(0, 0);

	office_start(office);
	office_sleep_ms(20);
	ok(true, "no peers at all: nothing to do");
	office_free(office);
}

/* --- the form of signatures ------------------------------------------------------------------------------------- */

static const char *form_of(struct office *office, size_t n)
{
	struct stub_request got = stub_request_at(office->stubs, 0, "POST", n);

	return stub_header(&got, "Signature-Input").n ? "RFC 9421" : stub_header(&got, "Digest").n ? "draft" : "none";
}

static void a_refused_signature_is_made_in_the_other_form(void)
{
	struct office *office = office_of(1, 1);

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
	struct office *office = office_of(1, 1);
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
	ok(str_starts(stub_header(&got, "Signature-Input"), STR("theirs=(\"@method\" \"@target-uri\" \"@authority\"")),
	   "under its label, over what it wants covered");
	ok(signature_is_good(office, 0, &got, "http://a.example/u/1#main-key"), "and it verifies");
	office_free(office);
}

static void a_hello_is_signed_as_its_peer_reads(void)
{
	struct office *office = office_of(1, 1);
	struct stub_request got;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 401, .lacking = "Signature-Input:" });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(office_drained(office, 5000) && stub_wait(office->stubs, 0, "GET", 1, 5000), "who took RFC 9421 alone");
	office_stop(office);
	office_start(office);
	ok(stub_wait(office->stubs, 0, "GET", 2, 5000), "is told that we are back");
	got = stub_request_at(office->stubs, 0, "GET", 1);
	ok(stub_header(&got, "Signature-Input").n && signature_is_good(office, 0, &got, "http://a.example/u/0#main-key"),
	   "in that form");
	office_free(office);
}

static void nobody_knocks_twice_for_ever(void)
{
	struct office *office = office_of(1, 1);

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
	struct office *office = office_of(1, 4);
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

		str_to_u64(office_text_of(&got), &n);
		in_order = in_order && n % 100 == ++last[n / 100];
	}
	ok(in_order, "each actor's in the order in which they were done");
	office_free(office);
}

static void one_actor_has_one_in_flight(void)
{
	struct office *office = office_of(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 5 });
	office_post_numbers(office, 0, 0, 1, 20);
	office_start(office);
	ok(office_drained(office, 10000), "one actor's activities arrive");
	is_int(stub_side_by_side(office->stubs, 0), 1, "one after the other");
	is_str(office_texts_at(office, 0, false), office_numbers(office, 1, 20), "in order");
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
		office_sleep_ms(20);
	}
	return slowest_ms;
}

static void a_dead_peer_costs_others_nothing(void)
{
	struct office *office = office_of(4, 4);

	stub_down(office->stubs, 1);
	stub_say(office->stubs, 2, (struct stub_answer){ .manner = STUB_HANG });
	stub_say(office->stubs, 3, (struct stub_answer){ .manner = STUB_CLOSE });
	office_start(office);
	for (size_t peer = 1; peer < 4; peer++)
		for (size_t actor = 0; actor < 4; actor++)
			office_post_numbers(office, peer, actor, 1, 10);
	ok(slowest_of_ten(office, 0) < 500, "beside a refusing, a hanging and a broken peer all goes well");
	is_int(office_waiting(office, 1) + office_waiting(office, 2) + office_waiting(office, 3), 120,
	       "what is for them waits");
	office_free(office);
}

static void a_peer_that_comes_back_gets_all(void)
{
	struct office *office = office_of(2, 2);
	int64_t start_ms;

	stub_down(office->stubs, 0);
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 150);
	office_sleep_ms(3000);
	ok(office_lane(office, 0).down_since_ms > 0, "a peer that refuses connections counts as down");
	is_str(office_lane(office, 0).last_error, STR("no answer"), "with its reason");
	stub_up(office->stubs, 0);
	start_ms = clock_monotonic_ms();
	ok(office_drained(office, 10000), "when it is back it gets all that waited");
	ok(clock_monotonic_ms() - start_ms < 8000, "within seconds");
	is_str(office_texts_at(office, 0, false), office_numbers(office, 1, 150), "in order, nothing twice");
	ok(office_lane(office, 0).down_since_ms == 0 && office_lane(office, 0).failures == 0, "and counts as up");
	is_str(office_lane(office, 0).last_error, STR("no answer"), "but the last error is still known");
	office_free(office);
}

static void a_hundred_peers_at_once(void)
{
	struct office *office = office_of(100, 3);
	bool all = true;

	office_start(office);
	office_post_many(office, 6);
	ok(office_drained(office, 30000), "a hundred peers get six activities each");
	for (size_t i = 0; i < 100; i++)
		all = all && stub_count(office->stubs, i, "POST") == 6 && stub_count(office->stubs, i, "GET") == 1;
	ok(all, "each of them once, and one hello");
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
	return done();
}
