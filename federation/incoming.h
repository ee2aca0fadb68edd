/*
 * An incoming delivery or signed GET as a value: what its stages (federation/inbox.h, federation/brought.h) hand on.
 */
#ifndef FEDERATION_INCOMING_H
#define FEDERATION_INCOMING_H

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
	bool verified;                    /* the signature is that of its key */
	bool by_ed25519;                  /* and that key is one of Ed25519 */
	bool asks_followers;              /* what it says of the signer's followers is being looked into */
	bool duplicate;                   /* nothing to do, a replayed signature for one: 202, no effect */
	struct activity *activity;
	const json_t *document;           /* what the activity was read from */
	struct str body;
	int64_t until_ms;                 /* end of the signature's time window */
	bool fetched;                     /* the signer comes from work and is to be stored, whatever he signed */
	struct account *author;           /* federation/brought.h: its actor, fetched and to be stored; NULL */
	struct str hearsay;               /* the same: an object whose node is asked for it, and all that is done */
	const char *reason;               /* why it was refused, for the answer and the journal */
	const char *word;                 /* the same as a stable word, for the journal */
};

/* Notes why a stage refuses, with its word for the journal, and gives `err` back. `reason` is static. */
int incoming_refuse(struct incoming *incoming, int err, const char *reason);
/* Who a verified signer is to storage/access.h. */
struct beholder;
struct beholder incoming_beholder(const struct incoming *incoming);

#endif
