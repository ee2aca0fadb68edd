/*
 * /settings/email: one's address, the one that waits to be confirmed, and the change of it; and the page of the link in the
 * mail, where a button confirms: what merely looks at links confirms nothing.
 */
#ifndef NODE_WEB_EMAIL_H
#define NODE_WEB_EMAIL_H

#include "node/call.h"

/* GET and POST /settings/email */
int email_page_show(struct call *call, struct view *view);
int email_page_check(struct call *call, struct view *view);
int email_page_work(struct call *call);
int email_page_write(struct call *call, struct txn *txn);
/* GET and POST /confirm-email/:secret */
int confirm_email_show(struct call *call, struct view *view);
int confirm_email_check(struct call *call, struct view *view);
int confirm_email_write(struct call *call, struct txn *txn);

#endif
