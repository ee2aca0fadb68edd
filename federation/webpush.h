/*
 * What Web Push needs of cryptography: messages that only a person's device can read (RFC 8291 aes128gcm, and the
 * former draft's aesgcm), and the proof of who sends them (VAPID, RFC 8292). Over OpenSSL.
 *
 * Pure; any thread. Signing and agreeing on a key take tenths of a millisecond.
 */
#ifndef FEDERATION_WEBPUSH_H
#define FEDERATION_WEBPUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;

enum {
	WEBPUSH_PRIVATE_BYTES = 32, WEBPUSH_PUBLIC_BYTES = 65, /* of a P-256 pair: the scalar, the uncompressed point */
	WEBPUSH_AUTH_BYTES = 16, WEBPUSH_SALT_BYTES = 16,
	WEBPUSH_TEXT_MAX = 3993,  /* of one record of 4096 bytes with its head and tag (RFC 8291 section 4) */
};

struct webpush_pair {
	uint8_t private_key[WEBPUSH_PRIVATE_BYTES], public_key[WEBPUSH_PUBLIC_BYTES];
};

/* A new pair. Aborts when there is no memory or randomness. */
void webpush_generate(struct webpush_pair *ret_pair);
/* Is this a point of the curve, in the form above? */
bool webpush_public_valid(struct str public_key);

/* The receiver: the two members of a subscription's keys, as bytes. */
struct webpush_receiver {
	struct str public_key, auth;
};

/* A message and what its headers say of it. */
struct webpush_message {
	struct str body;
	struct str salt, public_key;  /* aesgcm: for the headers Encryption and Crypto-Key */
};

/* Encrypts with this pair and salt, which are for one message only. `standard`: aes128gcm. ERR_LIMIT: too long.
 * ERR_INVALID: the receiver's keys are none. */
int webpush_encrypt_with(struct arena *arena, const struct webpush_receiver *receiver, bool standard, struct str text,
                         const struct webpush_pair *pair, struct str salt, struct webpush_message *ret_message);
/* The same with fresh ones. */
int webpush_encrypt(struct arena *arena, const struct webpush_receiver *receiver, bool standard, struct str text,
                    struct webpush_message *ret_message);

/* A JWT with ES256 (RFC 8292 section 2): for the push service of this origin, until `expires_ms`, from this contact. */
int webpush_jwt(struct arena *arena, const struct webpush_pair *pair, struct str audience, int64_t expires_ms,
                struct str subject, struct str *ret_jwt);

#endif
