/*
 * Writes down, once an hour, that a token or a browser session is in use: for its owner's list, and for what ends with
 * disuse. Nobody waits for it. HTTP threads.
 */
#ifndef NODE_ACCOUNTS_USE_H
#define NODE_ACCOUNTS_USE_H

#include "node/call.h"

/* `space` is SPACE_TOKEN or SPACE_SESSION, `used_ms` what its record says. A store that is busy hears of it later. */
void use_note(struct call *call, unsigned space, struct str secret, int64_t used_ms);

#endif
