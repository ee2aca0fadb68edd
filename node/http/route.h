/*
 * Finds the row of a request, and reads its path and parameters.
 */
#ifndef NODE_HTTP_ROUTE_H
#define NODE_HTTP_ROUTE_H

#include "node/call.h"

/* The route table as a tree of path segments: built once, read by any thread, memory of the arena. `routes` stays
 * where it is. Aborts on a row that is malformed (a path without '/', more than 4 captures). */
struct route_index;
struct route_index *route_index_build(struct arena *arena, const struct route *routes, size_t count);

/* What a path has beside the row that was asked for. */
struct route_found {
	struct str allow;    /* with ERR_INVALID: the methods of this path, "GET, POST" */
	bool cross_origin;   /* of the row; without one, of any row under the same first segment */
};

/* As route_match(), over an index. */
int route_index_match(const struct route_index *index, struct call *call, struct route_found *ret_found);

/* OK: call->route and the path captures are set. ERR_NOT_FOUND: no such path. ERR_INVALID: the path exists with
 * other methods; *ret_allow lists them ("GET, POST"). Exact segments win over captures, captures over "*". Builds an
 * index for this one call: for tests and the command line. */
int route_match(const struct route *routes, size_t count, struct call *call, struct str *ret_allow);

/* Fills request.path from the raw target (decoded once, trailing slash dropped; an empty segment, an encoded slash
 * and text that is not UTF-8 are refused). ERR_INVALID. */
int route_read_path(struct call *call);

/* Fills request.path as above and request.params from query and body by the body's content type. ERR_INVALID: broken
 * encoding or JSON; ERR_LIMIT: more than 1000 parameters. A body of an unknown type, and any body of a row that wants
 * a signature, is left alone (inboxes read it raw). */
int route_read_request(struct call *call);

#endif
