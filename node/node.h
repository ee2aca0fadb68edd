/*
 * The wires: what main made and handlers need. Constant while the process runs.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "federation/federation.h"
#include "node/seal.h"
#include "storage/instance.h"

struct blobs;
struct config;
struct decoder;
struct deliverer;
struct hub;
struct indexer;
struct jobs;
struct limiter;
struct pool;
struct server;
struct smtp;
struct store;
struct writer;

struct node {
	struct store *store;
	struct writer *writer;
	struct pool *pool;       /* for what takes processor time */
	struct pool *fetchers;   /* for requests that may wait for a peer */
	struct pool *file_handlers;  /* for what waits for the media worker … */
	struct pool *copiers;        /* … and what waits for a sibling's picture */
	struct limiter *limiter;
	struct deliverer *deliverer;
	struct hub *hub;
	struct server *server;
	struct jobs *jobs;
	struct smtp *smtp;       /* toward the relay of mails */
	struct indexer *indexer; /* of the search; NULL: its file cannot be opened, search knows names alone */
	struct blobs *blobs;     /* the bytes of files */
	struct decoder *decoder; /* and who looks into them */
	const struct config *_Atomic config;  /* the snapshot that holds; a change of a live key publishes a new one */
	const char *config_file;
	struct seal seal;        /* for what the store alone must not give away */
	struct federation federation;
	struct instance instance;
	int64_t started_ms;
};

#endif
