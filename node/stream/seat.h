/*
 * A channel that some streams of one account listen to: what is told there is decided once, and written once, for all of
 * them, however many a person opens.
 */
#ifndef NODE_STREAM_SEAT_H
#define NODE_STREAM_SEAT_H

#include "node/stream/channel.h"

struct seat {
	struct channel channel;
	size_t streams;       /* that listen to it */
	struct seat *next;    /* of the same account */
	bool takes;           /* what is being told belongs here */
	struct str message;   /* its text for WebSockets, while it is told; empty: not written yet */
};

/* The seat of a channel among those of an account, for one more stream; made when there is none. */
struct seat *seat_take(struct seat **seats, const struct channel *channel);
/* One stream less; freed with the last. */
void seat_leave(struct seat **seats, struct seat *seat);

#endif
