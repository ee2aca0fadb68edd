/*
 * Notifications of the client API. Show stages; HTTP threads.
 */
#ifndef NODE_API_NOTICES_H
#define NODE_API_NOTICES_H

#include "node/call.h"

/* types[], exclude_types[], account_id, page */
int api_notifications(struct call *call, struct view *view);
int api_notification(struct call *call, struct view *view);

#endif
