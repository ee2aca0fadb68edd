/*
 * What is talked about, for those who look after the node. Nothing waits for a review here: what is public on the node
 * may be seen by all its people, and rules keep out what is not wanted.
 */
#ifndef NODE_API_ADMIN_TRENDS_H
#define NODE_API_ADMIN_TRENDS_H

#include "node/call.h"

/* offset, limit. */
int api_admin_trends_tags(struct call *call, struct view *view);
int api_admin_trends_statuses(struct call *call, struct view *view);

#endif
