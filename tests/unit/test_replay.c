/* A signature counts once within its time window. */
#include "federation/replay.h"

#include <pthread.h>

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

static void test_admit(void)
{
	struct replay_cache *cache = replay_cache_new(16);

	ok(replay_cache_admit(cache, STR("a#k"), STR("s1"), 1000, 2000), "a new signature is admitted");
	ok(!replay_cache_admit(cache, STR("a#k"), STR("s1"), 1001, 2000), "the same one is not");
	ok(!replay_cache_admit(cache, STR("a#k"), STR("s1"), 2000, 2000), "to the last moment of its window");
	ok(replay_cache_admit(cache, STR("b#k"), STR("s1"), 1001, 2000), "another key's is another");
	ok(replay_cache_admit(cache, STR("a#k"), STR("s2"), 1001, 2000), "another one of that key is, too");
	ok(replay_cache_admit(cache, STR("a#"), STR("k\ns1"), 1001, 2000), "key and signature do not run together");
	ok(replay_cache_admit(cache, STR("a#k"), STR("s1"), 2001, 3000), "after its window the memory lapses");
	ok(!replay_cache_admit(cache, STR("a#k"), STR("s1"), 2500, 3000), "and starts anew");
	ok(replay_cache_knows(cache, STR("a#k"), STR("s1"), 2500), "one may ask what is remembered");
	ok(!replay_cache_knows(cache, STR("a#k"), STR("s1"), 3001), "for as long as it is");
	ok(!replay_cache_knows(cache, STR("a#k"), STR("s3"), 2500) &&
	           replay_cache_admit(cache, STR("a#k"), STR("s3"), 2500, 3000),
	   "asking admits nothing");
	replay_cache_free(cache);
}

static void test_full(void)
{
	struct replay_cache *cache = replay_cache_new(8);
	struct arena *arena = arena_new();
	int early = 0;

	for (int i = 0; i < 1000; i++)
		replay_cache_admit(cache, STR("k"), arena_printf(arena, "s%d", i), 1, 100);
	for (int i = 992; i < 1000; i++)
		early += replay_cache_admit(cache, STR("k"), arena_printf(arena, "s%d", i), 1, 100);
	is_int(early, 0, "a full memory still knows the newest");
	ok(replay_cache_admit(cache, STR("k"), STR("s0"), 1, 100), "and has forgotten the oldest");
	arena_free(arena);
	replay_cache_free(cache);
}

struct shared {
	struct replay_cache *cache;
	long admitted;
};

static void *admit_all(void *context)
{
	struct shared *shared = context;
	struct arena *arena = arena_new();
	long admitted = 0;

	for (int i = 0; i < 2000; i++)
		admitted += replay_cache_admit(shared->cache, STR("k"), arena_printf(arena, "s%d", i), 1, 100);
	arena_free(arena);
	return (void *)admitted;
}

static void test_threads(void)
{
	struct shared shared = { replay_cache_new(4096), 0 };
	pthread_t threads[4];
	void *result;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, admit_all, &shared);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		shared.admitted += (long)result;
	}
	is_int(shared.admitted, 2000, "of four threads with the same signature one is admitted");
	replay_cache_free(shared.cache);
}

int main(void)
{
	test_admit();
	test_full();
	test_threads();
	return done();
}
