/*
 * Web Push subscriptions of the client API: one for each token.
 */
#ifndef NODE_API_PUSH_H
#define NODE_API_PUSH_H

#include "node/call.h"

int api_push(struct call *call, struct view *view);
/* subscription[endpoint], subscription[keys][p256dh], subscription[keys][auth], subscription[standard],
 * data[alerts][TYPE], data[policy]; replaces what was there. */
int api_push_check(struct call *call, struct view *view);
/* data[alerts][TYPE], data[policy]; what is absent stays. */
int api_push_edit_check(struct call *call, struct view *view);
int api_push_write(struct call *call, struct txn *txn);
int api_push_delete_write(struct call *call, struct txn *txn);  /* then api_show_nothing() */

#endif
