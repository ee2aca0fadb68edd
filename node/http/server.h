/*
 * The HTTP server: libmicrohttpd start and stop, body intake, reply out, suspend and resume. It and its exchange
 * drive calls through their stages; the route table, the pool and the writer are handed in by main.
 */
#ifndef NODE_HTTP_SERVER_H
#define NODE_HTTP_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "node/call.h"

struct server;
struct pool;
struct limiter;

struct server_options {
	struct node *node;
	struct store *store;
	struct writer *writer;
	struct pool *pool;             /* for the work of rows that compute … */
	struct pool *fetchers;         /* … and of those that may wait for a peer; NULL: the same */
	struct pool *files;            /* and of those that handle files; NULL: the same … */
	struct pool *copies;           /* … and of those that copy files of siblings */
	struct limiter *limiter;       /* NULL: no quotas */
	bool (*keeps_out)(struct view *view, struct str address);  /* may a client of that address ask nothing? NULL: any may */
	const struct route *routes;
	size_t route_count;
	struct str listen;             /* "127.0.0.1:8080", "[::1]:8080" */
	const struct str *proxies;     /* addresses whose X-Forwarded-For is believed */
	size_t proxy_count;
	unsigned threads;              /* 0: number of cores */
	size_t body_max;               /* bytes, default 1 MiB; beyond it 413 */
	size_t upload_max;             /* of rows that take uploads, from people; 0: body_max */
	unsigned connections_max;      /* 0: 4096 */
	unsigned timeout_seconds;      /* of an idle connection; headers may take twice as long; 0: 30 */
	void (*dress_error)(struct call *call);  /* may turn the JSON of a failed call into a page; NULL allowed */
};

/* Binds and serves. ERR_BUSY: the address is taken; ERR_INVALID: `listen` cannot be read. */
int server_start(const struct server_options *options, struct server **ret_server);
/* The port it is bound to (of use when `listen` said port 0). */
unsigned server_port(const struct server *server);
/* Ends the connections that take too long over a request; called every few seconds. Any thread. */
void server_upkeep(struct server *server);
/* No new connections from here; requests under way end. First step of stopping. */
void server_quiesce(struct server *server);
/* Waits until parked calls have been answered, then ends all connections and threads. Pool and writer must still run. */
void server_stop(struct server *server);

struct server_counters {
	uint64_t requests, replies_4xx, replies_5xx, parked, refused_busy;
	uint64_t connections;
};
void server_counters_get(struct server *server, struct server_counters *ret_counters);

#endif
