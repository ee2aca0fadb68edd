/*
 * Raw puts through the engine and through the writer.
 */
#include "tests/bench/raw_puts.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "tests/bench/process.h"
#include "tests/rig/folder.h"

static const struct engine_space spaces[] = { { "meta" }, { "things" } };
enum { THINGS = 1, SPACES = 2, THREADS_MAX = 256 };

static const uint64_t MAP_BYTES = (uint64_t)64 << 30;

struct raw_puts {
	struct store *store;
	struct writer *writer;
	char *folder;
	struct str value;
};

struct client {
	struct raw_puts *puts;
	pthread_t thread;
	int64_t until_us;
	struct waits waits;
};

struct raw_puts *raw_puts_open(size_t value_bytes)
{
	struct raw_puts *puts = calloc(1, sizeof(*puts));
	char *value = calloc(1, value_bytes);
	struct engine *engine;
	int r;

	if (!puts || !value)
		abort();
	puts->value = (struct str){ value, value_bytes };
	puts->folder = folder_new();
	r = lmdb_open(puts->folder, spaces, SPACES, MAP_BYTES, &engine);
	if (r == OK)
		r = store_open(engine, &puts->store);
	if (r != OK)
		give_up("raw puts: %s", err_name(r));
	return puts;
}

void raw_puts_close(struct raw_puts *puts)
{
	store_close(puts->store);
	folder_remove(puts->folder);
	free((void *)(uintptr_t)puts->value.p);
	free(puts);
}

static int put_next(struct txn *txn, void *arg)
{
	const struct raw_puts *puts = arg;
	uint64_t id = txn_new_id(txn);
	char key[8];

	for (int i = 0; i < 8; i++)
		key[i] = (char)(id >> (56 - 8 * i));
	return txn_put(txn, THINGS, (struct str){ key, 8 }, puts->value);
}

double raw_puts_engine(struct raw_puts *puts, unsigned batch, double seconds)
{
	int64_t start = now_us(), end = start + (int64_t)(seconds * 1e6);
	struct event_list none;
	struct txn *txn;
	size_t count = 0;
	int r;

	for (; now_us() < end; count += batch) {
		r = txn_begin(puts->store, &txn);
		for (unsigned i = 0; i < batch && r == OK; i++)
			r = put_next(txn, puts);
		if (r == OK)
			r = txn_commit(txn, &none);
		if (r != OK)
			give_up("raw puts: %s", err_name(r));
	}
	return (double)count * 1e6 / (double)(now_us() - start);
}

static void *client_main(void *arg)
{
	struct client *client = arg;

	for (int64_t start = now_us(), end; start < client->until_us; start = end) {
		int r = writer_run(client->puts->writer, put_next, client->puts);

		if (r != OK)
			give_up("raw puts: %s", err_name(r));
		end = now_us();
		waits_add(&client->waits, end - start);
	}
	return NULL;
}

void raw_puts_writer(struct raw_puts *puts, unsigned threads, double seconds, struct raw_puts_result *result)
{
	const struct writer_options options = { 0 };
	static struct client clients[THREADS_MAX];
	struct writer_counters counters;
	double cpu_us = process_cpu_us(getpid());
	int64_t start = now_us();

	if (threads > THREADS_MAX || writer_start(puts->store, &options, &puts->writer) != OK)
		give_up("raw puts: the writer does not start");
	for (unsigned i = 0; i < threads; i++) {
		clients[i] = (struct client){ .puts = puts, .until_us = start + (int64_t)(seconds * 1e6) };
		pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(clients[i].thread, NULL);
		for (size_t k = 0; k < clients[i].waits.count; k++)
			waits_add(&result->waits, clients[i].waits.us[k]);
		waits_clear(&clients[i].waits);
	}
	result->seconds += (double)(now_us() - start) / 1e6;
	result->cpu_us += process_cpu_us(getpid()) - cpu_us;
	writer_counters_get(puts->writer, &counters);
	result->commits += counters.batches;
	writer_stop(puts->writer);
}
