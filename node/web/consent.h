/*
 * The page that names an app and what it wants, and the one that shows a code to copy. Decides nothing.
 */
#ifndef NODE_WEB_CONSENT_H
#define NODE_WEB_CONSENT_H

#include "node/web/pages.h"
#include "storage/model.h"

/* A request for authorization that was found good. */
struct consent {
	struct html_page page;
	struct app app;
	struct str redirect_uri, state, challenge;
	scope_set scopes;
	bool force_login;      /* the app wants the person to sign in again */
	bool asks_password;    /* nobody is signed in, or force_login */
};

/* What an app may do in words, as a list. */
void consent_add_scopes(struct html_page *page, scope_set scopes);
/* What the form's token is about: this very request. */
struct str consent_purpose(const struct consent *consent);
/* The path and query of this very request, for who signs in first. */
struct str consent_path(const struct consent *consent);
/* `alert`: what went wrong with the form; TEXT_COUNT: nothing. */
int consent_show(struct consent *consent, int status, enum text alert);
/* The code, for apps that cannot be sent to. */
int consent_show_code(struct consent *consent, struct str code);

#endif
