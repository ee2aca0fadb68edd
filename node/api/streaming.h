/*
 * Streams of the client API (sections 6.1 and 6.2): who may open which, and how. What comes on them is node/stream/'s.
 * Show stages; HTTP threads.
 */
#ifndef NODE_API_STREAMING_H
#define NODE_API_STREAMING_H

#include "node/call.h"

/* "OK" */
int api_streaming_health(struct call *call, struct view *view);
/* A WebSocket. stream, and its tag or list: the first it subscribes to; none: it will say. */
int api_streaming_socket(struct call *call, struct view *view);
/* Server-sent events of the stream that the path names. tag, list, only_media */
int api_streaming_lines(struct call *call, struct view *view);

#endif
