/*
 * Client apps: their registration, what they may have as a return address, and how they prove who they are.
 */
#ifndef NODE_ACCOUNTS_APPS_H
#define NODE_ACCOUNTS_APPS_H

#include "node/call.h"
#include "storage/model.h"

/* The return address that means: show the code to the person. */
#define OUT_OF_BAND STR("urn:ietf:wg:oauth:2.0:oob")

/* May an app register this return address? https, http on loopback, an app's own scheme, or OUT_OF_BAND; no fragment
 * (RFC 6749 section 3.1.2), nothing a browser would run or open from the disk. */
bool redirect_uri_allowed(struct str uri);

/* The app that a request speaks for: client_id and client_secret in its parameters, or in HTTP Basic (RFC 6749
 * section 2.3.1). ERR_NOT_FOUND: none, unknown, or the secret is wrong. */
int app_authenticate(struct call *call, struct view *view, struct app *ret_app);

/* POST /api/v1/apps, GET /api/v1/apps/verify_credentials */
int apps_create_check(struct call *call, struct view *view);
int apps_create_write(struct call *call, struct txn *txn);
int apps_verify_show(struct call *call, struct view *view);

#endif
