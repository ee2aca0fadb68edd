/*
 * The two fields of a form where somebody chooses a password, and what may be wrong with what is in them.
 */
#ifndef NODE_WEB_NEW_PASSWORD_H
#define NODE_WEB_NEW_PASSWORD_H

#include "node/web/pages.h"

/* `username` is whose it is, for password managers, or STR_NONE when the form asks for it; `alert` is what
 * new_password_fault() said. */
void new_password_fields(struct html_page *page, struct str username, enum text alert);
/* TEXT_COUNT: nothing is wrong. */
enum text new_password_fault(const struct call *call);

#endif
