/*
 * /settings/sessions: the browsers that a person signed in with and the apps they let in, and the end of each.
 */
#ifndef NODE_WEB_SESSIONS_H
#define NODE_WEB_SESSIONS_H

#include "node/call.h"

int sessions_page_show(struct call *call, struct view *view);
int sessions_page_check(struct call *call, struct view *view);
int sessions_page_write(struct call *call, struct txn *txn);

#endif
