/*
 * The places of streams: how many there are at once, of the node and of each account, and who holds them. Under the lock
 * of the hub.
 */
#ifndef NODE_STREAM_PLACES_H
#define NODE_STREAM_PLACES_H

#include <stddef.h>
#include <stdint.h>

struct listener;

enum { PLACES_BUCKETS = 1024 };

struct places {
	size_t max, per_account_max;
	size_t taken, sockets;      /* sockets: of those that are WebSockets with a socket */
	struct listener *buckets[PLACES_BUCKETS];
};

/* The listener of an account is made with its first place. ERR_LIMIT: this account has as many as it may; ERR_BUSY: there
 * is none. */
int places_take(struct places *places, uint64_t account_id, struct listener **ret_listener);
/* Frees the listener with its last place. */
void places_give_back(struct places *places, struct listener *listener);
/* NULL: the account has none. */
struct listener *places_find(struct places *places, uint64_t account_id);

#endif
