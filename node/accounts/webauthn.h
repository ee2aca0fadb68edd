/*
 * What a browser brings of a passkey, read and verified (Web Authentication Level 2, sections 7.1 and 7.2): the client data,
 * the authenticator data, the signature. All of it comes from strangers; all of it is bounded.
 *
 * Whether the challenge was given out, and whose passkey it is, is the caller's to ask the store. Owns libfido2. Any thread;
 * webauthn_verify() computes.
 */
#ifndef NODE_ACCOUNTS_WEBAUTHN_H
#define NODE_ACCOUNTS_WEBAUTHN_H

#include "storage/instance.h"
#include "storage/model.h"

struct arena;

enum {
	WEBAUTHN_CLIENT_DATA_MAX = 4096, WEBAUTHN_AUTH_DATA_MAX = 4096, WEBAUTHN_SIGNATURE_MAX = 256,  /* bytes */
};

/* Us, as authenticators know us. */
struct webauthn_party {
	struct str id;      /* the host of our address */
	struct str origin;
};

/* ERR_INVALID: the address is an IP address, or http elsewhere than on localhost; browsers have no passkeys for these. */
int webauthn_party(const struct instance *instance, struct webauthn_party *ret_party);

enum webauthn_ceremony { WEBAUTHN_CREATE, WEBAUTHN_GET };

/* Reads clientDataJSON. ERR_INVALID: it is of another ceremony, from another origin, from within a page of another, or no such
 * thing at all. *ret_challenge is base64url. */
int webauthn_read_client(struct arena *arena, const struct webauthn_party *party, enum webauthn_ceremony ceremony,
                         struct str client_data, struct str *ret_challenge);

enum webauthn_flag {
	WEBAUTHN_PRESENT = 0x01, WEBAUTHN_VERIFIED = 0x04, WEBAUTHN_SYNCABLE = 0x08, WEBAUTHN_SYNCED = 0x10,
	WEBAUTHN_CREDENTIAL = 0x40, WEBAUTHN_EXTENSIONS = 0x80,
};

/* Authenticator data, section 6.1. */
struct webauthn_auth {
	uint8_t flags;              /* enum webauthn_flag */
	uint32_t counter;
	struct str credential_id;   /* with WEBAUTHN_CREDENTIAL */
	struct str rest;            /* what follows: the key in CBOR, extensions */
};

/* ERR_INVALID: too short or too long, of another party, flags that cannot be. Texts point into `data`. */
int webauthn_read_auth(const struct webauthn_party *party, struct str data, struct webauthn_auth *ret_auth);

/* A new key, as it came. */
struct webauthn_creation {
	struct str client_data, auth_data;
};
/* Fills what the key says of itself: credential_id, public_key, algorithm, counter, synced. Attestation is neither asked for nor
 * looked at. ERR_INVALID. */
int webauthn_create(struct arena *arena, const struct webauthn_party *party, const struct webauthn_creation *creation,
                    struct passkey *ret_passkey, struct str *ret_challenge);

/* A signature, as it came. */
struct webauthn_assertion {
	struct str credential_id, client_data, auth_data, signature;
};
/* Is it by that passkey, over this client data, by somebody who was there; with `verified` by who is known to the device (a PIN,
 * a finger)? ERR_INVALID. *ret_counter: webauthn_counter_fits() has to be asked when it is stored. */
int webauthn_verify(struct arena *arena, const struct webauthn_party *party, const struct passkey *passkey,
                    const struct webauthn_assertion *assertion, bool verified, struct str *ret_challenge,
                    uint64_t *ret_counter);
/* false: the counter went back or stood still, so there may be a copy of the key. */
bool webauthn_counter_fits(const struct passkey *passkey, uint64_t counter);

#endif
