/*
 * Durable posts through the API; start-up and memory of the node that holds them.
 */
#include "tests/bench/measures.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "tests/bench/http.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/bench/raw_puts.h"

enum {
	CALIBRATION_POSTS = 200,
	FILLED_POSTS = 10000,
	TURNS = 4,
	STARTS = 5,
	SETTLE_US = 300 * 1000,  /* a node that started has nothing more to do after this */
	RSS_KIB_AT_MOST = 12 * 1024,
	START_MS_AT_MOST = 100,
};

static const double NODE_SECONDS = 0.7, RAW_SECONDS = 0.4;  /* of each turn */

struct post_load {
	const struct scene *scene;
	struct arena *scratch;  /* of one body */
	size_t left;
};

static bool next_post(void *context, unsigned connection, struct buf *request)
{
	struct post_load *load = context;
	const struct scene *scene = load->scene;
	struct http_request post = {
		.method = "POST", .target = "/api/v1/statuses", .port = scene->a.port,
		.token = scene->posters[connection % POSTERS].token, .type = "application/json",
	};

	if (!load->left)
		return false;
	load->left--;
	arena_reset(load->scratch);
	post.body = arena_printf(load->scratch, "{\"status\":\"%zu %.*s\",\"visibility\":\"public\"}", load->left,
	                         STR_ARG(scene->text));
	http_write(request, &post);
	return true;
}

/* Posts of the posters until `count` were answered or `seconds` are over (0: no such bound). */
static void post_statuses(struct scene *scene, unsigned connections, size_t count, double seconds,
                          struct load_result *result)
{
	struct post_load posts = { scene, arena_new(), count ? count : SIZE_MAX };
	const struct load load = {
		.port = scene->a.port, .connections = connections, .status = 200, .seconds = seconds, .next = next_post,
		.context = &posts,
	};

	size_t before = result->waits.count;

	load_run(&load, result);
	scene->posts += result->waits.count - before;
	arena_free(posts.scratch);
}

/* posting */

/* What one post is to the store; its keys and values are the bytes that the raw puts write, too. */
static struct stored weigh_posts(struct scene *scene)
{
	struct load_result result = { 0 };
	struct stored before, after;

	node_stop(&scene->a);
	before = node_stored(&scene->a);
	node_start(&scene->a);
	post_statuses(scene, 8, CALIBRATION_POSTS, 0, &result);
	waits_clear(&result.waits);
	node_stop(&scene->a);
	after = node_stored(&scene->a);
	node_start(&scene->a);
	return (struct stored){ (after.entries - before.entries) / CALIBRATION_POSTS,
	                        (after.bytes - before.bytes) / CALIBRATION_POSTS };
}

static void post_beside_puts(struct scene *scene, struct raw_puts *puts, const char *limit, unsigned connections)
{
	struct raw_puts_result raw = { 0 };
	struct load_result result = { 0 };
	struct figure figure = {
		.measure = "durable post through the API", .connections = connections, .limit = limit,
		.ratio_at_least = connections > 1 ? 0.5 : 0, .p99_at_most_ms = connections > 1 ? 15 : 0,
	};
	double cpu_us = process_cpu_us(scene->a.pid);

	for (int i = 0; i < TURNS; i++) {
		post_statuses(scene, connections, 0, NODE_SECONDS, &result);
		raw_puts_writer(puts, connections, RAW_SECONDS, &raw);
	}
	cpu_us = process_cpu_us(scene->a.pid) - cpu_us;
	figure_measured(&figure, &result.waits, result.seconds, cpu_us);
	figure_limit(&figure, &raw.waits, raw.seconds, raw.cpu_us);
	report_add(scene->report, &figure);
	waits_clear(&result.waits);
	waits_clear(&raw.waits);
}

void measure_posting(struct scene *scene)
{
	static const unsigned connections[] = { 1, 8, 64 };
	struct stored post = weigh_posts(scene);
	struct raw_puts *puts = raw_puts_open(post.bytes);
	const char *limit = arena_printf(scene->arena, "raw puts of %llu B", (unsigned long long)post.bytes).p;

	report_note(scene->report, "A post of 500 characters is %llu entries with %llu bytes of keys and values; a raw put "
	            "is one entry of as many bytes.", (unsigned long long)post.entries, (unsigned long long)post.bytes);
	for (size_t i = 0; i < sizeof(connections) / sizeof(connections[0]); i++)
		post_beside_puts(scene, puts, limit, connections[i]);
	raw_puts_close(puts);
}

/* start-up and memory */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of some starts; leaves the node serving. */
static double median_start_ms(struct node_process *node)
{
	double ms[STARTS];

	for (size_t i = 0; i < STARTS; i++) {
		node_stop(node);
		ms[i] = node_start(node);
	}
	qsort(ms, STARTS, sizeof(ms[0]), by_value);
	return ms[STARTS / 2];
}

static void measure_idle(struct scene *scene, const char *which)
{
	double start_ms = median_start_ms(&scene->a);

	report_add(scene->report, &(struct figure){
		.measure = arena_printf(scene->arena, "start-up, %s", which).p,
		.value = start_ms, .unit = "ms", .value_at_most = START_MS_AT_MOST,
	});
	pause_us(SETTLE_US);
	report_add(scene->report, &(struct figure){
		.measure = arena_printf(scene->arena, "RssAnon idle, %s", which).p,
		.value = (double)process_rss_anon_kib(scene->a.pid), .unit = "KiB", .value_at_most = RSS_KIB_AT_MOST,
	});
}

void measure_empty_node(struct scene *scene)
{
	measure_idle(scene, "empty");
	for (size_t i = 0; i < POSTERS; i++)
		scene->posters[i] = node_person(&scene->a, arena_printf(scene->arena, "poster%zu", i).p);
}

void measure_filled_node(struct scene *scene)
{
	struct load_result result = { 0 };

	if (scene->posts < FILLED_POSTS)
		post_statuses(scene, 16, FILLED_POSTS - scene->posts, 0, &result);
	waits_clear(&result.waits);
	report_add(scene->report, &(struct figure){
		.measure = "RssAnon after this load", .value = (double)process_rss_anon_kib(scene->a.pid), .unit = "KiB",
	});
	measure_idle(scene, arena_printf(scene->arena, "%zu posts", scene->posts).p);
}
