/*
 * /oauth/authorize: the page where a person lets an app use their account, and signs in first where needed (RFC 6749
 * section 4.1.1, RFC 7636).
 *
 * What is wrong before the app and its return address are trusted is said on a page of ours; what is wrong after that
 * is sent to the app.
 */
#ifndef NODE_ACCOUNTS_AUTHORIZE_H
#define NODE_ACCOUNTS_AUTHORIZE_H

#include "node/call.h"

int authorize_show(struct call *call, struct view *view);
int authorize_check(struct call *call, struct view *view);
int authorize_work(struct call *call);
int authorize_write(struct call *call, struct txn *txn);

#endif
