/*
 * Stub peers over one epoll set. Everything is under one lock that the thread holds while it works; tests look in
 * between. Failures of the rig itself abort.
 */
#include "tests/rig/stub_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"

enum { ANSWERS_MAX = 8, EVENTS_MAX = 128, READ_BYTES = 16384 };

struct connection {
	size_t peer;
	int fd;
	bool listens;             /* this is the listener of a peer */
	bool hangs;
	int64_t answer_at_ms;     /* when a delayed answer is due; 0: none is */
	size_t answered;          /* index + 1 of the noted request */
	int status, retry_after_s;
	const char *says;
	char *bytes;              /* read, not yet taken */
	size_t count, room;
	struct connection *newer, **older;
};

struct peer_stub {
	struct connection *listener;
	uint16_t port;
	struct stub_answer answers[ANSWERS_MAX];
	size_t answer_count;
	size_t gets, posts, under_way, side_by_side;
	struct str origin;
};

struct stub_peers {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct arena *arena;
	int epoll;
	bool keep, stopping;
	struct peer_stub *peers;
	size_t count;
	struct connection *connections;
	struct connection *closed;    /* freed once the events in hand are through */
	struct stub_request **requests;
	size_t request_count, request_room;
};

static void must(bool good)
{
	if (!good)
		abort();
}

static struct connection *connection_new(struct stub_peers *stubs, size_t peer, int fd, bool listens)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	must(c && fd >= 0);
	*c = (struct connection){ .peer = peer, .fd = fd, .listens = listens };
	c->newer = stubs->connections;
	c->older = &stubs->connections;
	if (stubs->connections)
		stubs->connections->older = &c->newer;
	stubs->connections = c;
	must(epoll_ctl(stubs->epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	return c;
}

static void connection_close(struct stub_peers *stubs, struct connection *c)
{
	if (c->fd < 0)
		return;
	if (c->hangs || c->answer_at_ms)
		stubs->peers[c->peer].under_way--;
	close(c->fd);
	c->fd = -1;
	*c->older = c->newer;
	if (c->newer)
		c->newer->older = c->older;
	c->newer = stubs->closed;
	stubs->closed = c;
}

static void closed_free(struct stub_peers *stubs)
{
	while (stubs->closed) {
		struct connection *c = stubs->closed;

		stubs->closed = c->newer;
		free(c->bytes);
		free(c);
	}
}

static void peer_listen(struct stub_peers *stubs, size_t peer)
{
	struct peer_stub *stub = &stubs->peers[peer];
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		                       .sin_port = htons(stub->port) };
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	must(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 256) == 0);
	must(getsockname(fd, (struct sockaddr *)&address, &n) == 0);
	stub->port = ntohs(address.sin_port);
	stub->listener = connection_new(stubs, peer, fd, true);
}

/* --- answers ---------------------------------------------------------------------------------------------------- */

static bool holds(struct str text, const char *wanted)
{
	return str_find(text, str_of(wanted)) != SIZE_MAX;
}

static bool is_meant(const struct stub_answer *answer, struct str head, struct str body)
{
	return (!answer->match || holds(body, answer->match)) && (!answer->bearing || holds(head, answer->bearing)) &&
	       !(answer->lacking && holds(head, answer->lacking));
}

static struct stub_answer answer_take(struct peer_stub *stub, struct str head, struct str body)
{
	for (size_t i = stub->answer_count; i > 0; i--) {
		struct stub_answer *answer = &stub->answers[i - 1], taken = *answer;

		if (!is_meant(answer, head, body))
			continue;
		if (answer->times && --answer->times == 0) {
			memmove(answer, answer + 1, (stub->answer_count - i) * sizeof(*answer));
			stub->answer_count--;
		}
		return taken;
	}
	return (struct stub_answer){ .status = 202 };
}

static void connection_answer(struct stub_peers *stubs, struct connection *c)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\nContent-Length: 0\r\n", c->status);

	if (c->retry_after_s)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "Retry-After: %d\r\n", c->retry_after_s);
	if (c->says)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s\r\n", c->says);
	n += snprintf(text + n, sizeof(text) - (size_t)n, "\r\n");
	c->answer_at_ms = 0;
	stubs->peers[c->peer].under_way--;
	if (c->answered)
		stubs->requests[c->answered - 1]->status = c->status;
	if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		connection_close(stubs, c);
}

/* --- requests --------------------------------------------------------------------------------------------------- */

static void request_note(struct stub_peers *stubs, struct connection *c, struct str head, struct str body)
{
	struct stub_request *request = ARENA_NEW(stubs->arena, struct stub_request);
	struct str rest = arena_str(stubs->arena, head), line = str_cut(&rest, '\n');

	request->peer = c->peer;
	request->at_ms = clock_monotonic_ms();
	request->method = str_cut(&line, ' ');
	request->target = str_cut(&line, ' ');
	request->body = arena_str(stubs->arena, body);
	while (rest.n) {
		struct str value = str_trim(str_cut(&rest, '\n')), name;

		if (!value.n)
			continue;
		name = str_cut(&value, ':');
		must(request->header_count < sizeof(request->headers) / sizeof(request->headers[0]));
		request->headers[request->header_count++] = (struct header){ name, str_trim(value) };
	}
	if (stubs->request_count == stubs->request_room) {
		stubs->request_room = stubs->request_room ? stubs->request_room * 2 : 64;
		stubs->requests = realloc(stubs->requests, stubs->request_room * sizeof(struct stub_request *));
		must(stubs->requests);
	}
	stubs->requests[stubs->request_count++] = request;
	c->answered = stubs->request_count;
}

static void request_serve(struct stub_peers *stubs, struct connection *c, struct str head, struct str body)
{
	struct peer_stub *stub = &stubs->peers[c->peer];
	struct stub_answer answer;

	bool get = str_starts(head, STR("GET "));

	*(get ? &stub->gets : &stub->posts) += 1;
	if (stubs->keep)
		request_note(stubs, c, head, body);
	answer = get ? (struct stub_answer){ .status = 200 } : answer_take(stub, head, body);
	stub->under_way++;
	if (!get && stub->under_way > stub->side_by_side)
		stub->side_by_side = stub->under_way;
	pthread_cond_broadcast(&stubs->arrived);
	c->status = answer.status ? answer.status : 202;
	c->retry_after_s = answer.retry_after_s;
	c->says = answer.says;
	if (answer.manner == STUB_HANG) {
		c->hangs = true;
	} else if (answer.manner == STUB_CLOSE) {
		c->hangs = true;
		connection_close(stubs, c);
	} else if (answer.delay_ms) {
		c->answer_at_ms = clock_monotonic_ms() + answer.delay_ms;
	} else {
		connection_answer(stubs, c);
	}
}

/* "Content-Length: N" of a head; 0 when there is none. */
static size_t body_length(struct str head)
{
	static const struct str name = { "\nContent-Length: ", 17 };
	size_t at = str_find(head, name);
	struct str rest = at == SIZE_MAX ? STR_NONE : str_sub(head, at + name.n, SIZE_MAX);
	uint64_t n = 0;

	return str_to_u64(str_trim(str_cut(&rest, '\n')), &n) ? (size_t)n : 0;
}

static void requests_take(struct stub_peers *stubs, struct connection *c)
{
	while (c->fd >= 0 && !c->hangs && !c->answer_at_ms) {
		struct str bytes = { c->bytes, c->count };
		size_t at = c->count ? str_find(bytes, STR("\r\n\r\n")) : SIZE_MAX, body;

		if (at == SIZE_MAX)
			return;
		body = body_length(str_sub(bytes, 0, at));
		if (c->count < at + 4 + body)
			return;
		request_serve(stubs, c, str_sub(bytes, 0, at), str_sub(bytes, at + 4, body));
		c->count -= at + 4 + body;
		memmove(c->bytes, c->bytes + at + 4 + body, c->count);
	}
}

static void connection_read(struct stub_peers *stubs, struct connection *c)
{
	ssize_t n;

	if (c->room - c->count < READ_BYTES) {
		c->room += READ_BYTES;
		c->bytes = realloc(c->bytes, c->room);
		must(c->bytes);
	}
	n = recv(c->fd, c->bytes + c->count, READ_BYTES, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		connection_close(stubs, c);
		return;
	}
	c->count += (size_t)n;
	requests_take(stubs, c);
}

static void connection_accept(struct stub_peers *stubs, struct connection *listener)
{
	int fd, one = 1;

	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		connection_new(stubs, listener->peer, fd, false);
	}
}

/* --- the thread ------------------------------------------------------------------------------------------------- */

/* Gives the answers whose time has come; milliseconds to the next one. */
static int answers_due(struct stub_peers *stubs)
{
	int64_t now_ms = clock_monotonic_ms(), wait_ms = 20;
	struct connection *next;

	for (struct connection *c = stubs->connections; c; c = next) {
		next = c->newer;
		if (!c->answer_at_ms)
			continue;
		if (c->answer_at_ms > now_ms) {
			wait_ms = c->answer_at_ms - now_ms < wait_ms ? c->answer_at_ms - now_ms : wait_ms;
			continue;
		}
		connection_answer(stubs, c);
		requests_take(stubs, c);
	}
	return (int)wait_ms;
}

static void *stub_loop(void *arg)
{
	struct stub_peers *stubs = arg;
	struct epoll_event events[EVENTS_MAX];
	int wait_ms = 0;

	for (;;) {
		int count = epoll_wait(stubs->epoll, events, EVENTS_MAX, wait_ms);

		pthread_mutex_lock(&stubs->lock);
		if (stubs->stopping)
			break;
		for (int i = 0; i < count; i++) {
			struct connection *c = events[i].data.ptr;

			if (c->fd >= 0 && c->listens)
				connection_accept(stubs, c);
			else if (c->fd >= 0)
				connection_read(stubs, c);
		}
		wait_ms = answers_due(stubs);
		closed_free(stubs);
		pthread_mutex_unlock(&stubs->lock);
	}
	pthread_mutex_unlock(&stubs->lock);
	return NULL;
}

struct stub_peers *stub_new(size_t count, bool keep)
{
	struct stub_peers *stubs = calloc(1, sizeof(*stubs));
	pthread_condattr_t monotonic;

	must(stubs);
	stubs->arena = arena_new();
	stubs->keep = keep;
	stubs->count = count;
	stubs->peers = ARENA_ARRAY(stubs->arena, struct peer_stub, count);
	stubs->epoll = epoll_create1(EPOLL_CLOEXEC);
	pthread_mutex_init(&stubs->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&stubs->arrived, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (size_t i = 0; i < count; i++) {
		peer_listen(stubs, i);
		stubs->peers[i].origin = arena_printf(stubs->arena, "http://127.0.0.1:%u", stubs->peers[i].port);
	}
	must(pthread_create(&stubs->thread, NULL, stub_loop, stubs) == 0);
	return stubs;
}

void stub_free(struct stub_peers *stubs)
{
	pthread_mutex_lock(&stubs->lock);
	stubs->stopping = true;
	pthread_mutex_unlock(&stubs->lock);
	pthread_join(stubs->thread, NULL);
	while (stubs->connections)
		connection_close(stubs, stubs->connections);
	closed_free(stubs);
	close(stubs->epoll);
	pthread_cond_destroy(&stubs->arrived);
	pthread_mutex_destroy(&stubs->lock);
	free(stubs->requests);
	arena_free(stubs->arena);
	free(stubs);
}

/* --- what tests say and ask ------------------------------------------------------------------------------------- */

struct str stub_origin(const struct stub_peers *stubs, size_t peer)
{
	return stubs->peers[peer].origin;
}

struct str stub_domain(const struct stub_peers *stubs, size_t peer)
{
	return str_sub(stubs->peers[peer].origin, sizeof("http://") - 1, SIZE_MAX);
}

void stub_say(struct stub_peers *stubs, size_t peer, struct stub_answer answer)
{
	struct peer_stub *stub = &stubs->peers[peer];

	pthread_mutex_lock(&stubs->lock);
	must(stub->answer_count < ANSWERS_MAX);
	stub->answers[stub->answer_count++] = answer;
	pthread_mutex_unlock(&stubs->lock);
}

void stub_forget(struct stub_peers *stubs, size_t peer)
{
	pthread_mutex_lock(&stubs->lock);
	stubs->peers[peer].answer_count = 0;
	pthread_mutex_unlock(&stubs->lock);
}

void stub_down(struct stub_peers *stubs, size_t peer)
{
	struct connection *next;

	pthread_mutex_lock(&stubs->lock);
	for (struct connection *c = stubs->connections; c; c = next) {
		next = c->newer;
		if (c->peer == peer)
			connection_close(stubs, c);
	}
	pthread_mutex_unlock(&stubs->lock);
}

void stub_up(struct stub_peers *stubs, size_t peer)
{
	pthread_mutex_lock(&stubs->lock);
	peer_listen(stubs, peer);
	pthread_mutex_unlock(&stubs->lock);
}

static size_t count_locked(const struct stub_peers *stubs, size_t peer, const char *method)
{
	size_t count = 0;

	for (size_t i = 0; i < stubs->count; i++)
		if (peer == SIZE_MAX || i == peer)
			count += method[0] == 'G' ? stubs->peers[i].gets : stubs->peers[i].posts;
	return count;
}

size_t stub_count(struct stub_peers *stubs, size_t peer, const char *method)
{
	size_t count;

	pthread_mutex_lock(&stubs->lock);
	count = count_locked(stubs, peer, method);
	pthread_mutex_unlock(&stubs->lock);
	return count;
}

struct stub_request stub_request_at(struct stub_peers *stubs, size_t peer, const char *method, size_t n)
{
	struct stub_request found = { .peer = SIZE_MAX };

	pthread_mutex_lock(&stubs->lock);
	for (size_t i = 0; i < stubs->request_count && found.peer == SIZE_MAX; i++) {
		const struct stub_request *request = stubs->requests[i];

		if ((peer == SIZE_MAX || request->peer == peer) && str_eq(request->method, str_of(method)) && n-- == 0)
			found = *request;
	}
	pthread_mutex_unlock(&stubs->lock);
	must(found.peer != SIZE_MAX);
	return found;
}

bool stub_wait(struct stub_peers *stubs, size_t peer, const char *method, size_t count, int64_t ms)
{
	int64_t end_ms = clock_monotonic_ms() + ms;
	struct timespec end = { end_ms / 1000, end_ms % 1000 * 1000000L };
	bool there;

	pthread_mutex_lock(&stubs->lock);
	while (!(there = count_locked(stubs, peer, method) >= count))
		if (pthread_cond_timedwait(&stubs->arrived, &stubs->lock, &end) != 0)
			break;
	pthread_mutex_unlock(&stubs->lock);
	return there;
}

size_t stub_side_by_side(struct stub_peers *stubs, size_t peer)
{
	size_t most;

	pthread_mutex_lock(&stubs->lock);
	most = stubs->peers[peer].side_by_side;
	pthread_mutex_unlock(&stubs->lock);
	return most;
}

int64_t stub_cpu_ms(const struct stub_peers *stubs)
{
	struct timespec used;
	clockid_t clock;

	must(pthread_getcpuclockid(stubs->thread, &clock) == 0 && clock_gettime(clock, &used) == 0);
	return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

struct str stub_header(const struct stub_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (str_eq_nocase(request->headers[i].name, str_of(name)))
			return request->headers[i].value;
	return STR_NONE;
}
