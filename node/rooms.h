/*
 * The rooms of a serving node that run by themselves: how each starts, in which order, and how they stop in reverse.
 *
 *   store → net → writer → search → files, pools → deliverer → jobs → hub → server → control       stop: the other way round
 */
#ifndef NODE_ROOMS_H
#define NODE_ROOMS_H

#include "node/wake.h"
#include "storage/base/str.h"

struct arena;
struct control;
struct folder;
struct node;

struct rooms {
	struct node *node;        /* wired as far as it needs no threads; each room adds what it made */
	struct folder *folder;
	/* From the writer thread: a setting changed; the disk died of that error. */
	void (*on_config)(void *context);
	void (*on_dead)(void *context, int err);
	void *context;
	/* of this room */
	struct wake wake;
	struct control *control;
};

/* One that cannot start ends those before it; *ret_error, in `arena`, says which. Main thread, as is the next. */
int rooms_start(struct rooms *rooms, struct arena *arena, struct str *ret_error);
/* All of them, after they started. */
void rooms_stop(struct rooms *rooms);

/* Counters of the running rooms, as lines of `rse-node status`. */
void node_status(struct node *node, struct buf *out);

#endif
