/*
 * Passkeys at work: a challenge given out, a new key taken in, a signature tried. What is signed is read on the pool
 * (node/accounts/webauthn.h); challenge and counter are settled in the transaction.
 */
#ifndef NODE_ACCOUNTS_PASSKEY_H
#define NODE_ACCOUNTS_PASSKEY_H

#include "node/accounts/webauthn.h"
#include "node/call.h"
#include "storage/passkeys.h"

/* One try to sign, from stage to stage; in the arena of the call. */
struct passkey_try {
	struct webauthn_party party;
	struct webauthn_assertion assertion;
	struct passkey passkey;      /* the one that is meant; id 0: there is none of that name */
	struct str challenge;
	uint64_t counter;
	bool verified;               /* the device has to know who holds it */
	bool signed_well;
};

enum passkey_verdict { PASSKEY_RIGHT, PASSKEY_WRONG, PASSKEY_SUSPECT };

/* Did the form bring a signature? */
bool passkey_comes(const struct call *call);
/* check: reads the parameters and finds the passkey, which is of `account_id` (0: of anybody). What is malformed is wrong, no
 * error. */
int passkey_try_check(struct call *call, struct view *view, uint64_t account_id, bool verified, struct passkey_try *ret_try);
/* work: verifies the signature. */
void passkey_try_work(struct call *call, struct passkey_try *tried);
/* write: takes the challenge, whatever comes of it, and moves the counter on. PASSKEY_SUSPECT: the counter went back; that is
 * noted at the passkey and in the journal. */
int passkey_try_write(struct call *call, struct txn *txn, const struct passkey_try *tried, enum challenge_kind kind,
                      enum passkey_verdict *ret_verdict);

/* A new one, as the form brings it. ERR_INVALID. */
int passkey_read_new(struct call *call, const struct instance *instance, struct passkey *ret_passkey,
                     struct str *ret_challenge);
/* Keeps it, with a name of `name` or what browser made it. ERR_NOT_FOUND: not our challenge; ERR_EXISTS, ERR_LIMIT as
 * passkeys_put(). */
int passkey_put_new(struct call *call, struct txn *txn, struct passkey *passkey, struct str challenge, struct str name);

#endif
