/*
 * Durable puts per second: the engine alone at 1, 8 and 64 puts per commit, beside the writer with as many threads
 * that each wait for their put. The distance between the two is what the queue and the threads cost.
 *
 *     bench_writer [SECONDS]      for each line, default 2
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "tests/rig/folder.h"

static const struct engine_space spaces[] = { { "meta" }, { "things" } };
enum { THINGS = 1, SPACES = 2, VALUE_BYTES = 800, THREADS_MAX = 64, ANSWERS_MAX = 1 << 20 };

static const uint64_t MAP_BYTES = (uint64_t)64 << 30;

static char value[VALUE_BYTES];

struct world {
	struct store *store;
	struct writer *writer;
	int64_t until_ms;
	atomic_size_t answers;
	uint32_t *waits_us;  /* of each answer */
};

static int put_next(struct txn *txn, void *arg)
{
	uint64_t id = txn_new_id(txn);
	char key[8];

	(void)arg;
	for (int i = 0; i < 8; i++)
		key[i] = (char)(id >> (56 - 8 * i));
	return txn_put(txn, THINGS, (struct str){ key, 8 }, (struct str){ value, VALUE_BYTES });
}

static void fail(int err)
{
	fprintf(stderr, "bench_writer: %s\n", err_name(err));
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}

static double engine_alone(struct world *w, int batch, double seconds)
{
	int64_t start = now_us(), end = start + (int64_t)(seconds * 1e6);
	struct event_list none;
	struct txn *txn;
	size_t puts = 0;
	int r;

	for (; now_us() < end; puts += (size_t)batch) {
		r = txn_begin(w->store, &txn);
		for (int i = 0; i < batch && r == OK; i++)
			r = put_next(txn, NULL);
		if (r == OK)
			r = txn_commit(txn, &none);
		if (r != OK)
			fail(r);
	}
	return (double)puts * 1e6 / (double)(now_us() - start);
}

static void *client(void *arg)
{
	struct world *w = arg;

	while (clock_monotonic_ms() < w->until_ms) {
		int64_t start = now_us();
		int r = writer_run(w->writer, put_next, NULL);
		size_t at = atomic_fetch_add(&w->answers, 1);

		if (r != OK)
			fail(r);
		if (at < ANSWERS_MAX)
			w->waits_us[at] = (uint32_t)(now_us() - start);
	}
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void through_the_writer(struct world *w, int threads, double seconds)
{
	const struct writer_options options = { 0 };
	pthread_t clients[THREADS_MAX];
	struct writer_counters counters;
	int64_t start = now_us();
	size_t answers, sampled;
	double elapsed;

	if (writer_start(w->store, &options, &w->writer) != OK)
		fail(ERR_LIMIT);
	atomic_store(&w->answers, 0);
	w->until_ms = clock_monotonic_ms() + (int64_t)(seconds * 1000);
	for (int i = 0; i < threads; i++)
		pthread_create(&clients[i], NULL, client, w);
	for (int i = 0; i < threads; i++)
		pthread_join(clients[i], NULL);
	elapsed = (double)(now_us() - start) / 1e6;
	writer_counters_get(w->writer, &counters);
	writer_stop(w->writer);
	answers = atomic_load(&w->answers);
	sampled = answers < ANSWERS_MAX ? answers : ANSWERS_MAX;
	qsort(w->waits_us, sampled, sizeof(*w->waits_us), by_value);
	printf("  writer, %2d threads: %8.0f puts/s, %5.1f per commit, p50 %.2f ms, p99 %.2f ms\n", threads,
	       (double)answers / elapsed, (double)counters.bodies / (double)counters.batches,
	       w->waits_us[sampled / 2] / 1000.0, w->waits_us[sampled * 99 / 100] / 1000.0);
}

int main(int argc, char **argv)
{
	static const int sizes[] = { 1, 8, 64 };
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
	struct world w = { .waits_us = calloc(ANSWERS_MAX, sizeof(uint32_t)) };
	char *path = folder_new();
	struct engine *engine;
	int r = lmdb_open(path, spaces, SPACES, MAP_BYTES, &engine);

	if (r == OK)
		r = store_open(engine, &w.store);
	if (r != OK || !w.waits_us)
		fail(r);
	printf("durable puts of %d bytes in key order, with the id mark in each commit\n", VALUE_BYTES);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		printf("  engine, %2d a batch: %8.0f puts/s\n", sizes[i], engine_alone(&w, sizes[i], seconds));
		through_the_writer(&w, sizes[i], seconds);
	}
	store_close(w.store);
	folder_remove(path);
	free(w.waits_us);
	return 0;
}
