/*
 * Notifications of the client API. Show stages; HTTP threads.
 */
#ifndef NODE_API_NOTICES_H
#define NODE_API_NOTICES_H

#include "node/call.h"

/* types[], exclude_types[], account_id, page */
int api_notifications(struct call *call, struct view *view);
int api_notification(struct call *call, struct view *view);
/* types[], exclude_types[], account_id, limit: how many are newer than the read marker. */
int api_notifications_unread(struct call *call, struct view *view);
/* id of the path, or else of the parameters; then api_show_nothing(). */
int api_notification_dismiss_write(struct call *call, struct txn *txn);
int api_notifications_clear_write(struct call *call, struct txn *txn);

/* For lists of notices of other forms: which kinds are asked for (false: nothing at all), how far was read, a count. */
bool notices_wanted(struct call *call, uint32_t *ret_kinds);
int notices_read_id(struct call *call, struct view *view, uint64_t *ret_id);
int notices_show_count(struct call *call, size_t count);

#endif
