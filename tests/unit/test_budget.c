/* What one origin may cost: fetches at once, and keys. */
#include "federation/budget.h"

#include <pthread.h>
#include <stdatomic.h>

#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static const struct str b = { "https://b.example", 17 }, c = { "https://c.example", 17 };

static void check_keys(void)
{
	struct budget *budget = budget_new();
	size_t taken = 0;

	clock_set_for_test(1000000);
	while (taken < 1000 && budget_take_key(budget, b))
		taken++;
	is_int(taken, BUDGET_KEYS, "so many keys may be asked for in a row");
	ok(budget_take_key(budget, c), "another origin has its own");
	clock_advance_for_test(BUDGET_KEY_MS);
	ok(budget_take_key(budget, b), "after a while one more");
	ok(!budget_take_key(budget, b), "and no second one");
	clock_advance_for_test((int64_t)BUDGET_KEYS * BUDGET_KEY_MS);
	for (taken = 0; taken < 1000 && budget_take_key(budget, b);)
		taken++;
	is_int(taken, BUDGET_KEYS, "a rested origin has all of them again, and no more");
	for (int i = 0; i < 3000; i++) {
		char name[] = "https://0000.example";

		for (int digit = 11, n = i; digit >= 8; digit--, n /= 10)
			name[digit] = (char)('0' + n % 10);
		budget_take_key(budget, str_of(name));
	}
	ok(true, "many origins take no more room than a few");
	budget_free(budget);
	clock_set_for_test(0);
}

static struct budget *shared;

static void nap(long ms)
{
	struct timespec wait = { 0, ms * 1000000L };

	nanosleep(&wait, NULL);
}

static void *leave_later(void *arg)
{
	(void)arg;
	nap(50);
	budget_leave(shared, b);
	return NULL;
}

static void *wait_there(void *arg)
{
	(void)arg;
	budget_enter(shared, b);
	return NULL;
}

static void check_at_once(void)
{
	pthread_t thread;
	int64_t started_ms;

	shared = budget_new();
	for (int i = 0; i < BUDGET_AT_ONCE; i++)
		is_int(budget_enter(shared, b), OK, "a fetch begins");
	is_int(budget_enter(shared, c), OK, "and one elsewhere");
	started_ms = clock_monotonic_ms();
	is_int(budget_enter(shared, b), ERR_BUSY, "one too many does not");
	ok(clock_monotonic_ms() - started_ms >= BUDGET_WAIT_MS - 50, "though it waits its time");
	pthread_create(&thread, NULL, leave_later, NULL);
	is_int(budget_enter(shared, b), OK, "when one ends meanwhile, the next begins");
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, wait_there, NULL);
	nap(100);
	started_ms = clock_monotonic_ms();
	is_int(budget_enter(shared, b), ERR_BUSY, "where one waits the next does not");
	ok(clock_monotonic_ms() - started_ms < BUDGET_WAIT_MS / 2, "but is told at once");
	pthread_join(thread, NULL);
	for (int i = 0; i < BUDGET_AT_ONCE; i++)
		budget_leave(shared, b);
	is_int(budget_enter(shared, b), OK, "and when all have ended");
	budget_free(shared);
}

static void *queue_there(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, budget_enter_queued(shared, b, 5000) == OK);
	budget_leave(shared, b);
	return NULL;
}

static void check_queue(void)
{
	enum { WAITING = 5 };
	pthread_t threads[WAITING];
	atomic_int entered = 0;
	int64_t started_ms;

	shared = budget_new();
	for (int i = 0; i < BUDGET_AT_ONCE; i++)
		budget_enter(shared, b);
	started_ms = clock_monotonic_ms();
	is_int(budget_enter_queued(shared, b, 100), ERR_BUSY, "who waits in the queue waits for so long");
	ok(clock_monotonic_ms() - started_ms >= 80, "and no less");
	for (int i = 0; i < WAITING; i++)
		pthread_create(&threads[i], NULL, queue_there, &entered);
	nap(50);
	is_int(atomic_load(&entered), 0, "several wait");
	for (int i = 0; i < BUDGET_AT_ONCE; i++)
		budget_leave(shared, b);
	for (int i = 0; i < WAITING; i++)
		pthread_join(threads[i], NULL);
	is_int(atomic_load(&entered), WAITING, "and all of them have their turn");
	budget_free(shared);
}

static void check_last(void)
{
	struct budget *budget = budget_new();

	is_int(budget_enter_last(budget, b), OK, "what nobody waits for enters where nothing is under way");
	is_int(budget_enter_last(budget, b), ERR_BUSY, "one of it");
	is_int(budget_enter(budget, b), OK, "it keeps nobody else out");
	budget_leave(budget, b);
	budget_leave(budget, b);
	is_int(budget_enter(budget, b), OK, "but a fetch that somebody waits for");
	is_int(budget_enter_last(budget, b), ERR_BUSY, "keeps it out");
	is_int(budget_enter_last(budget, c), OK, "at that origin");
	budget_free(budget);
}

int main(void)
{
	check_last();
	check_keys();
	check_at_once();
	check_queue();
	return done();
}
