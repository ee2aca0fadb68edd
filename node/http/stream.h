/*
 * Streams on libmicrohttpd: the endless body of server-sent events, and the hand-over of a socket that becomes a
 * WebSocket. What is said on them is the hub's (node/stream/hub.h). HTTP threads.
 */
#ifndef NODE_HTTP_STREAM_H
#define NODE_HTTP_STREAM_H

struct MHD_Connection;
struct MHD_Response;
struct stream_ticket;

/* The response whose body is the stream, or that upgrades the connection to it; NULL: there is no memory. */
struct MHD_Response *stream_response(struct stream_ticket *ticket);
/* Right before that response is queued on its connection. */
void stream_begin(struct stream_ticket *ticket, struct MHD_Connection *connection);

#endif
