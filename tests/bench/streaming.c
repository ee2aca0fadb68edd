/*
 * Idle streams: what 5,000 of them cost, half of them server-sent events and half WebSockets, and how long a post takes
 * to all of them. One thread that only waits for bytes, so that it takes little from the node.
 */
#include "tests/bench/measures.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "tests/bench/http.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"

enum { STREAMS = 5000, POSTS = 10, SETTLE_US = 500 * 1000, PATIENCE_MS = 20 * 1000 };

struct listening {
	int fds[STREAMS];
	int epoll;
};

static void raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < 2 * STREAMS)
		give_up("%d open files are too few for streams", (int)limit.rlim_cur);
}

/* Reads until `mark` came. */
static void await(int fd, const char *mark)
{
	char text[8192];
	size_t n = 0;

	while (n < sizeof(text)) {
		ssize_t got = recv(fd, text + n, sizeof(text) - n, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
		if (memmem(text, n, mark, strlen(mark)))
			return;
	}
	give_up("no stream: %.*s", (int)n, text);
}

static int open_one(struct scene *scene, struct arena *scratch, bool websocket)
{
	static const struct header upgrade[] = {
		{ STR("Connection"), STR("Upgrade") }, { STR("Upgrade"), STR("websocket") },
		{ STR("Sec-WebSocket-Version"), STR("13") }, { STR("Sec-WebSocket-Key"), STR("dGhlIHNhbXBsZSBub25jZQ==") },
	};
	struct http_request request = {
		.method = "GET", .target = websocket ? "/api/v1/streaming?stream=public" : "/api/v1/streaming/public",
		.port = scene->a.port, .token = scene->posters[0].token, .headers = upgrade,
		.header_count = websocket ? sizeof(upgrade) / sizeof(upgrade[0]) : 0,
	};
	int fd = http_connect(scene->a.port);
	struct buf bytes;

	buf_init(&bytes, scratch, 0);
	http_write(&bytes, &request);
	if (fd < 0 || send(fd, bytes.p, bytes.n, MSG_NOSIGNAL) != (ssize_t)bytes.n)
		give_up("cannot ask for a stream");
	await(fd, websocket ? "\r\n\r\n" : ":)");
	return fd;
}

static void open_all(struct scene *scene, struct listening *listening)
{
	struct arena *scratch = arena_new();

	listening->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < STREAMS; i++) {
		struct epoll_event event = { .events = EPOLLIN };

		event.data.u32 = (uint32_t)i;
		listening->fds[i] = open_one(scene, scratch, i % 2);
		epoll_ctl(listening->epoll, EPOLL_CTL_ADD, listening->fds[i], &event);
		arena_reset(scratch);
	}
	arena_free(scratch);
}

/* Until each stream had something that is longer than a sign of life. */
static void hear_all(struct listening *listening, bool heard[STREAMS], struct waits *waits, int64_t start)
{
	struct epoll_event ready[64];
	char bytes[16384];
	int left = STREAMS;

	while (left) {
		int count = epoll_wait(listening->epoll, ready, 64, PATIENCE_MS);

		if (count <= 0)
			give_up("%d streams heard nothing", left);
		for (int i = 0; i < count; i++) {
			uint32_t at = ready[i].data.u32;
			ssize_t n = recv(listening->fds[at], bytes, sizeof(bytes), MSG_DONTWAIT);

			if (n == 0)
				give_up("a stream ended");
			if (n < 200 || heard[at])
				continue;
			heard[at] = true;
			waits_add(waits, now_us() - start);
			left--;
		}
	}
}

static void measure_news(struct scene *scene, struct listening *listening)
{
	struct http_request post = {
		.method = "POST", .target = "/api/v1/statuses", .port = scene->a.port, .type = "application/json",
		.token = scene->posters[1].token,
		.body = arena_printf(scene->arena, "{\"status\":\"%.*s\"}", STR_ARG(scene->text)),
	};
	struct figure figure = { .measure = "a post to all of them", .connections = STREAMS };
	struct waits waits = { 0 };
	int fd = http_connect(scene->a.port);
	double cpu_us = process_cpu_us(scene->a.pid), seconds = 0;

	for (int i = 0; i < POSTS; i++) {
		static bool heard[STREAMS];
		int64_t start;

		memset(heard, 0, sizeof(heard));
		http_must(scene->arena, fd, &post, 200);
		start = now_us();
		hear_all(listening, heard, &waits, start);
		seconds += (double)(now_us() - start) / 1e6;
		scene->posts++;
	}
	close(fd);
	figure_measured(&figure, &waits, seconds, process_cpu_us(scene->a.pid) - cpu_us);
	report_add(scene->report, &figure);
	waits_clear(&waits);
}

void measure_streams(struct scene *scene)
{
	const char *const allow[] = { "config", "set", "limits.streams_per_account", "10000", NULL };
	struct listening *listening = calloc(1, sizeof(*listening));
	struct figure memory = {
		.measure = "memory with idle streams (RssAnon)", .unit = "MiB", .connections = STREAMS, .value_at_most = 200,
	};

	if (!listening)
		abort();
	raise_limit();
	node_stop(&scene->a);
	node_command(&scene->a, allow);
	node_start(&scene->a);
	open_all(scene, listening);
	pause_us(SETTLE_US);
	memory.value = (double)process_rss_anon_kib(scene->a.pid) / 1024;
	report_add(scene->report, &memory);
	measure_news(scene, listening);
	for (int i = 0; i < STREAMS; i++)
		close(listening->fds[i]);
	close(listening->epoll);
	free(listening);
	/* the next measures find a node that never had them */
	node_stop(&scene->a);
	node_start(&scene->a);
}
