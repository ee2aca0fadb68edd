/*
 * The outgoing side of one server-sent event stream: what the hub said and the HTTP server did not take yet.
 *
 * The hub's thread puts text in; the HTTP thread takes it out, and parks its connection while there is none. The bytes
 * that wait are bounded; an idle one holds none.
 */
#ifndef NODE_STREAM_SSE_H
#define NODE_STREAM_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "storage/base/str.h"

enum { STREAM_UNSENT_MAX = 256 * 1024 };  /* bytes a client may be behind, here and in WebSockets; then it is dropped */

/* What the HTTP server lends. All are called under a lock of the stream and must not block or call it. */
struct sse_wire {
	void (*park)(void *connection);  /* on its own thread: takes it out of the event loop */
	void (*wake)(void *connection);  /* brings it back: sse_take() is called again */
	void (*cut)(void *connection);   /* its socket ends now */
	void *connection;
};

struct sse;

struct sse *sse_new(void);
void sse_free(struct sse *sse);

/* HTTP thread. From here on `wire` may be used, until sse_detach(). */
void sse_attach(struct sse *sse, const struct sse_wire *wire);
/* The connection is gone. */
void sse_detach(struct sse *sse);
/* Up to `max` bytes. 0: none, and the connection was parked. -1: the stream is over. */
ssize_t sse_take(struct sse *sse, char *out, size_t max);

/* Hub thread. false: too much waits already, nothing was added. */
bool sse_put(struct sse *sse, struct str text);
/* No more of it. `at_once`: what waits is forgotten, and a client that is not reading is cut off. */
void sse_end(struct sse *sse, bool at_once);

#endif
