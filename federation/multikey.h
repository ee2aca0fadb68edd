/*
 * Keys as actors publish them beside the PEM of publicKey: Multikeys in assertionMethod (FEP-521a), their bytes as
 * multibase text. Only Ed25519 means something to us; a Multikey of another kind, like a malformed one, is as if it
 * were not there, or one that has ended. Any thread.
 */
#ifndef FEDERATION_MULTIKEY_H
#define FEDERATION_MULTIKEY_H

#include "storage/base/json.h"

struct arena;

enum {
	MULTIBASE_CHARS_MAX = 128,     /* of a text that is read; a signature takes 89 */
	MULTIKEY_ED25519_BYTES = 32,
	MULTIKEYS_MAX = 10,            /* of one actor that are looked at */
};

/* "z" and the base58btc digits of `data`. The time grows with the square of the length: for keys and signatures. */
struct str multibase_encode(struct arena *arena, struct str data);
/* ERR_INVALID: another base, a digit that is none, or longer than MULTIBASE_CHARS_MAX. */
int multibase_decode(struct arena *arena, struct str text, struct str *ret_data);

/* What the first two bytes of a Multikey say it is (the varint of its multicodec). */
enum multikey_kind {
	MULTIKEY_ED25519_PUBLIC = 0xED01,
	MULTIKEY_ED25519_SEED = 0x8026,   /* a private key; only test vectors write one down like this */
};

struct str multikey_encode(struct arena *arena, enum multikey_kind kind, struct str raw);
/* The raw bytes, MULTIKEY_ED25519_BYTES of them. ERR_INVALID: not multibase, or of another kind or length. */
int multikey_decode(struct arena *arena, enum multikey_kind kind, struct str text, struct str *ret_raw);

/* A public Ed25519 key and whose it claims to be. */
struct multikey {
	struct str id;
	struct str controller;
	struct str multibase;          /* pkey_parse_multikey() and key_cache_multikey() take it */
};

/* Reads {id, type: "Multikey", controller, publicKeyMultibase}, an entry of assertionMethod or a document of its own.
 * Texts point into the tree. ERR_INVALID: not one of Ed25519, revoked or expired. */
int multikey_parse(struct arena *arena, const json_t *value, struct multikey *ret_key);

/* The key `key_id` of the actor's document (its first one when `key_id` is empty), embedded there, of the actor's own
 * origin and under his own control. ERR_NOT_FOUND: there is none. */
int multikey_of_actor(struct arena *arena, const json_t *document, struct str actor_uri, struct str key_id,
                      struct multikey *ret_key);

#endif
