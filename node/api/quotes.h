/*
 * Quotes in the client API: what quotes a status, who may, and taking it back. As Mastodon 4.5 has them.
 */
#ifndef NODE_API_QUOTES_H
#define NODE_API_QUOTES_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/quotes.h"

/* The parameter quote_approval_policy: set of enum quote_policy; left as it is when absent. 422 for an unknown word. */
int quote_read_policy(struct call *call, uint8_t *policy);
/* The same of source[quote_policy]: a person's default. */
int quote_read_default(struct call *call, uint8_t *policy);
/* "public", "followers" or "nobody": how clients call a default. */
const char *quote_policy_word(uint8_t policy);
/* The member "quote_approval" of a status: quotes_policy() of it, and quotes_may() of who looks. */
void quote_approval_w(struct json_writer *w, uint8_t policy, enum quote_answer answer);

/* GET /api/v1/statuses/:id/quotes */
int api_status_quotes(struct call *call, struct view *view);
/* POST /api/v1/statuses/:id/quotes/:quoting/revoke */
int api_quote_revoke_check(struct call *call, struct view *view);
int api_quote_revoke_write(struct call *call, struct txn *txn);
/* PUT /api/v1/statuses/:id/interaction_policy */
int api_quote_policy_check(struct call *call, struct view *view);
int api_quote_policy_write(struct call *call, struct txn *txn);
int api_quote_show(struct call *call, struct view *view);

#endif
