/*
 * The wires: what main made and handlers need. Constant while the process runs.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "federation/federation.h"
#include "storage/instance.h"

struct config;
struct deliverer;
struct limiter;
struct pool;
struct server;
struct store;
struct writer;

struct node {
	struct store *store;
	struct writer *writer;
	struct pool *pool;
	struct limiter *limiter;
	struct deliverer *deliverer;
	struct server *server;
	struct config *config;
	struct federation federation;
	struct instance instance;
	int64_t started_ms;
};

#endif
