/*
 * libwslay over a socket that never blocks. The only room with wslay.h. The hub's thread.
 */
#include "node/stream/websocket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#include "node/stream/sse.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum {
	KEY_BYTES = 16,                 /* of a client's key, before base64 */
	READ_BYTES_MAX = 8 * 1024,      /* at once, before other sockets have their turn */
	FRAMES_MAX = 1024,              /* of ours that wait, pongs too */
};

struct websocket {
	wslay_event_context_ptr frames;
	int fd;
	char *already;                  /* read before the upgrade */
	size_t already_bytes;
	size_t read_bytes;              /* in this round */
	uint64_t heard;
	bool ended;
	bool closing;                   /* of our own accord */
	bool reading;                   /* what a message calls for is sent after the read */
	void (*on_text)(void *arg, struct str text);
	void *arg;
};

int websocket_accept(struct arena *arena, struct str key, struct str *ret_accept)
{
	static const struct str salt = STR("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	uint8_t digest[SHA1_BYTES];
	struct str bytes;
	struct buf buf;

	if (base64_decode(arena, key, &bytes) != OK || bytes.n != KEY_BYTES)
		return ERR_INVALID;
	buf_init(&buf, arena, 0);
	buf_add(&buf, key);
	buf_add(&buf, salt);
	hash_sha1(buf_str(&buf), digest);
	*ret_accept = base64_encode(arena, (struct str){ (const char *)digest, sizeof(digest) });
	return OK;
}

static size_t take_already(struct websocket *ws, uint8_t *out, size_t max)
{
	size_t n = max < ws->already_bytes ? max : ws->already_bytes;

	memcpy(out, ws->already, n);
	ws->already_bytes -= n;
	memmove(ws->already, ws->already + n, ws->already_bytes);
	if (!ws->already_bytes) {
		free(ws->already);
		ws->already = NULL;
	}
	return n;
}

static ssize_t on_recv(wslay_event_context_ptr frames, uint8_t *out, size_t max, int flags, void *arg)
{
	struct websocket *ws = arg;
	ssize_t n;

	(void)flags;
	if (ws->already_bytes)
		return (ssize_t)take_already(ws, out, max);
	if (ws->read_bytes >= READ_BYTES_MAX) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	do
		n = recv(ws->fd, out, max, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		ws->read_bytes += (size_t)n;
		return n;
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	ws->ended = true;
	wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t count, int flags, void *arg)
{
	struct websocket *ws = arg;
	ssize_t n;

	/* the head of a frame leaves with what follows it */
	do
		n = send(ws->fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL | (flags & WSLAY_MSG_MORE ? MSG_MORE : 0));
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	ws->ended = true;
	wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static void on_message(wslay_event_context_ptr frames, const struct wslay_event_on_msg_recv_arg *message, void *arg)
{
	struct websocket *ws = arg;

	(void)frames;
	ws->heard++;
	if (message->opcode == WSLAY_TEXT_FRAME && !websocket_closing(ws))
		ws->on_text(ws->arg, (struct str){ (const char *)message->msg, message->msg_length });
	else if (message->opcode == WSLAY_BINARY_FRAME)
		websocket_close(ws, WEBSOCKET_UNSUPPORTED);
}

struct websocket *websocket_new(int fd, struct str already, void (*on_text)(void *arg, struct str text), void *arg)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv, .send_callback = on_send, .on_msg_recv_callback = on_message,
	};
	struct websocket *ws = calloc(1, sizeof(*ws));

	if (!ws || wslay_event_context_server_init(&ws->frames, &callbacks, ws) != 0)
		abort();
	wslay_event_config_set_max_recv_msg_length(ws->frames, WEBSOCKET_MESSAGE_MAX);
	ws->fd = fd;
	ws->on_text = on_text;
	ws->arg = arg;
	if (already.n) {
		ws->already = malloc(already.n);
		if (!ws->already)
			abort();
		memcpy(ws->already, already.p, already.n);
		ws->already_bytes = already.n;
	}
	return ws;
}

void websocket_free(struct websocket *ws)
{
	if (!ws)
		return;
	wslay_event_context_free(ws->frames);
	free(ws->already);
	free(ws);
}

void websocket_write(struct websocket *ws)
{
	if (!ws->ended && !ws->reading && wslay_event_want_write(ws->frames) && wslay_event_send(ws->frames) != 0)
		ws->ended = true;
}

/* After a close frame of ours nothing is listened to, but it is taken: a socket closed over unread bytes resets the
 * connection, and the client would not see why. */
static void discard(struct websocket *ws)
{
	char bytes[READ_BYTES_MAX];
	ssize_t n = recv(ws->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		ws->ended = true;
}

void websocket_read(struct websocket *ws)
{
	ws->read_bytes = 0;
	ws->reading = true;
	if (!ws->ended && !wslay_event_want_read(ws->frames))
		discard(ws);
	else if (!ws->ended)
		wslay_event_recv(ws->frames);  /* failed: the socket is over, or a close frame is queued */
	ws->reading = false;
	websocket_write(ws);
	/* what is left are pongs for one who pings and does not read */
	if (wslay_event_get_queued_msg_count(ws->frames) > FRAMES_MAX)
		ws->ended = true;
}

static bool queue(struct websocket *ws, uint8_t opcode, struct str text)
{
	struct wslay_event_msg message = { opcode, (const uint8_t *)text.p, text.n };

	return !ws->ended && wslay_event_queue_msg(ws->frames, &message) == 0;
}

bool websocket_send(struct websocket *ws, struct str text)
{
	if (wslay_event_get_queued_msg_length(ws->frames) + text.n > STREAM_UNSENT_MAX ||
	    wslay_event_get_queued_msg_count(ws->frames) >= FRAMES_MAX)
		return false;
	/* one that is closing takes no more, which is no fault of its client */
	if (queue(ws, WSLAY_TEXT_FRAME, text))
		websocket_write(ws);
	return true;
}

void websocket_ping(struct websocket *ws)
{
	if (queue(ws, WSLAY_PING, STR_NONE))
		websocket_write(ws);
}

void websocket_close(struct websocket *ws, uint16_t code)
{
	ws->closing = true;
	if (!ws->ended && wslay_event_queue_close(ws->frames, code, (const uint8_t *)"", 0) == 0)
		websocket_write(ws);
}

bool websocket_waits(const struct websocket *ws)
{
	return !ws->ended && wslay_event_want_write(ws->frames);
}

bool websocket_over(const struct websocket *ws)
{
	return ws->ended || (wslay_event_get_close_received(ws->frames) && !wslay_event_want_write(ws->frames));
}

bool websocket_closing(const struct websocket *ws)
{
	return ws->closing || !wslay_event_want_read(ws->frames) || wslay_event_get_close_received(ws->frames);
}

uint64_t websocket_heard(const struct websocket *ws)
{
	return ws->heard;
}
