/*
 * When each connection must have come on: those that send or read a byte now and then, and so are never idle, are
 * shut down, and those whose clients left in the middle of a request. Any thread.
 */
#ifndef NODE_HTTP_DEADLINE_H
#define NODE_HTTP_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadlines;
struct deadline;

struct deadlines *deadlines_new(void);
/* All were removed. NULL is allowed. */
void deadlines_free(struct deadlines *deadlines);

/* For an open socket, which stays open until it is removed; `until_ms` is monotonic, INT64_MAX: it may wait. Reading. */
struct deadline *deadline_add(struct deadlines *deadlines, int socket, int64_t until_ms);
/* `reading`: nothing is owed to the client, so that its end is the end. */
void deadline_set(struct deadline *deadline, int64_t until_ms, bool reading);
/* Frees it. Before the socket is closed: its number may be another's afterwards. */
void deadline_remove(struct deadlines *deadlines, struct deadline *deadline);

/* Shuts down the sockets that are late; their owner sees them end. Returns how many. A client that is found gone makes
 * its socket late for the next sweep. */
size_t deadlines_sweep(struct deadlines *deadlines, int64_t now_ms);

#endif
