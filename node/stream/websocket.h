/*
 * One WebSocket (RFC 6455) over a socket that was upgraded: frames in and out through libwslay, which does no input or
 * output of its own. What strangers send is bounded and never blocks: what breaks the protocol ends with a close frame
 * that says why. One thread.
 */
#ifndef NODE_STREAM_WEBSOCKET_H
#define NODE_STREAM_WEBSOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;

enum {
	WEBSOCKET_MESSAGE_MAX = 4096,   /* bytes of a message to us */
	/* Close codes of section 7.4.1 that we send of our own. */
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_UNSUPPORTED = 1003,
	WEBSOCKET_POLICY = 1008,
};

/* The answer to a client's Sec-WebSocket-Key (section 4.2.2), in the arena. ERR_INVALID: that is no key. */
int websocket_accept(struct arena *arena, struct str key, struct str *ret_accept);

struct websocket;

/* Over `fd`, which stays the caller's, after the bytes `already` that were read from it beyond the request. `on_text` is
 * called from websocket_read() for each text message. */
struct websocket *websocket_new(int fd, struct str already, void (*on_text)(void *arg, struct str text), void *arg);
void websocket_free(struct websocket *ws);

/* Reads what there is, within a bound that is fair to other sockets, and sends what that calls for. */
void websocket_read(struct websocket *ws);
/* Sends what the socket takes. */
void websocket_write(struct websocket *ws);
/* Queues a message and sends what the socket takes. false: the client is too far behind (STREAM_UNSENT_MAX). */
bool websocket_send(struct websocket *ws, struct str text);
void websocket_ping(struct websocket *ws);
/* Begins to close: a close frame with that code, and nothing more after it. */
void websocket_close(struct websocket *ws, uint16_t code);

/* There are bytes that the socket did not take. */
bool websocket_waits(const struct websocket *ws);
/* Both sides have closed, or the socket ended or failed: it is to be freed. */
bool websocket_over(const struct websocket *ws);
/* A close frame was sent or is on its way. */
bool websocket_closing(const struct websocket *ws);
/* Whole messages and pongs so far: a client that lives and reads makes it grow. */
uint64_t websocket_heard(const struct websocket *ws);

#endif
