/*
 * What the rooms of federation share: the tools that main made. Constant while the process runs; any thread.
 */
#ifndef FEDERATION_FEDERATION_H
#define FEDERATION_FEDERATION_H

#include <stdint.h>

#include "storage/instance.h"

struct net;
struct key_cache;
struct replay_cache;
struct budget;

/* What an errand that nobody waits for may still cost, all its fetches together. It belongs to one thread. */
struct allowance {
	unsigned fetches;
};

struct federation {
	const struct instance *instance;
	struct net *net;               /* the one way out */
	struct key_cache *keys;        /* parsed keys, ours and theirs */
	struct replay_cache *replays;  /* signatures seen within the window */
	struct budget *budget;         /* what one origin may cost us */
	int *status;                   /* out, of such a copy: of the last answer to a fetch; NULL: nobody asks */
	struct allowance *allowance;   /* of a copy that somebody made for such an errand; NULL: no bound but the above */
	int64_t signature_window_ms;   /* tolerated clock difference */
	uint64_t peer_rate;            /* activities a minute of an origin without a limit of its own; 0: policy.h's */
};

#endif
