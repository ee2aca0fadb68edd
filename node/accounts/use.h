/*
 * Writes down, once an hour, that a token or a browser session is in use: for its owner's list, and for what ends with
 * disuse. Nobody waits for it. HTTP threads.
 */
#ifndef NODE_ACCOUNTS_USE_H
#define NODE_ACCOUNTS_USE_H

#include "node/call.h"
#include "storage/model.h"

/* `space` is SPACE_TOKEN or SPACE_SESSION, `used_ms` what its record says. A store that is busy hears of it later. */
void use_note(struct call *call, unsigned space, struct str secret, int64_t used_ms);

/* Was it not used for so long that it ended (oauth.idle_days)? Without a node, and for one of an older store whose use is
 * not known, no. */
bool token_is_idle(const struct call *call, const struct token *token);

#endif
