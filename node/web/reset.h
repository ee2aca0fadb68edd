/*
 * /reset: a forgotten password. One page for whoever asks, the same whether or not there is such a person; and the page of
 * the mailed link. It signs nobody in: a second factor is asked for at /sign-in as ever.
 */
#ifndef NODE_WEB_RESET_H
#define NODE_WEB_RESET_H

#include "node/call.h"

/* GET and POST /reset */
int reset_page_show(struct call *call, struct view *view);
int reset_page_check(struct call *call, struct view *view);
int reset_page_write(struct call *call, struct txn *txn);
/* GET and POST /reset/:secret */
int reset_link_show(struct call *call, struct view *view);
int reset_link_check(struct call *call, struct view *view);
int reset_link_work(struct call *call);
int reset_link_write(struct call *call, struct txn *txn);

#endif
