/*
 * Filters of the client API: version 2, and version 1 over the same records, where each keyword is a filter.
 *
 * Another's filter gets the same answer as one that does not exist.
 */
#ifndef NODE_API_FILTERS_H
#define NODE_API_FILTERS_H

#include "node/call.h"

int api_filters(struct call *call, struct view *view);
int api_filter_get(struct call *call, struct view *view);
/* title, context[], filter_action, expires_in, keywords_attributes[][id, keyword, whole_word, _destroy]; what is
 * absent stays as it is. */
int api_filter_create_write(struct call *call, struct txn *txn);
int api_filter_edit_write(struct call *call, struct txn *txn);
int api_filter_show(struct call *call, struct view *view);
int api_filter_delete_write(struct call *call, struct txn *txn);  /* then api_show_nothing(); as the others below */

int api_filter_keywords(struct call *call, struct view *view);
int api_filter_keyword_get(struct call *call, struct view *view);
int api_filter_keyword_add_write(struct call *call, struct txn *txn);
int api_filter_keyword_edit_write(struct call *call, struct txn *txn);
int api_filter_keyword_show(struct call *call, struct view *view);  /* of the two above */
int api_filter_keyword_delete_write(struct call *call, struct txn *txn);

int api_filter_statuses(struct call *call, struct view *view);
int api_filter_status_get(struct call *call, struct view *view);
int api_filter_status_add_write(struct call *call, struct txn *txn);
int api_filter_status_show(struct call *call, struct view *view);
int api_filter_status_delete_write(struct call *call, struct txn *txn);

/* Version 1: phrase, context[], irreversible, whole_word, expires_in. */
int api_filters_v1(struct call *call, struct view *view);
int api_filter_v1_get(struct call *call, struct view *view);
int api_filter_v1_create_write(struct call *call, struct txn *txn);
int api_filter_v1_edit_write(struct call *call, struct txn *txn);
int api_filter_v1_show(struct call *call, struct view *view);
int api_filter_v1_delete_write(struct call *call, struct txn *txn);

#endif
