/*
 * How far one read, as one's clients say it to each other: GET and POST /api/v1/markers.
 */
#ifndef NODE_API_MARKERS_H
#define NODE_API_MARKERS_H

#include "node/call.h"

/* timeline[]: "home", "notifications"; absent: none. A marker that was never set is left out. */
int api_markers(struct call *call, struct view *view);
/* TIMELINE[last_read_id], and TIMELINE[version] for who wants to write over no other: 409 when it is not that one. */
int api_markers_check(struct call *call, struct view *view);
int api_markers_write(struct call *call, struct txn *txn);
int api_markers_show(struct call *call, struct view *view);

#endif
