/*
 * Sibling nodes on the allow list, and how deliveries to them fare.
 */
#ifndef STORAGE_PEERS_H
#define STORAGE_PEERS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* peer->id is made when 0. ERR_EXISTS: the domain is there with another id. ERR_INVALID: no domain, or one of
 * more than 260 bytes. Emits EVENT_PEER. */
int peers_put(struct txn *txn, struct peer *peer);
int peers_get(struct arena *arena, struct view *view, uint64_t id, struct peer *ret_peer);
/* Domain as HOST[:PORT], any case. */
int peers_by_domain(struct arena *arena, struct view *view, struct str domain, struct peer *ret_peer);
/* By any address of the peer: compares origin with peer->url, or its authority with peer->domain. */
int peers_by_url(struct arena *arena, struct view *view, struct str url, struct peer *ret_peer);
int peers_each(struct arena *arena, struct view *view, struct peer **ret_peers, size_t *ret_count);
/* Takes a peer off the list with its lane and waiting deliveries: 400 of them at once, *ret_more: call again,
 * in a transaction of its own. ERR_NOT_FOUND: no such peer and nothing left of it. */
int peers_delete(struct txn *txn, uint64_t id, bool *ret_more);

/* An absent one is all zero but peer_id, and OK. */
int lanes_get(struct arena *arena, struct view *view, uint64_t peer_id, struct lane *ret_lane);
int lanes_put(struct txn *txn, const struct lane *lane);

/* Deliveries in order within a peer. delivery->sequence is made when 0. Emits EVENT_DELIVERY. */
int deliveries_put(struct txn *txn, struct delivery *delivery);
int deliveries_delete(struct txn *txn, uint64_t peer_id, uint64_t sequence);
/* The first `max` waiting deliveries of a peer after sequence `after`. */
int deliveries_page(struct arena *arena, struct view *view, uint64_t peer_id, uint64_t after, size_t max,
                    struct delivery **ret_deliveries, size_t *ret_count);
int deliveries_count(struct view *view, uint64_t peer_id, uint64_t *ret_count);

#endif
