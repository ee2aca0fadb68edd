/*
 * A node's life: wire, start in order, wait for a signal, stop in reverse.
 */
#ifndef NODE_SERVE_H
#define NODE_SERVE_H

#include "storage/base/str.h"

struct arena;

/* Serves the data folder until SIGTERM or SIGINT. Returns when all has stopped; *ret_error says why it could not
 * start, or that the disk failed (ERR_IO: exit status 1, the service manager restarts). Main thread. */
int node_serve(struct arena *arena, struct str data, struct str *ret_error);

#endif
