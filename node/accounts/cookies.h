/*
 * Cookies of the node's own pages (RFC 6265), and the form tokens that tie a form to the browser it was shown to.
 *
 * On https every cookie has the prefix __Host-, so that no other host and no plain connection can plant one. All are
 * HttpOnly and SameSite=Lax. HTTP threads.
 */
#ifndef NODE_ACCOUNTS_COOKIES_H
#define NODE_ACCOUNTS_COOKIES_H

#include "node/call.h"
#include "storage/instance.h"

/* The value the browser sent; STR_NONE when there is none. The first of that name. */
struct str cookie_get(struct call *call, const struct instance *instance, const char *name);
/* Sets a cookie for all paths; `value` holds token characters only. 0 seconds ends it. */
void cookie_set(struct call *call, const struct instance *instance, const char *name, struct str value,
                int64_t seconds);

/* The secret of this browser from which its form tokens are made; sets the cookie when there was none. */
struct str form_secret(struct call *call, const struct instance *instance);
/* The hidden field of a form: a MAC under the browser's secret over what the form is about, `purpose` and the account
 * that is signed in, so that a token does for this form, this subject and this session only. */
struct str form_token(struct arena *arena, struct str secret, struct str purpose, uint64_t account_id);
/* Does the parameter "form_token" fit? false without the browser's cookie. */
bool form_token_fits(struct call *call, const struct instance *instance, struct str purpose, uint64_t account_id);

#endif
