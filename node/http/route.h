/*
 * Finds the row of a request, and reads its parameters from query, form, multipart and JSON bodies.
 */
#ifndef NODE_HTTP_ROUTE_H
#define NODE_HTTP_ROUTE_H

#include "node/call.h"

/* OK: call->route and the path captures are set. ERR_NOT_FOUND: no such path. ERR_INVALID: the path exists with
 * other methods; *ret_allow lists them ("GET, POST"). Exact segments win over captures. */
int route_match(const struct route *routes, size_t count, struct call *call, struct str *ret_allow);

/* Fills request.path from the raw target (decoded once, trailing slash dropped, duplicate slashes refused) and
 * request.params from query and body by the body's content type. ERR_INVALID: broken encoding or JSON; ERR_LIMIT:
 * more than 1000 parameters. A body of an unknown type leaves the body alone (inboxes read it raw). */
int route_read_request(struct call *call);

#endif
