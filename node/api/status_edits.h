/*
 * What a post was before its edits.
 */
#ifndef NODE_API_STATUS_EDITS_H
#define NODE_API_STATUS_EDITS_H

#include "node/call.h"

/* GET /api/v1/statuses/:id/history: the oldest first, what it is now last. Of files that the post shows no more there is
 * what was said about them, and no address: it ended when they left. */
int api_status_history(struct call *call, struct view *view);

#endif
