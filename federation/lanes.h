/*
 * What the delivery thread knows of each peer: who it is, how deliveries to it fare, and its waiting line.
 *
 * Filled from the store. Who is on the list is read anew when that changes; how a peer fares is known best here, the
 * store only keeps it for a restart and for `peer list`. Sends nothing and writes nothing. The delivery thread's alone.
 */
#ifndef FEDERATION_LANES_H
#define FEDERATION_LANES_H

#include "federation/lane.h"

struct arena;
struct store;

struct peer_lane {
	struct peer peer;       /* without inbox and key */
	struct lane lane;       /* without last_error */
	struct arena *arena;    /* of their texts */
	struct line line;
	bool listed;            /* it was in the last reading */
	bool hello;             /* to be told that we are back */
	int64_t resumed_ms;     /* its last sign of life, or our start: back-off begins anew from there */
	int64_t knock_vain_ms;  /* when it last refused a signature in both forms (federation/knock.h) */
	int64_t next_ms;        /* nothing can begin before this unless something happens; 0: look */
};

struct lanes {
	struct store *store;
	unsigned per_peer_max;  /* requests to one peer at once */
	struct peer_lane **items;
	size_t count;
};

void lanes_clear(struct lanes *lanes);
/* Reads the list of peers. A new one may go at once, whatever its lane waited for: the peer, or we, were just started. */
void lanes_read(struct lanes *lanes, int64_t now_ms);
/* Forgets the peers that left the list, as soon as nothing of them is under way. */
void lanes_sweep(struct lanes *lanes);
struct peer_lane *lanes_find(const struct lanes *lanes, uint64_t peer_id);

/* Something new may wait in the store. */
void lane_filled(struct peer_lane *lane);
/* The peer is there again: all that waits for time goes now. Does nothing while it is up, and counts once in two
 * seconds, so that a peer that talks much and takes nothing is not asked all the time. */
void lane_resume(struct peer_lane *lane, int64_t now_ms);

/* What may begin now, loaded from the store when the line has nothing else. NULL: nothing; lane->next_ms says when to
 * look again. */
struct line_item *lane_pick(const struct lanes *lanes, struct peer_lane *lane, int64_t now_ms);

/* A peer took or refused something / failed to. true: worth to be kept in the store. */
bool lane_succeeded(struct peer_lane *lane, int64_t now_ms);
bool lane_failed(struct peer_lane *lane, enum verdict verdict, int64_t retry_after_ms, int64_t now_ms);

#endif
