/*
 * Scheduled posts of the client API. They are made by POST /api/v1/statuses with scheduled_at (node/api/statuses.c).
 */
#ifndef NODE_API_SCHEDULED_H
#define NODE_API_SCHEDULED_H

#include "node/call.h"

struct post_draft;

int api_scheduled_list(struct call *call, struct view *view);
int api_scheduled_get(struct call *call, struct view *view);
/* scheduled_at */
int api_scheduled_edit_check(struct call *call, struct view *view);
int api_scheduled_edit_write(struct call *call, struct txn *txn);
int api_scheduled_delete_write(struct call *call, struct txn *txn);  /* then api_show_nothing() */

/* The time in scheduled_at, 0: none is asked for. ERR_INVALID, and the call refused: not a time, too soon, or with
 * media. */
int scheduled_read_time(struct call *call, int64_t *ret_at_ms);
/* Keeps what was asked for. */
int scheduled_keep(struct call *call, struct txn *txn, const struct post_draft *draft, int64_t at_ms, uint64_t *ret_id);
int scheduled_show(struct call *call, struct view *view, uint64_t id);

#endif
