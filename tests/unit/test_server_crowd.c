/* The HTTP server when many come at once, are slow, leave in the middle, or are there when it stops. */
#include "node/http/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/base/clock.h"
#include "tests/rig/door.h"
#include "tests/unit/tap.h"

enum { CROWD = 64 };

#define is_reply(request, status, body, name) ok(door_answers(request, status, body), "%s", name)

static void test_crowd(void)
{
	uint64_t before = door_parked();
	int fds[CROWD];

	atomic_store(&door_gate_closed, true);
	for (int i = 0; i < CROWD; i++) {
		char body[64];

		snprintf(body, sizeof(body), "key=crowd%d&value=%d", i, i);
		fds[i] = door_dial();
		door_say(fds[i], door_post_form(i == 0 ? "/api/wait-write" : "/api/write-show", body));
	}
	ok(door_wait_parked(before, CROWD), "64 writes wait at once");
	is_reply(GET("/api/show"), 200, "\"show\"", "reads do not wait behind them");
	atomic_store(&door_gate_closed, false);
	is_int(door_hear_all(fds, CROWD, 200), CROWD, "all are answered when they are on disk");
}

static void test_leavers(void)
{
	uint64_t before = door_parked();
	int fds[8];

	atomic_store(&door_gate_closed, true);
	for (int i = 0; i < 8; i++) {
		fds[i] = door_dial();
		door_say(fds[i], door_post_form("/api/wait-work", "x=1"));
	}
	ok(door_wait_parked(before, 8), "8 calls are parked");
	for (int i = 0; i < 8; i++) {
		struct linger reset = { .l_onoff = 1 };

		setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fds[i]);
	}
	atomic_store(&door_gate_closed, false);
	is_reply(GET("/api/show"), 200, "\"show\"", "clients that leave while they are parked harm nobody");
	for (int i = 0; i < 4; i++) {
		int fd = door_dial();

		door_say(fd, i % 2 ? STR("GET /api/sh") : STR(HEAD("POST /api/size") "Content-Length: 100\r\n\r\nhalf"));
		close(fd);
	}
	is_reply(GET("/api/show"), 200, "\"show\"", "nor do those that leave in the middle of a request");
}

static void test_busy(void)
{
	struct server_counters counters;
	struct door_reply reply;
	uint64_t before;
	int fds[5];

	is_int(door_start(1, 1), OK, "a server starts");
	atomic_store(&door_gate_closed, true);
	for (int i = 0; i < 2; i++) {  /* one runs, one waits */
		fds[i] = door_dial();
		before = door_parked();
		door_say(fds[i], door_post_form("/api/wait-write", "key=busy&value=1"));
		door_wait_parked(before, 1);
		door_wait_ms(50);
	}
	reply = door_ask(door_post_form("/api/write", "key=refused&value=1"));
	is_int(reply.status, 503, "a full writer is told at once");
	ok(door_has_line(reply, "Retry-After: 1\r\n"), "with a time to come again");
	free(reply.text);
	for (int i = 2; i < 5; i++) {  /* two run, one waits */
		fds[i] = door_dial();
		before = door_parked();
		door_say(fds[i], door_post_form("/api/wait-work", "x=1"));
		door_wait_parked(before, 1);
		door_wait_ms(50);
	}
	reply = door_ask(door_post_form("/api/work-show", "x=1"));
	is_int(reply.status, 503, "a full pool is told at once");
	free(reply.text);
	server_counters_get(door.server, &counters);
	is_int(counters.refused_busy, 2, "both are counted");
	atomic_store(&door_gate_closed, false);
	is_int(door_hear_all(fds, 5, 200), 5, "those that were taken are answered");
	is_reply(GET("/api/show?key=refused"), 404, "{\"error\":\"Record not found\"}", "the refused one did nothing");
	door_stop();
}

/* Says `request` one byte at a time until the server hangs up. false: it had enough of it before `most_ms`. */
static bool trickles(struct str request, int64_t most_ms)
{
	int64_t until_ms = clock_monotonic_ms() + most_ms;
	int fd = door_dial();
	size_t at = 0;
	char byte;

	while (clock_monotonic_ms() < until_ms) {
		if (send(fd, request.p + at++ % request.n, 1, MSG_NOSIGNAL) < 0 || recv(fd, &byte, 1, MSG_DONTWAIT) == 0)
			break;
		server_upkeep(door.server);
		door_wait_ms(100);
	}
	close(fd);
	return clock_monotonic_ms() >= until_ms;
}

/* Bodies that are on their way share a bound: 64 whole ones. */
static void test_many_bodies(void)
{
	struct str most = arena_printf(door.arena, HEAD("POST /api/size") "Content-Length: 4096\r\n\r\n%.*s",
	                               STR_ARG(door_many("x", 4095)));
	struct door_reply reply;
	int fds[64];

	is_int(door_start(100, 100), OK, "a server starts");
	for (int i = 0; i < 64; i++) {
		fds[i] = door_dial();
		door_say(fds[i], most);
	}
	door_wait_ms(300);
	reply = door_ask(door_post("/api/size", "x/y", door_many("x", 4096)));
	is_int(reply.status, 503, "one body more than there is memory for is refused");
	ok(door_has_line(reply, "Retry-After: 1\r\n"), "for now");
	free(reply.text);
	is_reply(door_post("/api/size", "x/y", STR("short")), 200, "5", "a short one has room all the same");
	for (int i = 0; i < 64; i++)
		close(fds[i]);
	door_wait_ms(300);
	is_reply(door_post("/api/size", "x/y", door_many("x", 4096)), 200, "4096", "when those are gone, so have long ones");
	door_stop();
}

/* How many of 20 connections, closed by their clients in the middle of the headers, are there a moment later: before
 * the library's own timeout of a second. */
static uint64_t left_behind(void)
{
	struct server_counters counters;

	for (int i = 0; i < 20; i++) {
		int fd = door_dial();

		door_say(fd, STR("GET /api/show HTTP/1.1\r\nHost: a\r\n"));
		close(fd);
	}
	for (int i = 0; i < 3; i++) {
		door_wait_ms(100);
		server_upkeep(door.server);
	}
	door_wait_ms(100);
	server_counters_get(door.server, &counters);
	return counters.connections;
}

static void test_slow(void)
{
	int idle;

	is_int(door_start(100, 100), OK, "a server starts");
	ok(!trickles(STR("x"), 6000), "a request line that never ends is cut off");
	ok(!trickles(STR("GET / HTTP/1.1\r\nHost: a\r\nX-A: "), 6000), "so are headers that never end");
	is_int(left_behind(), 0, "who leaves in the middle of a request does not hold its place");
	idle = door_dial();
	atomic_store(&door_gate_closed, true);
	door_say(idle, door_post_form("/api/wait-work", "x=1"));
	shutdown(idle, SHUT_WR);
	door_wait_ms(2500);
	server_upkeep(door.server);
	atomic_store(&door_gate_closed, false);
	is_int(door_hear_all(&idle, 1, 200), 1, "who waits for us is not");
	door_stop();
}

static void *open_gate_later(void *arg)
{
	(void)arg;
	door_wait_ms(300);
	atomic_store(&door_gate_closed, false);
	return NULL;
}

static void test_stop(void)
{
	uint64_t before;
	pthread_t opener;
	int fds[8], idle, late;

	is_int(door_start(100, 100), OK, "a server starts");
	before = door_parked();
	idle = door_dial();
	atomic_store(&door_gate_closed, true);
	for (int i = 0; i < 8; i++) {
		fds[i] = door_dial();
		door_say(fds[i], i % 2 ? door_post_form("/api/wait-work", "x=1") : door_post_form("/api/wait-write", "key=stop&value=1"));
	}
	ok(door_wait_parked(before, 8), "8 calls are parked");
	server_quiesce(door.server);
	late = door_dial();
	ok(late < 0, "a server that is quiet takes no new connections");
	pthread_create(&opener, NULL, open_gate_later, NULL);
	door_stop();
	pthread_join(opener, NULL);
	is_int(door_hear_all(fds, 8, 200), 8, "stopping answers those that were parked");
	close(idle);
}

int main(void)
{
	door_build();
	is_int(door_start(100, 1000), OK, "a server starts");
	test_crowd();
	test_leavers();
	door_stop();
	test_busy();
	test_many_bodies();
	test_slow();
	test_stop();
	door_remove();
	return done();
}
