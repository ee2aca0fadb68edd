/*
 * The hub: what a commit was about, to those who listen.
 *
 *   writer thread ── hub_publish() ──► hub thread ──► server-sent events: bytes for an HTTP thread to take (sse.h)
 *                                            └──────► WebSockets: sockets of its own (websocket.h)
 *
 * One thread serves all streams, whatever their number. It asks the timelines whether a listener meets a post, renders it
 * once per listener and puts it into what the client is behind; it waits for nobody. A client that is too far behind is
 * dropped: it comes back and reads its timelines.
 */
#ifndef NODE_STREAM_HUB_H
#define NODE_STREAM_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "node/stream/channel.h"
#include "node/stream/sse.h"
#include "storage/engine/store.h"
#include "storage/scope.h"

struct arena;
struct hub;
struct stream;

enum { STREAM_CHANNELS_MAX = 64 };  /* of one WebSocket */

struct hub_options {
	struct store *store;
	size_t streams_max, streams_per_account_max;
};

/* ERR_FULL: the system gives no thread or descriptors. */
int hub_start(const struct hub_options *options, struct hub **ret_hub);
/* After each commit with events; must not block. The writer thread (storage/engine/writer.h on_commit). */
void hub_publish(struct hub *hub, const struct event_list *events);
/* Ends all streams, and from now on opens none; returns when the sockets of all WebSockets are closed. */
void hub_end(struct hub *hub);
/* After hub_end(), and after the HTTP server stopped. NULL is allowed. */
void hub_stop(struct hub *hub);

/* What a request holds of the stream that it opened, in its arena. The stream leaves the hub with the arena, unless it is
 * a WebSocket that began: that one lives until its socket ends. */
struct stream_ticket {
	struct stream *stream;  /* NULL once a WebSocket began */
	bool websocket;
};

struct stream_request {
	uint64_t account_id, token_id;
	int64_t expires_ms;             /* when its token ends by itself, and the stream with it; 0: never */
	scope_set scopes;
	struct str address;             /* the client's; copied. The stream ends when its network is kept out */
	const struct channel *channel;  /* copied; NULL for a WebSocket that will subscribe */
	bool websocket;
};

/* Takes a place for a stream. ERR_LIMIT: this account has as many as it may; ERR_BUSY: the node has, or is stopping. */
int hub_open(struct hub *hub, struct arena *arena, const struct stream_request *request,
             struct stream_ticket **ret_ticket);

/* The HTTP thread's, once the answer is on its way. */
void stream_begin_lines(struct stream_ticket *ticket, const struct sse_wire *wire);
/* sse_take() of the stream. */
ssize_t stream_take(struct stream_ticket *ticket, char *out, size_t max);
/* The socket is the hub's from here, which closes it. `already`: what was read from it beyond the request. */
void stream_begin_socket(struct stream_ticket *ticket, int fd, struct str already);

struct hub_counters {
	uint64_t streams, sockets;                 /* now; the sockets are among the streams */
	uint64_t events, sent, dropped, refused;   /* since the start; dropped: clients too far behind */
	uint64_t asked, written;                   /* channels that were asked whether they are told; texts for all of them */
	uint64_t lost;                             /* events that nobody was told of, for they came too fast */
};
void hub_counters_get(struct hub *hub, struct hub_counters *ret_counters);

#endif
