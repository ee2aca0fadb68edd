/* How an origin is signed to, and what is learned from what it does. */
#include "federation/knock.h"

#include "federation/accept_signature.h"
#include "tests/unit/tap.h"

static const int64_t now_ms = 1795507200000;

/* Ways as letters: "c" draft-cavage, "r" RFC 9421 with RSA, "e" with Ed25519, "-" none. */
static char letter(enum knock_way way)
{
	return "cre"[way];
}

static enum knock_way way_of(char c)
{
	return c == 'e' ? KNOCK_MESSAGE_ED25519 : c == 'r' ? KNOCK_MESSAGE : KNOCK_CAVAGE;
}

static struct knock known(char way, bool tried, int64_t age_ms)
{
	return (struct knock){ .way = way_of(way), .learned_ms = now_ms - age_ms, .tried = tried };
}

static void test_first(void)
{
	struct knock nothing = { 0 }, fresh = known('r', false, 7 * DAY_MS - 1), old = known('e', true, 7 * DAY_MS);

	is_int(knock_first(&nothing, now_ms), KNOCK_CAVAGE, "an unknown origin is asked in the draft's form");
	is_int(knock_first(&fresh, now_ms), KNOCK_MESSAGE, "a known one as it wants it");
	is_int(knock_first(&old, now_ms), KNOCK_CAVAGE, "for seven days");
}

static void test_again(void)
{
	static const struct {
		char way;
		int status;
		char wish;
		bool rests;
		char wanted;
		const char *name;
	} rows[] = {
		{ 'c', 401, '-', false, 'r', "refused in the draft's form, RFC 9421 is tried" },
		{ 'r', 401, '-', false, 'c', "and the other way round" },
		{ 'e', 401, '-', false, 'c', "Ed25519 gives way to what everybody reads" },
		{ 'c', 400, '-', false, 'r', "400 may mean the same" },
		{ 'c', 401, 'e', false, 'e', "what is asked for is tried" },
		{ 'c', 401, 'r', false, 'r', "with RSA, too" },
		{ 'r', 401, 'r', false, 'r', "once more in the same way, as it may want a nonce" },
		{ 'e', 401, 'r', false, 'r', "RSA instead of Ed25519" },
		{ 'c', 202, '-', false, '-', "what was taken is not sent twice" },
		{ 'c', 403, '-', false, '-', "403 is not about the signature" },
		{ 'c', 404, 'r', false, '-', "nor 404" },
		{ 'c', 410, '-', false, '-', "nor 410" },
		{ 'c', 429, '-', false, '-', "nor 429" },
		{ 'c', 500, '-', false, '-', "nor 500" },
		{ 'c', 0, '-', false, '-', "nor is silence" },
		{ 'c', 401, '-', true, '-', "after both were refused nobody knocks twice for a while" },
		{ 'c', 401, 'r', true, 'r', "unless it is asked for" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct knock knock = { .vain_ms = rows[i].rests ? now_ms - KNOCK_REST_MS + 1 : now_ms - KNOCK_REST_MS };
		struct signature_wish wish = { .rsa = rows[i].wish == 'r', .ed25519 = rows[i].wish == 'e' };
		enum knock_way way = KNOCK_WAYS;
		bool again = knock_again(&knock, way_of(rows[i].way), rows[i].status, rows[i].wish == '-' ? NULL : &wish,
		                         now_ms, &way);

		is_int(again ? letter(way) : '-', rows[i].wanted, rows[i].name);
	}
}

static void test_learn(void)
{
	static const struct {
		struct {
			char way;        /* '-': nothing known */
			bool tried;
			int64_t age_ms;
		} before;
		enum knock_event event;
		char way;
		bool stored;
		char first, tried;
		const char *name;
	} rows[] = {
		{ { '-', 0, 0 }, KNOCK_HEARD, 'r', true, 'r', 'n', "who signs with RFC 9421 reads it" },
		{ { '-', 0, 0 }, KNOCK_HEARD, 'e', true, 'e', 'n', "with Ed25519, too" },
		{ { '-', 0, 0 }, KNOCK_HEARD, 'c', false, 'c', 'n', "who signs in the draft's form says nothing new" },
		{ { 'r', 0, HOUR_MS }, KNOCK_HEARD, 'c', false, 'r', 'n', "nor does he take anything back" },
		{ { 'r', 0, HOUR_MS }, KNOCK_HEARD, 'r', false, 'r', 'n', "hearing it again is not worth a write" },
		{ { 'r', 0, DAY_MS }, KNOCK_HEARD, 'r', true, 'r', 'n', "but once a day" },
		{ { 'r', 1, DAY_MS }, KNOCK_HEARD, 'r', true, 'r', 'y', "which forgets nothing" },
		{ { 'r', 1, HOUR_MS }, KNOCK_HEARD, 'e', true, 'e', 'n', "Ed25519 is better news" },
		{ { 'e', 0, HOUR_MS }, KNOCK_HEARD, 'r', false, 'e', 'n', "another actor's RSA key takes nothing back" },
		{ { 'c', 1, HOUR_MS }, KNOCK_HEARD, 'r', false, 'c', 'y', "an answer weighs more than a habit" },
		{ { 'c', 1, 7 * DAY_MS }, KNOCK_HEARD, 'r', true, 'r', 'n', "for seven days" },
		{ { '-', 0, 0 }, KNOCK_TOOK, 'c', false, 'c', 'n', "that the usual works is no news" },
		{ { 'r', 0, HOUR_MS }, KNOCK_TOOK, 'r', false, 'r', 'n', "nor that the known works" },
		{ { 'r', 1, DAY_MS }, KNOCK_TOOK, 'r', true, 'r', 'y', "but it is confirmed once a day" },
		{ { 'c', 1, DAY_MS }, KNOCK_TOOK, 'c', false, 'c', 'y', "the draft's form is let lapse" },
		{ { 'r', 0, HOUR_MS }, KNOCK_TOOK, 'e', false, 'r', 'n', "an old request's success teaches nothing" },
		{ { '-', 0, 0 }, KNOCK_TOOK_SECOND, 'r', true, 'r', 'y', "what the second knock opened is remembered" },
		{ { 'r', 0, HOUR_MS }, KNOCK_TOOK_SECOND, 'c', true, 'c', 'y', "either way" },
		{ { 'r', 0, HOUR_MS }, KNOCK_REFUSED, 'r', false, 'r', 'n', "when both fail nothing is learned" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct knock knock = { 0 };

		if (rows[i].before.way != '-')
			knock = known(rows[i].before.way, rows[i].before.tried, rows[i].before.age_ms);
		ok(knock_learn(&knock, rows[i].event, way_of(rows[i].way), now_ms) == rows[i].stored &&
		   letter(knock_first(&knock, now_ms)) == rows[i].first && knock.tried == (rows[i].tried == 'y') &&
		   (!rows[i].stored || knock.learned_ms == now_ms), "%s", rows[i].name);
	}
}

static void test_rest(void)
{
	struct knock knock = { 0 };
	enum knock_way way;

	knock_learn(&knock, KNOCK_REFUSED, KNOCK_CAVAGE, now_ms);
	ok(!knock_again(&knock, KNOCK_CAVAGE, 401, NULL, now_ms + MINUTE_MS, &way), "a vain second knock is not repeated");
	ok(knock_again(&knock, KNOCK_CAVAGE, 401, NULL, now_ms + KNOCK_REST_MS, &way), "for ten minutes");
	knock_learn(&knock, KNOCK_TOOK_SECOND, KNOCK_MESSAGE, now_ms);
	ok(knock_again(&knock, KNOCK_MESSAGE, 401, NULL, now_ms + MINUTE_MS, &way), "or until one is heard");
}

static void test_event(void)
{
	static const struct {
		int status;
		bool second, says;
		enum knock_event event;
	} rows[] = {
		{ 202, false, true, KNOCK_TOOK },       { 200, true, true, KNOCK_TOOK_SECOND }, { 401, true, true, KNOCK_REFUSED },
		{ 400, true, true, KNOCK_REFUSED },     { 401, false, false, KNOCK_TOOK },      { 403, true, false, KNOCK_TOOK },
		{ 503, true, false, KNOCK_TOOK },       { 0, true, false, KNOCK_TOOK },         { 301, false, false, KNOCK_TOOK },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum knock_event event = KNOCK_TOOK;

		ok(knock_event_of(rows[i].status, rows[i].second, &event) == rows[i].says && event == rows[i].event,
		   "what %d means as %s answer", rows[i].status, rows[i].second ? "second" : "first");
	}
}

static void test_ways(void)
{
	const struct signature_wish either = { .rsa = true, .ed25519 = true }, narrow = { .ed25519 = true };

	is_int(knock_way_heard(SIGNATURE_CAVAGE, true), KNOCK_CAVAGE, "Ed25519 in the draft's form is still that form");
	is_int(knock_way_heard(SIGNATURE_MESSAGE, true), KNOCK_MESSAGE_ED25519, "Ed25519 is told apart");
	is_int(knock_way_heard(SIGNATURE_MESSAGE, false), KNOCK_MESSAGE, "from RSA");
	is_int(knock_way_wished(&either), KNOCK_MESSAGE, "who names no algorithm gets RSA");
	is_int(knock_way_wished(&narrow), KNOCK_MESSAGE_ED25519, "who names Ed25519 gets that");
	is_int(knock_scheme(KNOCK_CAVAGE), SIGNATURE_CAVAGE, "a way has its form");
	is_int(knock_scheme(KNOCK_MESSAGE_ED25519), SIGNATURE_MESSAGE, "whatever the key");
}

int main(void)
{
	test_first();
	test_again();
	test_learn();
	test_rest();
	test_event();
	test_ways();
	return done();
}
