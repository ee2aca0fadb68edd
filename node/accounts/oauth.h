/*
 * OAuth 2 towards client apps: tokens for codes, tokens of apps themselves, tokens renewed, and their end.
 * The page where a person decides is authorize.h.
 */
#ifndef NODE_ACCOUNTS_OAUTH_H
#define NODE_ACCOUNTS_OAUTH_H

#include "node/call.h"

struct token;

/* POST /oauth/token (RFC 6749 sections 4.1.3, 4.4.2 and 6, RFC 7636). */
int oauth_token_check(struct call *call, struct view *view);
int oauth_token_write(struct call *call, struct txn *txn);
/* Ends a call with a token and its secret, which is in no other answer. */
int oauth_reply_token(struct call *call, const struct token *token, struct str secret);
/* POST /oauth/revoke (RFC 7009). */
int oauth_revoke_check(struct call *call, struct view *view);
int oauth_revoke_write(struct call *call, struct txn *txn);

#endif
