/*
 * How peers and clients find people: WebFinger (RFC 7033) and host-meta (RFC 6415). Open to anybody, HTTP threads.
 *
 * Answers for this node only, and says nothing of a person but the addresses.
 */
#ifndef NODE_API_DISCOVERY_H
#define NODE_API_DISCOVERY_H

#include "node/call.h"

int api_webfinger(struct call *call, struct view *view);
int api_host_meta(struct call *call, struct view *view);

#endif
