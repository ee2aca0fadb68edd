/* The worker pool: bounded, and it finishes what it was given. */
#include "storage/base/pool.h"

#include <pthread.h>
#include <stdatomic.h>

#include "storage/base/err.h"
#include "tests/unit/tap.h"

static atomic_int ran;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void count_one(void *arg)
{
	(void)arg;
	atomic_fetch_add(&ran, 1);
}

/* Holds its thread until the test opens the gate. */
static void wait_at_gate(void *arg)
{
	atomic_store((atomic_int *)arg, 1);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

static void test_runs_everything(void)
{
	static struct pool_item items[1000];
	struct pool *pool = NULL;
	int refused = 0;

	is_int(pool_start(3, 1000, &pool), OK, "a pool starts");
	for (size_t i = 0; i < 1000; i++) {
		items[i] = (struct pool_item){ .run = count_one };
		refused += pool_submit(pool, &items[i]) != OK;
	}
	pool_stop(pool);
	is_int(refused, 0, "nothing is refused below the bound");
	is_int(atomic_load(&ran), 1000, "stopping first runs what is queued");
}

static void test_is_bounded(void)
{
	atomic_int at_gate = 0;
	struct pool_item blocker = { .run = wait_at_gate, .arg = &at_gate };
	struct pool_item items[3] = { { .run = count_one }, { .run = count_one }, { .run = count_one } };
	struct pool *pool = NULL;

	atomic_store(&ran, 0);
	is_int(pool_start(1, 2, &pool), OK, "a pool of one thread starts");
	pthread_mutex_lock(&gate);
	is_int(pool_submit(pool, &blocker), OK, "an item is taken");
	while (!atomic_load(&at_gate))
		;
	is_int(pool_submit(pool, &items[0]), OK, "the first waits");
	is_int(pool_submit(pool, &items[1]), OK, "the second waits");
	is_int(pool_submit(pool, &items[2]), ERR_BUSY, "the third is refused: the queue is full");
	is_int(atomic_load(&ran), 0, "nothing has run while the only thread was held");
	pthread_mutex_unlock(&gate);
	pool_stop(pool);
	is_int(atomic_load(&ran), 2, "the two that waited have run, the refused one has not");
}

int main(void)
{
	struct pool *pool = NULL;

	is_int(pool_start(0, 10, &pool), ERR_FULL, "a pool without threads is refused");
	test_runs_everything();
	test_is_bounded();
	return done();
}
