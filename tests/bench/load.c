/*
 * One thread, one epoll, N connections.
 */
#include "tests/bench/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/bench/http.h"

enum { PIECE_BYTES = 64 * 1024, EVENTS_AT_ONCE = 64, SILENCE_MS = 15000 };

struct connection {
	int fd;
	unsigned number;
	struct buf out, in;
	int64_t sent_us;
};

struct run {
	const struct load *load;
	int epoll;
	int64_t until_us;  /* 0: without end */
	unsigned active;
	struct load_result *result;
};

static void send_next(struct run *run, struct connection *connection)
{
	const struct load *load = run->load;

	connection->out.n = connection->in.n = 0;
	if ((run->until_us && now_us() >= run->until_us) ||
	    !load->next(load->context, connection->number, &connection->out)) {
		run->active--;
		return;
	}
	connection->sent_us = now_us();
	/* The socket blocks, and its buffer is larger than any request of ours. */
	if (send(connection->fd, connection->out.p, connection->out.n, MSG_NOSIGNAL) != (ssize_t)connection->out.n)
		give_up("load: a connection broke while sending: %s", strerror(errno));
}

static void receive(struct run *run, struct connection *connection)
{
	struct http_reply reply;
	ssize_t n = recv(connection->fd, buf_reserve(&connection->in, PIECE_BYTES), PIECE_BYTES, MSG_DONTWAIT);
	int r;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		give_up("load: the server closed a connection after %zu answers", run->result->waits.count);
	connection->in.n += (size_t)n;
	r = http_read((struct str){ connection->in.p, connection->in.n }, &reply);
	if (r == NEED)
		return;
	if (r != OK || reply.status != run->load->status)
		give_up("load: after %zu answers: %.*s", run->result->waits.count, (int)connection->in.n, connection->in.p);
	waits_add(&run->result->waits, now_us() - connection->sent_us);
	run->result->body_bytes = reply.body.n;
	send_next(run, connection);
}

static void open_connection(struct run *run, struct arena *arena, struct connection *connection, unsigned number)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

	connection->number = number;
	buf_init(&connection->out, arena, 0);
	buf_init(&connection->in, arena, 0);
	connection->fd = http_connect(run->load->port);
	if (connection->fd < 0 || epoll_ctl(run->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
		give_up("load: no connection to port %u: %s", run->load->port, strerror(errno));
}

static void loop(struct run *run)
{
	struct epoll_event events[EVENTS_AT_ONCE];

	while (run->active) {
		int n = epoll_wait(run->epoll, events, EVENTS_AT_ONCE, SILENCE_MS);

		if (n == 0 || (n < 0 && errno != EINTR))
			give_up("load: no answer for %d ms after %zu", SILENCE_MS, run->result->waits.count);
		for (int i = 0; i < n; i++)
			receive(run, events[i].data.ptr);
	}
}

void load_run(const struct load *load, struct load_result *result)
{
	struct run run = { .load = load, .result = result, .active = load->connections };
	struct arena *arena = arena_new();
	struct connection *connections = ARENA_ARRAY(arena, struct connection, load->connections);
	int64_t start_us;

	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < load->connections; i++)
		open_connection(&run, arena, &connections[i], i);
	start_us = now_us();
	run.until_us = load->seconds > 0 ? start_us + (int64_t)(load->seconds * 1e6) : 0;
	for (unsigned i = 0; i < load->connections; i++)
		send_next(&run, &connections[i]);
	loop(&run);
	result->seconds += (double)(now_us() - start_us) / 1e6;
	for (unsigned i = 0; i < load->connections; i++)
		close(connections[i].fd);
	close(run.epoll);
	arena_free(arena);
}
