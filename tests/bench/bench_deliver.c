/*
 * Deliveries per second, from the queue on disk to the verdict on disk, beside what the processor can sign at all; and
 * the processor time that one takes, which tells the same on a machine that others use, too.
 *
 *     bench_deliver [SCALE]       SCALE: percent of the usual number of deliveries, default 100
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "tests/rig/folder.h"
#include "tests/rig/office.h"

enum { ACTORS = 8, RAW_MS = 1000, PATIENCE_MS = 120 * 1000, THREADS_MAX = 64, TARGET_PERCENT = 65, TARGET_SLOW = 2000 };

struct raw {
	struct str private_pem;
	int64_t until_ms;
	atomic_size_t signatures;
};

static double cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void *sign_on(void *arg)
{
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct raw *raw = arg;
	struct str signature;
	struct pkey *key;
	size_t n = 0;

	if (pkey_parse_private(arena, raw->private_pem, &key) != OK)
		abort();
	for (; clock_monotonic_ms() < raw->until_ms; n++) {
		arena_reset(scratch);
		if (pkey_sign(scratch, key, STR("(request-target): post /inbox"), &signature) != OK)
			abort();
	}
	atomic_fetch_add(&raw->signatures, n);
	arena_free(scratch);
	arena_free(arena);
	return NULL;
}

static double raw_signs(unsigned cores, double *ret_cpu_us)
{
	struct arena *arena = arena_new();
	pthread_t threads[THREADS_MAX];
	struct raw raw = { .until_ms = 0 };
	struct str public_pem;
	int64_t start_ms;

	if (pkey_generate_rsa2048(arena, &raw.private_pem, &public_pem) != OK)
		abort();
	*ret_cpu_us = cpu_ms();
	start_ms = clock_monotonic_ms();
	raw.until_ms = start_ms + RAW_MS;
	for (unsigned i = 0; i < cores; i++)
		pthread_create(&threads[i], NULL, sign_on, &raw);
	for (unsigned i = 0; i < cores; i++)
		pthread_join(threads[i], NULL);
	*ret_cpu_us = (cpu_ms() - *ret_cpu_us) * 1000 / (double)raw.signatures;
	arena_free(arena);
	return (double)raw.signatures * 1000 / (double)(clock_monotonic_ms() - start_ms);
}

struct result {
	double rate;                       /* per second */
	double cpu_us, stub_cpu_us;        /* of one delivery; the former without the latter */
};

/* `each` deliveries to every one of `origins`; they answer after `delay_ms`. */
static struct result deliver(unsigned cores, size_t origins, size_t each, int delay_ms)
{
	char *folder = folder_new();
	struct office_options options = { .peers = origins, .actors = ACTORS, .folder = folder, .pool_threads = cores,
		                          .total_timeout_ms = 15000, .forget = true };
	struct office *office = office_new(&options);
	int64_t start_ms, stub_ms;
	struct result result;
	double count = (double)(origins * each), cpu;

	for (size_t i = 0; i < origins && delay_ms; i++)
		stub_say(office->stubs, i, (struct stub_answer){ .delay_ms = delay_ms });
	office_post_many(office, each);
	stub_ms = stub_cpu_ms(office->stubs);
	cpu = cpu_ms();
	start_ms = clock_monotonic_ms();
	office_start(office);
	if (!office_drained(office, PATIENCE_MS)) {
		fprintf(stderr, "bench_deliver: not done in time\n");
		exit(1);
	}
	result.rate = count * 1000 / (double)(clock_monotonic_ms() - start_ms);
	result.stub_cpu_us = (double)(stub_cpu_ms(office->stubs) - stub_ms) * 1000 / count;
	result.cpu_us = (cpu_ms() - cpu) * 1000 / count - result.stub_cpu_us;
	office_free(office);
	folder_remove(folder);
	return result;
}

static void files_at_most(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	static const struct { size_t origins, each; int delay_ms; } rows[] = {
		{ 1, 4000, 0 }, { 50, 120, 0 }, { 500, 20, 0 }, { 500, 20, 50 },
	};
	size_t scale = argc > 1 ? (size_t)atoi(argv[1]) : 100;
	unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	double raw, sign_us;

	log_set_level(LOG_LEVEL_ERROR);
	files_at_most();
	cores = cores > THREADS_MAX ? THREADS_MAX : cores;
	raw = raw_signs(cores, &sign_us);
	printf("raw RSA signatures on %u cores: %.0f /s, each %.0f us of a processor\n", cores, raw, sign_us);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t each = rows[i].each * scale / 100;
		struct result result = deliver(cores, rows[i].origins, each ? each : 1, rows[i].delay_ms);

		printf("%4zu origins, answers after %2d ms: %6.0f /s, %3.0f %% of raw; %.0f us (%.0f %% of it signing) and the "
		       "stubs %.0f us\n", rows[i].origins, rows[i].delay_ms, result.rate, result.rate * 100 / raw,
		       result.cpu_us, sign_us * 100 / result.cpu_us, result.stub_cpu_us);
		fflush(stdout);
	}
	printf("raw again: %.0f /s; targets: %d %% of raw with 500 origins, %d /s with answers after 50 ms\n",
	       raw_signs(cores, &sign_us), TARGET_PERCENT, TARGET_SLOW);
	return 0;
}
