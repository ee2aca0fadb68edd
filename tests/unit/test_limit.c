/* Quotas: so many in a period, each for himself, bounded in number. */
#include "node/http/limit.h"

#include "storage/base/clock.h"
#include "tests/unit/tap.h"

static struct limiter *limiter;
static struct limit_state state;

/* How many of `tries` are let through. */
static int taken(enum quota quota, uint64_t who, int tries)
{
	int count = 0;

	for (int i = 0; i < tries; i++)
		count += limit_take(limiter, quota, who, &state);
	return count;
}

static void test_quotas(void)
{
	int64_t start_ms = clock_now_ms();

	is_int(taken(QUOTA_READ, 1, 1), 1, "the first is let through");
	is_int(state.limit, 300, "the limit is told");
	is_int(state.remaining, 299, "and what remains");
	is_int(state.reset_ms, start_ms + 1000, "the bucket is full again after the time of one");
	is_int(taken(QUOTA_READ, 1, 400), 299, "300 reads are let through");
	is_int(state.remaining, 0, "then nothing remains");
	is_int(state.retry_ms, 1000, "one more may be taken after a second");
	is_int(state.reset_ms, start_ms + 5 * MINUTE_MS, "all after the period");
	is_int(taken(QUOTA_POST, 1, 400), 300, "posts are counted apart from reads");
	is_int(taken(QUOTA_READ, 2, 1), 1, "another account has its own");
	clock_advance_for_test(SECOND_MS);
	is_int(taken(QUOTA_READ, 1, 10), 1, "a second later there is one more");
	clock_advance_for_test(10 * MINUTE_MS);
	is_int(taken(QUOTA_READ, 1, 400), 300, "a full bucket does not overflow");
	is_int(taken(QUOTA_DELETE, 1, 100), 30, "30 deletes");
	is_int(taken(QUOTA_APP, 1, 100), 30, "30 registrations");
	is_int(taken(QUOTA_SIGN_UP, 1, 100), 5, "5 people signed up by apps");
	is_int(taken(QUOTA_SIGN_IN, 1, 100), 30, "30 tries to sign in");
	is_int(taken(QUOTA_TOKEN, 1, 1000), 600, "600 tokens: many people may share an address");
	is_int(taken(QUOTA_INBOX, 1, 40000), 30000, "30000 deliveries");
	clock_advance_for_test(2);
	is_int(taken(QUOTA_INBOX, 1, 10), 1, "and one each 2 ms");
	is_int(taken(QUOTA_NONE, 1, 5000), 5000, "a row without quota has no limit");
	is_int(state.limit, 0, "and tells none");
}

static void test_switch(void)
{
	limiter_enable(limiter, false);
	is_int(taken(QUOTA_DELETE, 1, 100), 100, "switched off, everything is let through");
	is_int(state.limit, 0, "without a limit to tell");
	limiter_enable(limiter, true);
	is_int(taken(QUOTA_DELETE, 1, 100), 0, "switched on, what was used up still is");
}

static void test_bounds(void)
{
	int lost = 0;

	taken(QUOTA_SIGN_IN, 12345, 30);
	for (uint64_t who = 1000000; who < 1030000; who++)
		lost += taken(QUOTA_SIGN_IN, who, 1) != 1;
	is_int(lost, 0, "any number of newcomers is served");
	is_int(taken(QUOTA_SIGN_IN, 12345, 1), 0, "and they do not push out one who is over his limit");
}

static void test_addresses(void)
{
	ok(limit_key_of_address(STR("2001:db8::1")) == limit_key_of_address(STR("2001:db8:0:0:ffff::2")),
	   "IPv6 counts by /64");
	ok(limit_key_of_address(STR("2001:db8::1")) != limit_key_of_address(STR("2001:db8:0:1::1")),
	   "another /64 is another");
	ok(limit_key_of_address(STR("203.0.113.5")) != limit_key_of_address(STR("203.0.113.6")), "IPv4 counts whole");
	ok(limit_key_of_address(STR("203.0.113.5")) == limit_key_of_address(STR("::ffff:203.0.113.5")),
	   "IPv4 in IPv6 clothes is IPv4");
	ok(limit_key_of_address(STR("")) >> 63 == 1, "an address is never the key of an account");
}

int main(void)
{
	clock_set_for_test(1800000000000);
	limiter = limiter_new();
	test_quotas();
	test_switch();
	test_bounds();
	test_addresses();
	limiter_free(limiter);
	return done();
}
