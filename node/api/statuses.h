/*
 * Posts through the client API: writing, editing, deleting, favouring, boosting. Reading is status_views.h.
 *
 * check and show on HTTP threads, work on the pool, write on the writer. Ids come from the path's ":id". Whoever may
 * not see a post gets the same answer as for one that does not exist.
 */
#ifndef NODE_API_STATUSES_H
#define NODE_API_STATUSES_H

#include "node/call.h"

/* POST /api/v1/statuses and PUT /api/v1/statuses/:id. Parameters: status, spoiler_text, sensitive, visibility,
 * language, in_reply_to_id, hold_seconds (0 … 60: deliveries wait so long), header Idempotency-Key (one hour). */
int api_status_check(struct call *call, struct view *view);
int api_status_work(struct call *call);
int api_status_write(struct call *call, struct txn *txn);
int api_status_edit_check(struct call *call, struct view *view);
int api_status_edit_write(struct call *call, struct txn *txn);
/* Shows what the check or write stage settled on. */
int api_status_show(struct call *call, struct view *view);

int api_status_delete_check(struct call *call, struct view *view);
int api_status_delete_write(struct call *call, struct txn *txn);

/* Favour, boost and their opposites: one check, one write each, then api_status_show. All may be repeated. */
int api_status_react_check(struct call *call, struct view *view);
int api_status_favourite_write(struct call *call, struct txn *txn);
int api_status_unfavourite_write(struct call *call, struct txn *txn);
int api_status_boost_write(struct call *call, struct txn *txn);
int api_status_unboost_write(struct call *call, struct txn *txn);
/* The post that api_status_react_check() found, for the writes of other rooms. */
uint64_t status_subject(struct call *call);
/* A post of one's own on top of one's profile; then api_status_show. */
int api_status_pin_check(struct call *call, struct view *view);
int api_status_pin_write(struct call *call, struct txn *txn);
int api_status_unpin_write(struct call *call, struct txn *txn);

#endif
