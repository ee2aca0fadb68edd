/*
 * The thread that serves the streams, the places they take, and what other threads hand to it: events, newcomers,
 * leavers. The lists of listeners and streams are its own; the table of accounts, the counts and the hand-over stand
 * under one lock that is held for moments.
 */
#include "node/stream/hub.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "node/stream/places.h"
#include "node/stream/stream.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"

enum {
	EVENTS_MAX = 65536,     /* that wait to be told */
	READY_MAX = 64,         /* sockets in one turn */
	TICK_MS = 500,
	ENDING_MS = 3000,       /* how long hub_end() waits for clients to close */
};

struct hub {
	struct hub_core core;
	pthread_t thread;
	int wake_fd;            /* eventfd */
	pthread_mutex_t lock;
	struct places places;
	struct stream *changes; /* newcomers and leavers, newest first */
	struct event *events;
	size_t event_count, event_room;
	bool ending, stopping;
	uint64_t events_taken, lost, refused;
};

struct hub_core *hub_core(struct hub *hub)
{
	return &hub->core;
}

static void wake(struct hub *hub)
{
	uint64_t one = 1;

	if (write(hub->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		abort();
}

/* --- what other threads do -------------------------------------------------------------------------------------- */

/* A text that outlives the transaction or the request that it came by. */
static struct str text_keep(struct str text)
{
	char *kept = text.n ? malloc(text.n) : NULL;

	if (text.n && !kept)
		abort();
	if (text.n)
		memcpy(kept, text.p, text.n);
	return (struct str){ kept, text.n };
}

/* Ends of requests: a stream whose socket is not the hub's leaves. */
static void ticket_release(void *object)
{
	struct stream_ticket *ticket = object;
	struct stream *stream = ticket->stream;
	struct hub *hub;

	if (!stream)
		return;
	hub = stream->hub;
	if (stream->sse)
		sse_detach(stream->sse);
	pthread_mutex_lock(&hub->lock);
	stream->leaves = true;
	if (!stream->queued) {
		stream->queued = true;
		stream->next_change = hub->changes;
		hub->changes = stream;
	}
	wake(hub);
	pthread_mutex_unlock(&hub->lock);
}

int hub_open(struct hub *hub, struct arena *arena, const struct stream_request *request,
             struct stream_ticket **ret_ticket)
{
	struct stream_ticket *ticket = ARENA_NEW(arena, struct stream_ticket);
	struct stream *stream = calloc(1, sizeof(*stream));
	int err;

	if (!stream)
		abort();
	pthread_mutex_lock(&hub->lock);
	err = hub->ending ? ERR_BUSY : places_take(&hub->places, request->account_id, &stream->listener);
	hub->refused += err != OK;
	pthread_mutex_unlock(&hub->lock);
	if (err != OK) {
		free(stream);
		return err;
	}
	stream->hub = hub;
	stream->token_id = request->token_id;
	stream->expires_ms = request->expires_ms;
	stream->scopes = request->scopes;
	stream->address = text_keep(request->address);
	stream->websocket = request->websocket;
	if (request->channel) {
		stream->first = malloc(sizeof(*stream->first));
		if (!stream->first)
			abort();
		*stream->first = *request->channel;
	}
	if (!request->websocket) {
		stream->sse = sse_new();
		sse_put(stream->sse, STR(":)\n"));  /* something comes at once, also through proxies */
	}
	*ticket = (struct stream_ticket){ stream, request->websocket };
	arena_defer(arena, ticket_release, ticket);
	*ret_ticket = ticket;
	return OK;
}

static void hand_over(struct stream *stream)
{
	struct hub *hub = stream->hub;

	pthread_mutex_lock(&hub->lock);
	hub->places.sockets += stream->ws != NULL;
	stream->joins = stream->queued = true;
	stream->next_change = hub->changes;
	hub->changes = stream;
	wake(hub);
	pthread_mutex_unlock(&hub->lock);
}

void stream_begin_lines(struct stream_ticket *ticket, const struct sse_wire *wire)
{
	sse_attach(ticket->stream->sse, wire);
	hand_over(ticket->stream);
}

ssize_t stream_take(struct stream_ticket *ticket, char *out, size_t max)
{
	return sse_take(ticket->stream->sse, out, max);
}

void stream_begin_socket(struct stream_ticket *ticket, int fd, struct str already)
{
	struct stream *stream = ticket->stream;

	ticket->stream = NULL;
	stream->fd = fd;
	stream->ws = websocket_new(fd, already, stream_on_text, stream);
	hand_over(stream);
}

static bool is_news(const struct event *event)
{
	switch (event->kind) {
	case EVENT_POST:
	case EVENT_POST_EDITED:
	case EVENT_POST_DELETED:
	case EVENT_POST_WITHDRAWN:
	case EVENT_NOTICE:
	case EVENT_CONVERSATION:
	case EVENT_FILTERS:
	case EVENT_ANNOUNCEMENT:
	case EVENT_ANNOUNCEMENT_GONE:
	case EVENT_ANNOUNCEMENT_REACTION:
	case EVENT_NOTICES_MERGED:
	case EVENT_REVOKED:
	case EVENT_NETWORK:
		return true;
	default:
		return false;
	}
}

static void events_free(struct event *events, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)events[i].text.p);
	free(events);
}

static void keep_event(struct hub *hub, const struct event *event)
{
	/* That somebody lost the right to listen is never lost. */
	if (hub->event_count >= EVENTS_MAX && event->kind != EVENT_REVOKED && event->kind != EVENT_NETWORK) {
		hub->lost++;
		return;
	}
	if (hub->event_count == hub->event_room) {
		hub->event_room = hub->event_room ? 2 * hub->event_room : 64;
		hub->events = realloc(hub->events, hub->event_room * sizeof(*hub->events));
		if (!hub->events)
			abort();
	}
	hub->events[hub->event_count] = *event;
	hub->events[hub->event_count++].text = text_keep(event->text);
	hub->events_taken++;
}

void hub_publish(struct hub *hub, const struct event_list *events)
{
	size_t before;

	pthread_mutex_lock(&hub->lock);
	before = hub->event_count;
	if (hub->places.taken)
		for (size_t i = 0; i < events->count; i++)
			if (is_news(&events->events[i]))
				keep_event(hub, &events->events[i]);
	if (before == 0 && hub->event_count)
		wake(hub);
	pthread_mutex_unlock(&hub->lock);
}

/* --- the hub's thread ------------------------------------------------------------------------------------------- */

struct listener *hub_listener(struct hub *hub, uint64_t account_id)
{
	struct listener *listener;

	pthread_mutex_lock(&hub->lock);
	listener = places_find(&hub->places, account_id);
	pthread_mutex_unlock(&hub->lock);
	return listener;
}

static void link_stream(struct hub *hub, struct stream *stream)
{
	struct listener *listener = stream->listener;

	if (!listener->streams) {
		listener->next_active = hub->core.active;
		hub->core.active = listener;
	}
	stream->next = listener->streams;
	listener->streams = stream;
}

/* Out of the hub's own lists, if it is in them. */
static void unlink_stream(struct hub *hub, struct stream *stream)
{
	struct listener *listener = stream->listener, **active = &hub->core.active;
	struct stream **at = &listener->streams;

	while (*at && *at != stream)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = stream->next;
	if (listener->streams)
		return;
	while (*active != listener)
		active = &(*active)->next_active;
	*active = listener->next_active;
}

static void bury(struct hub *hub, struct stream *stream)
{
	struct listener *listener = stream->listener;
	bool had_socket = stream->ws != NULL;

	unlink_stream(hub, stream);
	stream_leave_seats(stream);
	stream_free(stream);
	pthread_mutex_lock(&hub->lock);
	hub->places.sockets -= had_socket;
	places_give_back(&hub->places, listener);
	pthread_mutex_unlock(&hub->lock);
}

/* Its token was looked at before it had its place: what was revoked meanwhile told nobody. */
static void join(struct hub *hub, struct arena *arena, struct view *view, struct stream *stream, int64_t now_ms)
{
	link_stream(hub, stream);
	if (!view || !stream_may(arena, view, stream))
		stream_end(stream, true, now_ms);
	else
		stream_join(stream, now_ms);
	if (hub->core.ending)
		stream_end(stream, false, now_ms);
}

static void take_changes(struct hub *hub, struct arena *arena, struct view *view, struct stream *changes, int64_t now_ms)
{
	while (changes) {
		struct stream *stream = changes;
		bool joins, leaves;

		pthread_mutex_lock(&hub->lock);
		changes = stream->next_change;
		joins = stream->joins;
		leaves = stream->leaves;
		stream->joins = stream->queued = false;
		pthread_mutex_unlock(&hub->lock);
		if (joins && !leaves)
			join(hub, arena, view, stream, now_ms);
		if (leaves)
			bury(hub, stream);
	}
}

/* Takes what was handed over: newcomers first, so that they hear what came after them. */
static void take_over(struct hub *hub, struct arena *arena, int64_t now_ms)
{
	struct stream *changes;
	struct event *events;
	struct view *view = NULL;
	size_t count;

	pthread_mutex_lock(&hub->lock);
	changes = hub->changes;
	events = hub->events;
	count = hub->event_count;
	hub->changes = NULL;
	hub->events = NULL;
	hub->event_count = hub->event_room = 0;
	pthread_mutex_unlock(&hub->lock);
	if (!changes && !count)
		return;
	if (view_begin(hub->core.store, &view) != OK)
		view = NULL;  /* newcomers are turned away; the others miss something */
	take_changes(hub, arena, view, changes, now_ms);
	for (size_t i = 0; view && i < count; i++) {
		tell(hub, arena, view, &events[i], now_ms);
		arena_reset(arena);
	}
	if (view)
		view_end(view);
	events_free(events, count);
}

static void end_all(struct hub *hub, int64_t now_ms)
{
	hub->core.ending = true;
	for (struct listener *listener = hub->core.active; listener; listener = listener->next_active)
		for (struct stream *stream = listener->streams; stream; stream = stream->next)
			stream_end(stream, false, now_ms);
}

static void beat_all(struct hub *hub, int64_t now_ms)
{
	for (struct listener *listener = hub->core.active; listener; listener = listener->next_active)
		for (struct stream *stream = listener->streams; stream; stream = stream->next)
			stream_beat(stream, now_ms);
}

/* A listener goes with its last stream: what comes behind either is looked at first. */
static void bury_finished(struct hub *hub)
{
	struct listener *listener = hub->core.active, *next_listener;

	if (!hub->core.finished)
		return;
	hub->core.finished = false;
	for (; listener; listener = next_listener) {
		struct stream *stream = listener->streams, *next;

		next_listener = listener->next_active;
		for (; stream; stream = next) {
			next = stream->next;
			if (stream->over)
				bury(hub, stream);
		}
	}
}

static void turn(struct hub *hub, int timeout_ms)
{
	struct epoll_event ready[READY_MAX];
	int count = epoll_wait(hub->core.epoll, ready, READY_MAX, timeout_ms);
	int64_t now_ms = clock_monotonic_ms();
	uint64_t ignored;

	for (int i = 0; i < count; i++) {
		if (ready[i].data.ptr)
			stream_ready(ready[i].data.ptr, ready[i].events, now_ms);
		else if (read(hub->wake_fd, &ignored, sizeof(ignored)) < 0 && errno != EAGAIN)
			abort();
	}
}

static void *hub_run(void *arg)
{
	struct hub *hub = arg;
	struct arena *arena = arena_new();
	int64_t tick_ms = 0;
	bool stopping = false;

	while (!stopping) {
		int64_t now_ms;
		bool ending;

		turn(hub, hub->core.active ? TICK_MS : -1);
		now_ms = clock_monotonic_ms();
		pthread_mutex_lock(&hub->lock);
		ending = hub->ending;
		pthread_mutex_unlock(&hub->lock);
		if (ending && !hub->core.ending)
			end_all(hub, now_ms);
		take_over(hub, arena, now_ms);
		if (now_ms >= tick_ms + TICK_MS || now_ms < tick_ms) {
			tick_ms = now_ms;
			beat_all(hub, now_ms);
		}
		bury_finished(hub);
		arena_reset(arena);
		pthread_mutex_lock(&hub->lock);
		stopping = hub->stopping && !hub->places.taken;
		pthread_mutex_unlock(&hub->lock);
	}
	arena_free(arena);
	return NULL;
}

/* --- life ------------------------------------------------------------------------------------------------------- */

static int open_descriptors(struct hub *hub)
{
	struct epoll_event event = { .events = EPOLLIN };

	hub->core.epoll = epoll_create1(EPOLL_CLOEXEC);
	hub->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hub->core.epoll < 0 || hub->wake_fd < 0 ||
	    epoll_ctl(hub->core.epoll, EPOLL_CTL_ADD, hub->wake_fd, &event) != 0)
		return ERR_FULL;
	return OK;
}

static void hub_free(struct hub *hub)
{
	if (hub->core.epoll >= 0)
		close(hub->core.epoll);
	if (hub->wake_fd >= 0)
		close(hub->wake_fd);
	pthread_mutex_destroy(&hub->lock);
	arena_free(hub->core.scratch);
	events_free(hub->events, hub->event_count);
	free(hub);
}

int hub_start(const struct hub_options *options, struct hub **ret_hub)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	sigset_t all, before;
	int err;

	if (!hub)
		abort();
	hub->places.max = options->streams_max;
	hub->places.per_account_max = options->streams_per_account_max;
	hub->core.store = options->store;
	hub->core.scratch = arena_new();
	pthread_mutex_init(&hub->lock, NULL);
	err = open_descriptors(hub);
	sigfillset(&all);  /* signals are the main thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err == OK && pthread_create(&hub->thread, NULL, hub_run, hub) != 0)
		err = ERR_FULL;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err != OK) {
		hub_free(hub);
		return err;
	}
	*ret_hub = hub;
	return OK;
}

static size_t sockets_left(struct hub *hub)
{
	size_t left;

	pthread_mutex_lock(&hub->lock);
	left = hub->places.sockets;
	pthread_mutex_unlock(&hub->lock);
	return left;
}

void hub_end(struct hub *hub)
{
	const struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };

	pthread_mutex_lock(&hub->lock);
	hub->ending = true;
	wake(hub);
	pthread_mutex_unlock(&hub->lock);
	/* Once in the life of a hub: nobody pays for a signal. Each client has its second to answer. */
	for (int waited_ms = 0; waited_ms < ENDING_MS && sockets_left(hub); waited_ms += 5)
		nanosleep(&pause, NULL);
	if (sockets_left(hub))
		log_event(LOG_LEVEL_WARNING, "streams did not end", "count", log_u64(sockets_left(hub)), NULL);
}

void hub_stop(struct hub *hub)
{
	if (!hub)
		return;
	pthread_mutex_lock(&hub->lock);
	hub->ending = hub->stopping = true;
	wake(hub);
	pthread_mutex_unlock(&hub->lock);
	pthread_join(hub->thread, NULL);
	hub_free(hub);
}

void hub_counters_get(struct hub *hub, struct hub_counters *ret_counters)
{
	pthread_mutex_lock(&hub->lock);
	*ret_counters = (struct hub_counters){
		.streams = hub->places.taken, .sockets = hub->places.sockets, .events = hub->events_taken,
		.sent = atomic_load(&hub->core.sent), .dropped = atomic_load(&hub->core.dropped),
		.asked = atomic_load(&hub->core.asked), .written = atomic_load(&hub->core.written),
		.refused = hub->refused, .lost = hub->lost,
	};
	pthread_mutex_unlock(&hub->lock);
}
