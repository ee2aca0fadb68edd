/*
 * What the pages about second factors have in common: the secret of an app as picture and text, fields for codes, what went
 * wrong with one, and recovery codes, shown once. Decides nothing.
 */
#ifndef NODE_WEB_FACTOR_PARTS_H
#define NODE_WEB_FACTOR_PARTS_H

#include "node/accounts/factor.h"
#include "node/web/pages.h"

/* `username` is whose secret it is: apps show it beside the code. */
void factor_add_secret(struct html_page *page, struct str secret, struct str username);
/* For the six digits of an app alone, or for those and recovery codes (`any`). */
void factor_add_code_field(struct html_page *page, bool any, bool wrong);
void factor_add_password_field(struct html_page *page, bool wrong);
/* Says what was wrong; nothing for FACTOR_RIGHT. */
void factor_add_alert(struct html_page *page, const struct factor_answer *answer);
/* The status of a page with that alert: 422 or 429. */
int factor_status(const struct factor_answer *answer);
/* A page of its own that shows the codes and leads on. Returns CALL_DONE. */
int factor_show_codes(struct html_page *page, struct str_list codes, struct str next);

#endif
