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

struct federation {
	const struct instance *instance;
	struct net *net;               /* the one way out */
	struct key_cache *keys;        /* parsed keys, ours and theirs */
	struct replay_cache *replays;  /* signatures seen within the window */
	struct budget *budget;         /* what one origin may cost us */
	int64_t signature_window_ms;   /* tolerated clock difference */
	uint64_t peer_rate;            /* activities a minute of an origin without a limit of its own; 0: policy.h's */
};

#endif
