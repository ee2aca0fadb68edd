/*
 * A node reduced to what delivers: a store, a writer, a pool, the deliverer, and stub peers on loopback on its list.
 *
 * Real clock, real threads, real sockets. The actors share one RSA pair under key ids of their own.
 */
#ifndef TESTS_RIG_OFFICE_H
#define TESTS_RIG_OFFICE_H

#include "federation/deliver.h"
#include "federation/federation.h"
#include "tests/rig/stub_peer.h"

struct arena;
struct engine;

struct office_options {
	size_t peers, actors;       /* actors: besides the instance actor */
	const char *folder;         /* LMDB there; NULL: the memory engine */
	unsigned pool_threads;      /* 0: 2 */
	int64_t total_timeout_ms;   /* of a delivery; 0: 1500 */
	bool forget;                /* the stubs only count */
};

struct office {
	struct office_options options;
	struct arena *arena;
	struct engine *engine;
	struct store *store;
	struct writer *writer;
	struct pool *pool;
	struct instance instance;
	struct federation federation;
	struct stub_peers *stubs;
	struct deliverer *_Atomic deliverer;  /* NULL while it is stopped */
	uint64_t *peers, *actors;             /* their ids */
	struct str private_pem, public_pem;
};

/* With the deliverer stopped. */
struct office *office_new(const struct office_options *options);
/* The usual one, in memory. */
struct office *office_of(size_t peers, size_t actors);
/* Stops all that runs. */
void office_free(struct office *office);

void office_start(struct office *office);
void office_stop(struct office *office);

/* One delivery of an activity whose body holds `text`; `object` 0: an object of its own. Returns its sequence. */
uint64_t office_post(struct office *office, size_t peer, size_t actor, uint64_t object, const char *text);
/* `count` deliveries to each peer, in few writes: "1", "2" … of the actors in turn. */
void office_post_many(struct office *office, size_t count);
/* Deliveries that wait for a peer. */
uint64_t office_waiting(struct office *office, size_t peer);
/* Waits until none does at any peer; false after `ms`. */
bool office_drained(struct office *office, int64_t ms);
struct lane office_lane(struct office *office, size_t peer);
void office_pause(struct office *office, size_t peer, bool paused);
void office_remove(struct office *office, size_t peer);
/* Deliveries whose texts are the numbers from … to; those numbers as one text, "1 2 3"; and the texts that a peer got so, in
 * order. `taken`: only what it answered with 2xx. */
void office_post_numbers(struct office *office, size_t peer, size_t actor, int from, int to);
struct str office_numbers(struct office *office, int from, int to);
struct str office_texts_at(struct office *office, size_t peer, bool taken);
struct str office_text_of(const struct stub_request *request);
void office_sleep_ms(int64_t ms);
/* Any write. */
void office_write(struct office *office, int (*body)(struct txn *txn, void *arg), void *arg);

#endif
