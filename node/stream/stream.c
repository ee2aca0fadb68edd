/*
 * One stream: what it says and hears, and when it ends. Who is told what is telling.c's. The hub's thread.
 */
#include "node/stream/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

enum {
	BEAT_MS = 15 * SECOND_MS,     /* a comment in server-sent events */
	BEATS_PER_PING = 2,
	SILENT_PINGS_MAX = 2,         /* unanswered: the client is gone, or stuck in the middle of a frame */
	CLOSING_MS = SECOND_MS,       /* for a client's answer to our close frame */
	MESSAGES_PER_BEAT_MAX = 500,  /* from one client */
	SOCKET_BYTES = 64 * 1024,     /* that the kernel keeps for a client, besides ours */
};

static void finish(struct stream *stream)
{
	hub_core(stream->hub)->finished |= !stream->over;
	stream->over = true;
}

/* The socket's readiness that matters now. */
static void watch(struct stream *stream)
{
	struct epoll_event event = { .data.ptr = stream };

	if (stream->over)
		return;
	event.events = EPOLLIN | (websocket_waits(stream->ws) ? EPOLLOUT : 0);
	if (event.events == stream->interest)
		return;
	epoll_ctl(hub_core(stream->hub)->epoll, stream->interest ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, stream->fd, &event);
	stream->interest = event.events;
}

/* After anything that may have ended it. */
static void settle(struct stream *stream, int64_t now_ms)
{
	if (websocket_over(stream->ws))
		finish(stream);
	else if (!stream->close_by_ms && websocket_closing(stream->ws))
		stream->close_by_ms = now_ms + CLOSING_MS;
	if (stream->close_by_ms)
		stream->ending = true;
	watch(stream);
}

static void sit(struct stream *stream, const struct channel *channel)
{
	stream->seats = realloc(stream->seats, (stream->seat_count + 1) * sizeof(struct seat *));
	if (!stream->seats)
		abort();
	stream->seats[stream->seat_count++] = seat_take(&stream->listener->seats, channel);
}

void stream_join(struct stream *stream, int64_t now_ms)
{
	int bytes = SOCKET_BYTES, on = 1;

	stream->beat_ms = now_ms + BEAT_MS;
	if (stream->first)
		sit(stream, stream->first);
	if (!stream->websocket)
		return;
	setsockopt(stream->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	websocket_read(stream->ws);  /* what came with the request */
	settle(stream, now_ms);
}

static void drop(struct stream *stream, int64_t now_ms)
{
	atomic_fetch_add(&hub_core(stream->hub)->dropped, 1);
	stream_end(stream, true, now_ms);
}

static struct str message_of(struct stream *stream, struct telling *telling, struct seat *seat)
{
	if (!seat->message.n) {
		seat->message = news_as_message(telling->arena, telling->news, &seat->channel);
		atomic_fetch_add(&hub_core(stream->hub)->written, 1);
	}
	return seat->message;
}

static struct str lines_of(struct stream *stream, struct telling *telling)
{
	if (!telling->lines.n) {
		telling->lines = news_as_lines(telling->arena, telling->news);
		atomic_fetch_add(&hub_core(stream->hub)->written, 1);
	}
	return telling->lines;
}

/* false: it does not fit to what waits already. */
static bool put(struct stream *stream, struct telling *telling, struct seat *seat, int64_t now_ms)
{
	bool fits;

	if (!stream->websocket)
		return sse_put(stream->sse, lines_of(stream, telling));
	fits = websocket_send(stream->ws, message_of(stream, telling, seat));
	settle(stream, now_ms);
	return fits;
}

void stream_send(struct stream *stream, struct telling *telling, struct seat *seat)
{
	int64_t now_ms = clock_monotonic_ms();

	if (stream->ending || stream->over || !(stream->scopes & telling->news->scopes))
		return;
	if (put(stream, telling, seat, now_ms))
		atomic_fetch_add(&hub_core(stream->hub)->sent, 1);
	else
		drop(stream, now_ms);
}

void stream_ready(struct stream *stream, uint32_t events, int64_t now_ms)
{
	if (stream->over)
		return;
	if (events & EPOLLOUT)
		websocket_write(stream->ws);
	if (events & ~(uint32_t)EPOLLOUT)
		websocket_read(stream->ws);
	if (websocket_heard(stream->ws) - stream->heard_at_beat > MESSAGES_PER_BEAT_MAX)
		websocket_close(stream->ws, WEBSOCKET_POLICY);
	settle(stream, now_ms);
}

static void ping(struct stream *stream)
{
	uint64_t heard = websocket_heard(stream->ws);

	stream->silent_pings = heard == stream->heard && stream->beats > BEATS_PER_PING ? stream->silent_pings + 1 : 0;
	stream->heard = heard;
	if (stream->silent_pings >= SILENT_PINGS_MAX)
		finish(stream);
	else
		websocket_ping(stream->ws);
}

static void beat(struct stream *stream, int64_t now_ms)
{
	stream->beats++;
	stream->beat_ms = now_ms + BEAT_MS;
	if (!stream->websocket) {
		if (!sse_put(stream->sse, STR(":thump\n")))
			drop(stream, now_ms);
		return;
	}
	stream->heard_at_beat = websocket_heard(stream->ws);
	if (stream->beats % BEATS_PER_PING == 0)
		ping(stream);
	settle(stream, now_ms);
}

void stream_beat(struct stream *stream, int64_t now_ms)
{
	if (stream->close_by_ms && now_ms >= stream->close_by_ms)
		finish(stream);
	if (stream->expires_ms && !stream->ending && clock_now_ms() >= stream->expires_ms)
		stream_end(stream, true, now_ms);
	if (!stream->over && !stream->ending && now_ms >= stream->beat_ms)
		beat(stream, now_ms);
}

void stream_end(struct stream *stream, bool at_once, int64_t now_ms)
{
	if (stream->over || (stream->ending && !at_once))
		return;
	stream->ending = true;
	if (!stream->websocket) {
		sse_end(stream->sse, at_once);
		return;
	}
	/* A close frame would wait behind what the client may not have, or does not read. */
	if (at_once && websocket_waits(stream->ws)) {
		finish(stream);
		return;
	}
	websocket_close(stream->ws, at_once ? WEBSOCKET_POLICY : WEBSOCKET_GOING_AWAY);
	settle(stream, now_ms);
}

void stream_leave_seats(struct stream *stream)
{
	while (stream->seat_count)
		seat_leave(&stream->listener->seats, stream->seats[--stream->seat_count]);
}

void stream_free(struct stream *stream)
{
	/* said to epoll: the HTTP library may have a descriptor of the same socket a moment longer */
	if (stream->interest)
		epoll_ctl(hub_core(stream->hub)->epoll, EPOLL_CTL_DEL, stream->fd, NULL);
	if (stream->ws)
		close(stream->fd);
	websocket_free(stream->ws);
	sse_free(stream->sse);
	free((char *)(uintptr_t)stream->address.p);
	free(stream->first);
	free(stream->seats);
	free(stream);
}

/* --- what clients of WebSockets say ----------------------------------------------------------------------------- */

static void say_error(struct stream *stream, struct arena *arena, const char *sentence, int status)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_cstr(&w, "error", sentence);
	json_w_member_u64(&w, "status", (uint64_t)status);
	json_w_object_end(&w);
	if (!websocket_send(stream->ws, buf_str(&buf)))
		drop(stream, clock_monotonic_ms());
}

static size_t seat_find(const struct stream *stream, const struct channel *channel)
{
	size_t i = 0;

	while (i < stream->seat_count && !channel_eq(&stream->seats[i]->channel, channel))
		i++;
	return i;
}

static bool is_own(struct stream *stream, const struct channel *channel)
{
	struct view *view;
	bool own;

	if (view_begin(hub_core(stream->hub)->store, &view) != OK)
		return false;
	own = channel_is_of(view, channel, stream->listener->account_id);
	view_end(view);
	return own;
}

static void subscribe(struct stream *stream, struct arena *arena, const struct channel *channel)
{
	if (seat_find(stream, channel) < stream->seat_count)
		return;
	if (!(stream->scopes & channel_scopes(channel))) {
		say_error(stream, arena, "Access token does not cover required scopes", 401);
		return;
	}
	if (!is_own(stream, channel)) {
		say_error(stream, arena, "Record not found", 404);
		return;
	}
	if (stream->seat_count == STREAM_CHANNELS_MAX) {
		say_error(stream, arena, "Too many streams on one connection", 429);
		return;
	}
	sit(stream, channel);
}

static void unsubscribe(struct stream *stream, const struct channel *channel)
{
	size_t at = seat_find(stream, channel);

	if (at == stream->seat_count)
		return;
	seat_leave(&stream->listener->seats, stream->seats[at]);
	stream->seats[at] = stream->seats[--stream->seat_count];
}

static void obey(struct stream *stream, struct arena *arena, const json_t *order)
{
	struct str type = json_member_str(order, "type");
	struct channel channel;
	int err = channel_parse(json_member_str(order, "stream"), json_member_str(order, "tag"),
	                        json_member_str(order, "list"), &channel);

	if (!str_eq(type, STR("subscribe")) && !str_eq(type, STR("unsubscribe")))
		say_error(stream, arena, "type must be subscribe or unsubscribe", 400);
	else if (err == ERR_NOT_FOUND)
		say_error(stream, arena, "Unknown stream type", 400);
	else if (err != OK)
		say_error(stream, arena, "The stream lacks its tag or list", 400);
	else if (str_eq(type, STR("subscribe")))
		subscribe(stream, arena, &channel);
	else
		unsubscribe(stream, &channel);
}

void stream_on_text(void *arg, struct str text)
{
	struct stream *stream = arg;
	struct arena *arena = arena_new();
	json_t *order;

	if (json_parse(arena, text, &order) == OK)
		obey(stream, arena, order);
	else
		say_error(stream, arena, "This is not JSON", 400);
	arena_free(arena);
}
