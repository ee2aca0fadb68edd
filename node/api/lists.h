/*
 * Lists of the client API: making and changing them, who is in them, what they show.
 *
 * Another's list gets the same answer as one that does not exist.
 */
#ifndef NODE_API_LISTS_H
#define NODE_API_LISTS_H

#include "node/call.h"

int api_lists(struct call *call, struct view *view);
int api_list_get(struct call *call, struct view *view);
/* title, replies_policy (followed, list, none), exclusive; what is absent stays as it is. */
int api_list_create_check(struct call *call, struct view *view);
int api_list_edit_check(struct call *call, struct view *view);
int api_list_write(struct call *call, struct txn *txn);
int api_list_show(struct call *call, struct view *view);
int api_list_delete_write(struct call *call, struct txn *txn);  /* then api_show_nothing() */

/* limit=0: all of them. */
int api_list_accounts(struct call *call, struct view *view);
/* account_ids[], whom one follows; then api_show_nothing(). */
int api_list_accounts_check(struct call *call, struct view *view);
int api_list_add_write(struct call *call, struct txn *txn);
int api_list_remove_write(struct call *call, struct txn *txn);

/* Those of one's lists that hold the account in the path. */
int api_account_lists(struct call *call, struct view *view);
int api_timeline_list(struct call *call, struct view *view);

#endif
