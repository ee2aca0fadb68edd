/*
 * The page of an invitation: who invites whom as what, and the form that makes the account. Whatever a link is that is not
 * good (any more), the answer is the same.
 */
#ifndef NODE_WEB_INVITATION_H
#define NODE_WEB_INVITATION_H

#include "node/call.h"

/* Clients that ask for JSON are answered as by GET /invite/:code. */
int invitation_page_show(struct call *call, struct view *view);
int invitation_page_check(struct call *call, struct view *view);
int invitation_page_work(struct call *call);
int invitation_page_write(struct call *call, struct txn *txn);

#endif
