/*
 * Notifications in groups: version 2 of the client API. A key that names no group of the person is as one that does not
 * exist.
 */
#ifndef NODE_API_NOTICE_GROUPS_H
#define NODE_API_NOTICE_GROUPS_H

#include "node/call.h"

/* As api_notifications(), with grouped_types[] and expand_accounts (full, partial_avatars). */
int api_notification_groups(struct call *call, struct view *view);
int api_notification_groups_unread(struct call *call, struct view *view);
int api_notification_group(struct call *call, struct view *view);
int api_notification_group_accounts(struct call *call, struct view *view);
int api_notification_group_dismiss_write(struct call *call, struct txn *txn);  /* then api_show_nothing() */

#endif
