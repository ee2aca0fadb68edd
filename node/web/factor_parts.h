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
/* For the six digits of an app alone; for those and recovery codes; or for nothing, when a passkey does instead. */
enum code_field { CODE_OF_APP, CODE_OF_ANY, CODE_OR_PASSKEY };
void factor_add_code_field(struct html_page *page, enum code_field field, bool wrong);
void factor_add_password_field(struct html_page *page, bool wrong);
/* Says what was wrong; nothing for FACTOR_RIGHT. */
void factor_add_alert(struct html_page *page, const struct factor_answer *answer);
/* The status of a page with that alert: 422 or 429. */
int factor_status(const struct factor_answer *answer);
/* Inside of a form that the script serves (attribute data-passkeys): a button that is there once the script is, with what is
 * said when the browser refuses. `name` and `value` as of page_button(). */
void factor_add_passkey_button(struct html_page *page, const char *name, const char *value, enum text text);
/* A page of its own that shows the codes and leads on. Returns CALL_DONE. */
int factor_show_codes(struct html_page *page, struct str_list codes, struct str next);

#endif
