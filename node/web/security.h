/*
 * /settings/security: the second factor of who is signed in, set up, changed and turned off.
 */
#ifndef NODE_WEB_SECURITY_H
#define NODE_WEB_SECURITY_H

#include "node/call.h"

int security_show(struct call *call, struct view *view);
int security_check(struct call *call, struct view *view);
int security_work(struct call *call);
int security_write(struct call *call, struct txn *txn);

#endif
