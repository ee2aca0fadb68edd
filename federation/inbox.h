/*
 * The three stages of an incoming delivery: check, work, write. And the check of a signed GET, which is the same without
 * a body.
 */
#ifndef FEDERATION_INBOX_H
#define FEDERATION_INBOX_H

#include "federation/incoming.h"

/* HTTP thread: policy (the origin is on the allow list and not paused), signature shape, digest, host, clock, JSON,
 * actor and origins. OK: verified, nothing to fetch (the caller skips work). NEED: the key must be fetched.
 * ERR_UNAUTHORIZED 401, ERR_DENIED 403, ERR_INVALID 400, ERR_LIMIT 413, ERR_BUSY (a paused peer keeps it for later) 503. */
int inbox_check(struct incoming *incoming, struct view *view);
/* Pool thread: fetches the unknown or rotated key, once, and verifies. A key that did not help is not fetched again for
 * five minutes. ERR_BUSY: its node did not answer, the sender may try again (503). */
int inbox_work(struct incoming *incoming, struct store *store);
/* Writer thread: stores a new signer, pins an instance key, applies. OK for effects, for duplicates and for what is
 * not the actor's to do alike (the journal says which): an answer tells nobody what is there. */
int inbox_write(struct incoming *incoming, struct txn *txn);
/* Once the write is durable: from now on the same bytes are a replay. Not before, lest the sender of what was lost be
 * told that we have it. Any thread. */
void inbox_done(const struct incoming *incoming);
/* The journal line of a refusal, and the key that was fetched for it (writer thread, best effort). */
int inbox_refuse_write(struct incoming *incoming, struct txn *txn);

/* Signed GET: check and work as above without JSON; then incoming_beholder() for storage/access.h. Unsigned requests
 * give ERR_UNAUTHORIZED. */
int fetch_check(struct incoming *incoming, struct view *view);
int fetch_work(struct incoming *incoming, struct store *store);
/* Writer thread: stores a signer that work had to fetch and pins an instance actor's key; else nothing. Without it the
 * next request of the same signer fetches the key again, or finds it resting. */
int fetch_write(struct incoming *incoming, struct txn *txn);

#endif
