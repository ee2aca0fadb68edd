/*
 * How many jobs may wait that fetch something for the sake of what a peer sent. Any thread.
 *
 * One bound for all would let a peer whose addresses never answer keep out what the others send. So from the half on,
 * an origin to which most of the waiting ones go gets no more.
 */
#ifndef FEDERATION_WAITING_H
#define FEDERATION_WAITING_H

#include "storage/engine/store.h"

enum { WAITING_MAX = 10000 };

/* Is there room for one more job that fetches `uri`? Such a job has that address as its argument, or at its end. */
bool waiting_has_room(struct view *view, struct str uri);

#endif
