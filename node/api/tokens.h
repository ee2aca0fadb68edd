/*
 * The tokens of a person, as GoToSocial's clients know them: which app, what it may do, when it was used last; and their
 * end.
 */
#ifndef NODE_API_TOKENS_H
#define NODE_API_TOKENS_H

#include "node/call.h"

/* GET /api/v1/tokens, /api/v1/tokens/:id */
int api_tokens(struct call *call, struct view *view);
int api_token_get(struct call *call, struct view *view);
/* POST /api/v1/tokens/:id/invalidate */
int api_token_end_write(struct call *call, struct txn *txn);
int api_token_ended_show(struct call *call, struct view *view);

#endif
