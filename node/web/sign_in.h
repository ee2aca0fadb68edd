/*
 * Browser sessions by hand: signing in, signing out, and the one-time link where a person chooses a password.
 */
#ifndef NODE_WEB_SIGN_IN_H
#define NODE_WEB_SIGN_IN_H

#include "node/web/pages.h"

/* The form of signing in; `path` is where to afterwards, `alert` what went wrong (TEXT_COUNT: nothing). Returns CALL_DONE. */
int sign_in_form(struct html_page *page, struct str path, int status, enum text alert);

/* GET and POST /sign-in?return=PATH */
int sign_in_show(struct call *call, struct view *view);
int sign_in_check(struct call *call, struct view *view);
int sign_in_work(struct call *call);
int sign_in_write(struct call *call, struct txn *txn);
/* POST /sign-out */
int sign_out_check(struct call *call, struct view *view);
int sign_out_write(struct call *call, struct txn *txn);
/* GET and POST /sign-up/:secret */
int sign_up_show(struct call *call, struct view *view);
int sign_up_check(struct call *call, struct view *view);
int sign_up_work(struct call *call);
int sign_up_write(struct call *call, struct txn *txn);

#endif
