/*
 * When each connection must have come on: those that send or read a byte now and then, and so are never idle, are
 * shut down. Any thread.
 */
#ifndef NODE_HTTP_DEADLINE_H
#define NODE_HTTP_DEADLINE_H

#include <stddef.h>
#include <stdint.h>

struct deadlines;
struct deadline;

struct deadlines *deadlines_new(void);
/* All were removed. NULL is allowed. */
void deadlines_free(struct deadlines *deadlines);

/* For an open socket, which stays open until it is removed; `until_ms` is monotonic, INT64_MAX: it may wait. */
struct deadline *deadline_add(struct deadlines *deadlines, int socket, int64_t until_ms);
void deadline_set(struct deadline *deadline, int64_t until_ms);
/* Frees it. Before the socket is closed: its number may be another's afterwards. */
void deadline_remove(struct deadlines *deadlines, struct deadline *deadline);

/* Shuts down the sockets that are late; their owner sees them end. Returns how many. */
size_t deadlines_sweep(struct deadlines *deadlines, int64_t now_ms);

#endif
