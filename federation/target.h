/*
 * The other side of an act between two people: whom a Follow or a Block is for. Writer thread; for the rows of the
 * activity table.
 */
#ifndef FEDERATION_TARGET_H
#define FEDERATION_TARGET_H

#include "federation/apply.h"

/* Looks up the object of the activity as apply->target: by its id, of one that came from a peer by its address, which
 * must be one of ours (ERR_DENIED). ERR_NOT_FOUND. ERR_GONE: it has ended. */
int target_find(struct apply *apply);

#endif
