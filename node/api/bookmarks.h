/*
 * What people keep about posts, through the client API: bookmarks, favourites in their order, threads they hush.
 *
 * The writes come after api_status_react_check() and before api_status_show() (node/api/statuses.h). All may be
 * repeated.
 */
#ifndef NODE_API_BOOKMARKS_H
#define NODE_API_BOOKMARKS_H

#include "node/call.h"

int api_status_bookmark_write(struct call *call, struct txn *txn);
int api_status_unbookmark_write(struct call *call, struct txn *txn);
/* Nothing that is done in the thread of a status is told any more. */
int api_status_hush_write(struct call *call, struct txn *txn);
int api_status_unhush_write(struct call *call, struct txn *txn);

/* What was marked last comes first; the cursors are those of the marks. */
int api_bookmarks(struct call *call, struct view *view);
int api_favourites(struct call *call, struct view *view);

#endif
