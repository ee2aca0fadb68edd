/*
 * The inside of the hub: one stream of one client, and the account that listens. For node/stream/ only; but for what
 * says otherwise, the hub's thread.
 */
#ifndef NODE_STREAM_STREAM_H
#define NODE_STREAM_STREAM_H

#include <stdatomic.h>

#include "node/stream/hub.h"
#include "node/stream/news.h"
#include "node/stream/seat.h"
#include "node/stream/websocket.h"

struct listener;

struct stream {
	struct hub *hub;
	struct listener *listener;
	struct stream *next;            /* of the listener's */
	uint64_t token_id;
	int64_t expires_ms;             /* of the token, by the wall clock; 0: never */
	scope_set scopes;
	struct str address;             /* the client's */
	struct channel *first;          /* what it will listen to, until it joins; or NULL */
	struct seat **seats;            /* what it listens to */
	size_t seat_count;
	struct sse *sse;                /* … or a WebSocket: */
	struct websocket *ws;
	int fd;
	uint32_t interest;              /* epoll's */
	int64_t beat_ms;                /* when it is due for a sign of life */
	int64_t close_by_ms;            /* a WebSocket that is closing: how long the client may take; 0: it is not */
	uint64_t heard, heard_at_beat;  /* websocket_heard(), at the last ping and at the last beat */
	unsigned beats, silent_pings;
	bool websocket, ending, over;
	/* Under the lock of the hub. */
	struct stream *next_change;
	bool queued, joins, leaves;
};

/* All streams of one account. */
struct listener {
	uint64_t account_id;
	struct listener *next;          /* in its bucket; under the lock of the hub */
	size_t open;                    /* places taken; under the lock of the hub */
	struct listener *next_active;   /* those that have streams */
	struct stream *streams;
	struct seat *seats;             /* of the streams that joined */
};

/* The parts of the hub that these rooms need. */
struct hub_core {
	struct store *store;
	int epoll;
	struct listener *active;
	struct arena *scratch;          /* of what one listener is told at a time */
	bool finished;                  /* some stream is over */
	bool ending;                    /* all are to end */
	atomic_uint_fast64_t sent, dropped, asked, written;
};

/* News on their way to the streams of one account. */
struct telling {
	const struct news *news;
	struct arena *arena;            /* of what is written */
	struct str lines;               /* the text for server-sent events; empty: not written yet */
};
struct hub_core *hub_core(struct hub *hub);
struct listener *hub_listener(struct hub *hub, uint64_t account_id);  /* active; or NULL */

/* Begins to speak on its socket, or to its HTTP thread. */
void stream_join(struct stream *stream, int64_t now_ms);
void stream_send(struct stream *stream, struct telling *telling, struct seat *seat);
/* Listens to nothing more. */
void stream_leave_seats(struct stream *stream);
/* Its socket can be read or written. */
void stream_ready(struct stream *stream, uint32_t events, int64_t now_ms);
/* A sign of life when it is due; ends what is dead. */
void stream_beat(struct stream *stream, int64_t now_ms);
/* Ends it for good manners (the node stops) or `at_once` (it may hear nothing more). */
void stream_end(struct stream *stream, bool at_once, int64_t now_ms);
/* What a client of a WebSocket asked for, as JSON. */
void stream_on_text(void *arg, struct str text);
/* Any thread that has it alone. */
void stream_free(struct stream *stream);

/* Does its token still stand, and is its person let in, and its network? */
bool stream_may(struct arena *arena, struct view *view, const struct stream *stream);
/* Tells all whom this event is about. */
void tell(struct hub *hub, struct arena *arena, struct view *view, const struct event *event, int64_t now_ms);

#endif
