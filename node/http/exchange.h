/*
 * One request on its way: takes it in, drives its call through stages and threads, completes the reply.
 *
 * Knows no HTTP library: the server hands in bytes and takes the finished call, and lends two functions to park and
 * to wake. An exchange is used by one thread at a time; while it is parked, that is a pool thread or the writer.
 */
#ifndef NODE_HTTP_EXCHANGE_H
#define NODE_HTTP_EXCHANGE_H

#include <stdatomic.h>

#include "node/call.h"
#include "node/http/limit.h"
#include "node/http/route.h"
#include "node/http/server.h"
#include "storage/base/pool.h"

enum {
	EXCHANGE_HEADERS_MAX = 128,       /* header lines of one request; beyond them 431 */
	EXCHANGE_TARGET_MAX = 16 * 1024,  /* bytes of path and query; beyond them 414. The server cannot answer at twice that. */
};

struct exchange;

/* What all exchanges of a server share; outlives them. */
struct exchange_world {
	const struct server_options *options;
	const struct route_index *index;
	/* Takes the connection out of the event loop. The server's, called on its HTTP thread. */
	void (*park)(struct exchange *exchange);
	/* Brings it back: exchange_step() is called again. Called last of all by whoever was parked for; the exchange
	 * may be gone before it returns. Any thread; does not block. */
	void (*wake)(struct exchange *exchange);
	char request_id_prefix[17];
	atomic_size_t body_bytes;  /* held by bodies that are on their way or being answered */
	atomic_size_t upload_bytes;  /* the same, of uploads */
	atomic_bool stopping;  /* new requests are refused */
	atomic_uint_fast64_t requests, replies_4xx, replies_5xx, parked, refused_busy;
};

struct exchange {
	struct call call;      /* first: the writer knows the exchange by its call */
	struct exchange_world *world;
	void *server, *connection;  /* the server's own, as is the next */
	bool running;               /* counted as such */
	struct header *headers;     /* being taken in */
	size_t header_capacity;
	struct buf body;
	size_t body_max;            /* how long this one may be … */
	size_t told_max;            /* … and what its sender is told: of an upload how long the file may be */
	size_t reserved;            /* its part of world->body_bytes … */
	bool uploads;               /* … or of upload_bytes */
	uint64_t discarded;         /* bytes of a body beyond its bound */
	bool crowded;               /* there was no memory for the body */
	bool old_version;           /* HTTP/1.0: bodies do not come in chunks */
	bool unreadable;            /* a header is broken, or may be read in two ways */
	bool too_large, begun, parked, cross_origin, preflight;
	int result;                 /* of the stage it was parked for */
	struct pool_item item;
	struct limit_state limit;
};

/* A new exchange for the raw request target; memory of an arena of its own. */
struct exchange *exchange_new(struct exchange_world *world, struct str target);
void exchange_free(struct exchange *exchange);

void exchange_add_header(struct exchange *exchange, struct str name, struct str value);
/* After the last header. `direct` is the peer of the connection. false: go on with the body. true: refused, the reply
 * is complete, and the connection must not be used again: where this request ends is not certain. */
bool exchange_headers_done(struct exchange *exchange, struct str method, struct str direct);
/* A piece of the body. false: enough is enough, drop the connection. */
bool exchange_add_body(struct exchange *exchange, struct str piece);
/* After the whole request, and again after each wake. true: the reply is complete. false: parked; the exchange
 * belongs to another thread now and must not be touched. */
bool exchange_step(struct exchange *exchange);

#endif
