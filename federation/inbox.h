/*
 * An incoming delivery as a value, in the three stages of its request: check, work, write. And the check of a signed
 * GET, which is the same without a body.
 */
#ifndef FEDERATION_INBOX_H
#define FEDERATION_INBOX_H

#include "federation/activity.h"
#include "federation/federation.h"
#include "federation/signature.h"

struct incoming {
	struct arena *arena;
	const struct federation *federation;
	struct signature_request request;
	struct str address;               /* of the sender, for the journal */
	/* filled by the stages */
	struct signature signature;
	struct peer peer;
	struct account signer;            /* id 0: new, not stored yet */
	bool signer_is_instance;          /* the peer's instance actor */
	bool duplicate;                   /* a replayed signature: 202, no effect */
	struct activity *activity;
	struct str body;
	const char *reason;               /* why it was refused, for the answer and the journal */
};

/* HTTP thread: policy (the origin is on the allow list and not paused), signature shape, digest, host, clock, JSON,
 * actor and origins. OK: verified, nothing to fetch (the caller skips work). NEED: the key must be fetched.
 * ERR_UNAUTHORIZED 401, ERR_DENIED 403, ERR_INVALID 400, ERR_LIMIT 413. */
int inbox_check(struct incoming *incoming, struct view *view);
/* Pool thread: fetches the unknown or rotated key, once, and verifies. */
int inbox_work(struct incoming *incoming, struct store *store);
/* Writer thread: stores a new signer, pins an instance key, applies. OK for effects and for duplicates alike. */
int inbox_write(struct incoming *incoming, struct txn *txn);
/* The journal line of a refusal (writer thread, best effort). */
int inbox_refuse_write(struct incoming *incoming, struct txn *txn);

/* Signed GET: check and work as above without JSON; then the beholder for storage/access.h. Unsigned requests give
 * ERR_UNAUTHORIZED. */
struct beholder;
int fetch_check(struct incoming *incoming, struct view *view);
int fetch_work(struct incoming *incoming, struct store *store);
struct beholder incoming_beholder(const struct incoming *incoming);

#endif
