/*
 * /sign-in/set-up: behind the password, for people whose role needs a second factor and who have none yet. No session
 * begins before they do.
 */
#ifndef NODE_WEB_SET_UP_H
#define NODE_WEB_SET_UP_H

#include "node/call.h"

int set_up_show(struct call *call, struct view *view);
int set_up_check(struct call *call, struct view *view);
int set_up_write(struct call *call, struct txn *txn);

#endif
