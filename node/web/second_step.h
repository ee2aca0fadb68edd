/*
 * /sign-in/code: behind the password, a code of an authenticator app, a recovery code or a passkey.
 */
#ifndef NODE_WEB_SECOND_STEP_H
#define NODE_WEB_SECOND_STEP_H

#include "node/call.h"

int second_step_show(struct call *call, struct view *view);
int second_step_check(struct call *call, struct view *view);
int second_step_work(struct call *call);
int second_step_write(struct call *call, struct txn *txn);

#endif
