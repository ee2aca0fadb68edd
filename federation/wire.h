/*
 * Many requests at once, without blocking: libcurl multi with kept connections, driven by epoll.
 *
 * What a request may reach is federation/net.h's rule. Bodies of answers are not looked at. One thread owns a wire;
 * only wire_wake() may be called from others.
 */
#ifndef FEDERATION_WIRE_H
#define FEDERATION_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "federation/net.h"

struct wire;

/* One request, embedded in its owner. What the owner fills in stays unchanged until done(). */
struct transfer {
	const struct url *url;
	const struct header *headers;  /* checked by whoever made them: no line breaks */
	size_t header_count;
	bool post;                     /* otherwise GET */
	struct str body;               /* of a POST */
	void (*done)(struct transfer *transfer);

	int status;                    /* of the answer; 0: none */
	int64_t retry_after_ms;        /* from now; 0: nothing said; at most a day */
	struct str accept_signature;   /* of a 2xx or 401: what its header of that name says; in the arena */

	struct net_guard guard;        /* the wire's, from here on */
	struct arena *arena;
	void *easy, *list;
	size_t answer_bytes;
	struct transfer *newer, **older;
};

/* `timeout_ms` is that of one request; connecting has net's limit. Never NULL. */
struct wire *wire_new(struct net *net, int64_t timeout_ms);
/* Breaks off what is under way, as wire_break_off(). */
void wire_free(struct wire *wire);
/* Begins a request; `arena` must live as long. ERR_DENIED as net_guard_init(); done() is not called then. */
int wire_send(struct wire *wire, struct arena *arena, struct transfer *transfer);
/* Moves requests along until something happened or `wait_ms` passed, calling done() of those that ended. */
void wire_run(struct wire *wire, int64_t wait_ms);
/* Ends all requests with status 0. For a stop: none can begin afterwards. */
void wire_break_off(struct wire *wire);
/* Makes wire_run() return. Any thread, never blocks. */
void wire_wake(struct wire *wire);

#endif
