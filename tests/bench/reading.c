/*
 * Reads beside a bare reply of the same size: home timeline, actor, WebFinger.
 */
#include "tests/bench/measures.h"

#include <unistd.h>

#include "storage/base/arena.h"
#include "tests/bench/bare_mhd.h"
#include "tests/bench/http.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"

enum { CONNECTIONS = 8, TURNS = 4, FOLLOWS = 50, POSTS_EACH = 20 };

static const double WARM_UP_SECONDS = 0.2, TURN_SECONDS = 0.4;

static bool next_same(void *context, unsigned connection, struct buf *request)
{
	(void)connection;
	buf_add(request, *(const struct str *)context);
	return true;
}

static void get_again(struct scene *scene, struct http_request request, uint16_t port, double seconds,
                      struct load_result *result)
{
	struct buf bytes;
	struct str same;
	const struct load load = {
		.port = port, .connections = CONNECTIONS, .status = 200, .seconds = seconds, .next = next_same,
		.context = &same,
	};

	request.port = port;
	buf_init(&bytes, scene->arena, 0);
	http_write(&bytes, &request);
	same = buf_str(&bytes);
	load_run(&load, result);
}

/* The same GET again and again, on the node and on a bare server that gives as many bytes, in turns. The figure comes
 * with its name and targets. */
static void measure_get(struct scene *scene, const struct http_request *request, struct figure figure)
{
	struct load_result node = { 0 }, bare = { 0 };
	struct bare_answer fixed = { .type = "application/json" };
	struct bare server;
	double node_cpu_us;

	get_again(scene, *request, scene->a.port, WARM_UP_SECONDS, &node);
	waits_clear(&node.waits);
	node.seconds = 0;
	fixed.body = (struct str){ arena_alloc(scene->arena, node.body_bytes), node.body_bytes };
	bare_serve(&server, port_take(), &fixed, 1);
	node_cpu_us = process_cpu_us(scene->a.pid);
	for (int i = 0; i < TURNS; i++) {
		get_again(scene, *request, scene->a.port, TURN_SECONDS, &node);
		get_again(scene, *request, server.port, TURN_SECONDS, &bare);
	}
	figure.connections = CONNECTIONS;
	figure.limit = arena_printf(scene->arena, "bare reply of %zu B", node.body_bytes).p;
	figure_measured(&figure, &node.waits, node.seconds, process_cpu_us(scene->a.pid) - node_cpu_us);
	figure_limit(&figure, &bare.waits, bare.seconds, process_cpu_us(server.pid));
	report_add(scene->report, &figure);
	bare_stop(&server);
	waits_clear(&node.waits);
	waits_clear(&bare.waits);
}

/* home */

struct round {
	const struct scene *scene;
	const struct person *people;
	struct arena *scratch;
	size_t left;
};

static bool next_round(void *context, unsigned connection, struct buf *request)
{
	struct round *round = context;
	struct http_request post = {
		.method = "POST", .target = "/api/v1/statuses", .port = round->scene->a.port, .type = "application/json",
	};

	(void)connection;
	if (!round->left)
		return false;
	post.token = round->people[--round->left % FOLLOWS].token;
	arena_reset(round->scratch);
	post.body = arena_printf(round->scratch, "{\"status\":\"%zu %.*s\"}", round->left, STR_ARG(round->scene->text));
	http_write(request, &post);
	return true;
}

/* Somebody who follows FOLLOWS people, each with POSTS_EACH posts. */
static struct person make_reader(struct scene *scene)
{
	struct person reader = node_person(&scene->a, "reader"), people[FOLLOWS];
	struct round round = { scene, people, arena_new(), FOLLOWS * POSTS_EACH };
	const struct load load = {
		.port = scene->a.port, .connections = CONNECTIONS, .status = 200, .next = next_round, .context = &round,
	};
	struct http_request follow = { .method = "POST", .port = scene->a.port, .token = reader.token };
	struct load_result result = { 0 };
	int fd = http_connect(scene->a.port);

	for (size_t i = 0; i < FOLLOWS; i++) {
		people[i] = node_person(&scene->a, arena_printf(scene->arena, "followed%zu", i).p);
		follow.target = arena_printf(scene->arena, "/api/v1/accounts/%.*s/follow", STR_ARG(people[i].id)).p;
		http_must(scene->arena, fd, &follow, 200);
	}
	close(fd);
	load_run(&load, &result);
	scene->posts += result.waits.count;
	waits_clear(&result.waits);
	arena_free(round.scratch);
	return reader;
}

void measure_home(struct scene *scene)
{
	struct person reader = make_reader(scene);
	const struct http_request home = {
		.method = "GET", .target = "/api/v1/timelines/home?limit=20", .token = reader.token,
	};

	measure_get(scene, &home, (struct figure){
		.measure = "home timeline of 20, 50 follows", .ratio_at_least = 0.4, .p99_at_most_ms = 10 });
}

/* discovery */

void measure_discovery(struct scene *scene)
{
	const struct person *person = &scene->posters[0];
	const struct http_request actor = {
		.method = "GET", .target = arena_printf(scene->arena, "/u/%.*s", STR_ARG(person->id)).p,
		.accept = "application/activity+json",
	};
	const struct http_request webfinger = {
		.method = "GET", .target = arena_printf(scene->arena, "/.well-known/webfinger?resource=acct:%s@127.0.0.1:%u",
		                                        person->name, scene->a.port).p,
	};

	measure_get(scene, &actor, (struct figure){ .measure = "bare actor", .ratio_at_least = 0.6 });
	measure_get(scene, &webfinger, (struct figure){ .measure = "WebFinger", .ratio_at_least = 0.6 });
}
