/*
 * The route table, nothing else: what this node answers, and who may ask.
 */
#ifndef NODE_API_ROUTES_H
#define NODE_API_ROUTES_H

#include "node/call.h"

extern const struct route routes[];
extern const size_t route_count;

/* "person", "token", "signed", "open": the access column in words. */
const char *access_name(enum access access);

#endif
