/*
 * libcurl multi behind epoll: the cost of a step depends on what happened, not on how many requests are under way.
 *
 * curl_multi_perform() and curl_multi_poll() would look at each of some thousand requests whenever one moves.
 */
#include "federation/wire.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

enum {
	EVENTS_MAX = 128,
	HANDLES_KEPT = 64,
	CONNECTIONS_MIN = 64, CONNECTIONS_MAX = 8192, FILES_WANTED = 65536,
	ANSWER_MAX = 64 * 1024,     /* bytes of headers and body; we want the status only */
	BACKSTOP_MS = 60 * 1000,
	ACCEPT_SIGNATURE_MAX = 8192,
};

struct wire {
	struct net *net;
	int64_t timeout_ms;
	CURLM *multi;
	int epoll, alarm;           /* alarm: an eventfd, written by wire_wake() */
	int64_t timer_ms;           /* monotonic, when libcurl wants to be called; INT64_MAX: not */
	struct transfer *under_way;
	CURL *idle[HANDLES_KEPT];
	size_t idle_count;
};

/* ---- what libcurl tells us ---- */

/* `known`: not NULL once the socket is in the epoll set. */
static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
	struct wire *wire = context;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(wire->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
	if (epoll_ctl(wire->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
		return -1;
	if (!known)
		curl_multi_assign(wire->multi, fd, wire);
	return 0;
}

static int timer_changed(CURLM *multi, long ms, void *context)
{
	struct wire *wire = context;

	(void)multi;
	wire->timer_ms = ms < 0 ? INT64_MAX : clock_monotonic_ms() + ms;
	return 0;
}

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	(void)data;
	transfer->answer_bytes += size * count;
	return transfer->answer_bytes > ANSWER_MAX ? 0 : size * count;
}

/* Of the headers one matters: how a peer that refused a signature would have it. The first of them is enough. */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	static const struct str name = { "accept-signature:", 17 };
	struct transfer *transfer = context;
	struct str line = { data, size * count };

	if (line.n <= ACCEPT_SIGNATURE_MAX && !transfer->accept_signature.n &&
	    str_eq_nocase(str_sub(line, 0, name.n), name))
		transfer->accept_signature = arena_str(transfer->arena, str_trim(str_sub(line, name.n, line.n)));
	return take_answer(data, size, count, context);
}

/* ---- a wire ---- */

/* Half of the files we may open: the other half is the server's and the store's. Most systems begin with a low limit that
 * a process may raise; without that, some hundred peers at once would look dead for want of a socket. */
static long connections_kept(void)
{
	struct rlimit limit;
	rlim_t kept = CONNECTIONS_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return CONNECTIONS_MIN;
	if (limit.rlim_cur < FILES_WANTED) {
		limit.rlim_cur = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < kept)
		kept = limit.rlim_cur / 2;
	return kept > CONNECTIONS_MIN ? (long)kept : CONNECTIONS_MIN;
}

struct wire *wire_new(struct net *net, int64_t timeout_ms)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	struct epoll_event event = { .events = EPOLLIN };

	if (!wire)
		abort();
	wire->net = net;
	wire->timeout_ms = timeout_ms;
	wire->timer_ms = INT64_MAX;
	wire->multi = curl_multi_init();
	wire->epoll = epoll_create1(EPOLL_CLOEXEC);
	wire->alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.data.fd = wire->alarm;
	if (!wire->multi || wire->epoll < 0 || wire->alarm < 0 ||
	    epoll_ctl(wire->epoll, EPOLL_CTL_ADD, wire->alarm, &event) != 0)
		abort();
	curl_multi_setopt(wire->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(wire->multi, CURLMOPT_SOCKETDATA, wire);
	curl_multi_setopt(wire->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(wire->multi, CURLMOPT_TIMERDATA, wire);
	curl_multi_setopt(wire->multi, CURLMOPT_MAXCONNECTS, connections_kept());
	return wire;
}

void wire_free(struct wire *wire)
{
	wire_break_off(wire);
	for (size_t i = 0; i < wire->idle_count; i++)
		curl_easy_cleanup(wire->idle[i]);
	curl_multi_cleanup(wire->multi);
	close(wire->epoll);
	close(wire->alarm);
	free(wire);
}

void wire_wake(struct wire *wire)
{
	uint64_t one = 1;

	/* The only failure is a counter that is full, and then it wakes anyway. */
	if (write(wire->alarm, &one, sizeof(one)) < 0)
		return;
}

/* ---- one request ---- */

static CURL *handle_take(struct wire *wire)
{
	CURL *easy = wire->idle_count ? wire->idle[--wire->idle_count] : curl_easy_init();

	if (!easy)
		abort();
	return easy;
}

static void handle_give(struct wire *wire, CURL *easy)
{
	if (wire->idle_count == HANDLES_KEPT) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	wire->idle[wire->idle_count++] = easy;
}

static struct curl_slist *header_list(struct arena *arena, const struct transfer *transfer)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < transfer->header_count; i++) {
		const struct header *header = &transfer->headers[i];
		struct curl_slist *longer =
			curl_slist_append(list, arena_printf(arena, "%.*s: %.*s", STR_ARG(header->name),
			                                     STR_ARG(header->value)).p);

		if (!longer)
			abort();
		list = longer;
	}
	return list;
}

static void under_way_add(struct wire *wire, struct transfer *transfer)
{
	transfer->newer = wire->under_way;
	transfer->older = &wire->under_way;
	if (wire->under_way)
		wire->under_way->older = &transfer->newer;
	wire->under_way = transfer;
}

static void under_way_remove(struct transfer *transfer)
{
	*transfer->older = transfer->newer;
	if (transfer->newer)
		transfer->newer->older = transfer->older;
}

int wire_send(struct wire *wire, struct arena *arena, struct transfer *transfer)
{
	CURL *easy = handle_take(wire);
	int err = net_prepare_handle(wire->net, arena, easy, transfer->url, &transfer->guard);

	if (err != OK) {
		handle_give(wire, easy);
		return err;
	}
	transfer->easy = easy;
	transfer->arena = arena;
	transfer->list = header_list(arena, transfer);
	transfer->status = 0;
	transfer->retry_after_ms = 0;
	transfer->accept_signature = STR_NONE;
	transfer->answer_bytes = 0;
	if (transfer->post) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.n ? transfer->body.p : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.n);
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->list);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)wire->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	under_way_add(wire, transfer);
	if (curl_multi_add_handle(wire->multi, easy) != CURLM_OK)
		abort();
	return OK;
}

/* A status line that arrived counts, even when the rest of the answer did not: the peer has decided. */
static void read_answer(struct transfer *transfer)
{
	long status = 0;
	curl_off_t seconds = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200)
		return;
	transfer->status = (int)status;
	if (status != 401 && status >= 300)
		transfer->accept_signature = STR_NONE;
	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds > DAY_MS / SECOND_MS)
		seconds = DAY_MS / SECOND_MS;
	if (seconds > 0)
		transfer->retry_after_ms = (int64_t)seconds * SECOND_MS;
}

static void transfer_end(struct wire *wire, struct transfer *transfer)
{
	curl_multi_remove_handle(wire->multi, transfer->easy);
	handle_give(wire, transfer->easy);
	curl_slist_free_all(transfer->list);
	under_way_remove(transfer);
	transfer->done(transfer);
}

static void transfers_end(struct wire *wire)
{
	CURLMsg *message;
	int waiting;

	while ((message = curl_multi_info_read(wire->multi, &waiting))) {
		struct transfer *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		read_answer(transfer);
		transfer_end(wire, transfer);
	}
}

void wire_break_off(struct wire *wire)
{
	/* libcurl closes a socket before it tells of it, and by then another thread may have got its number. The epoll set
	 * forgets closed sockets by itself. */
	curl_multi_setopt(wire->multi, CURLMOPT_SOCKETFUNCTION, NULL);
	while (wire->under_way)
		transfer_end(wire, wire->under_way);
}

/* ---- moving along ---- */

static int wait_for(const struct wire *wire, int64_t wait_ms)
{
	int64_t timer_ms = wire->timer_ms == INT64_MAX ? BACKSTOP_MS : wire->timer_ms - clock_monotonic_ms();

	if (timer_ms < wait_ms)
		wait_ms = timer_ms;
	return wait_ms < 0 ? 0 : wait_ms > BACKSTOP_MS ? BACKSTOP_MS : (int)wait_ms;
}

static void socket_moved(struct wire *wire, const struct epoll_event *event)
{
	int running, what = 0;
	uint64_t ignored;

	if (event->data.fd == wire->alarm) {
		if (read(wire->alarm, &ignored, sizeof(ignored)) < 0)
			return;
		return;
	}
	if (event->events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (event->events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (event->events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	curl_multi_socket_action(wire->multi, event->data.fd, what, &running);
}

void wire_run(struct wire *wire, int64_t wait_ms)
{
	struct epoll_event events[EVENTS_MAX];
	int running, count = epoll_wait(wire->epoll, events, EVENTS_MAX, wait_for(wire, wait_ms));

	for (int i = 0; i < count; i++)
		socket_moved(wire, &events[i]);
	if (wire->timer_ms <= clock_monotonic_ms()) {
		wire->timer_ms = INT64_MAX;
		curl_multi_socket_action(wire->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	transfers_end(wire);
}
