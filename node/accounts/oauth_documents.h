/*
 * Documents about OAuth here: the metadata that clients read before anything else, and the answer to who signed in.
 */
#ifndef NODE_ACCOUNTS_OAUTH_DOCUMENTS_H
#define NODE_ACCOUNTS_OAUTH_DOCUMENTS_H

#include "node/call.h"

struct instance;

/* What this node calls itself in OAuth (RFC 8414 section 2). */
struct str oauth_issuer(struct arena *arena, const struct instance *instance);
/* GET /.well-known/oauth-authorization-server (RFC 8414). */
int oauth_metadata_show(struct call *call, struct view *view);
/* GET /oauth/userinfo */
int oauth_userinfo_show(struct call *call, struct view *view);

#endif
