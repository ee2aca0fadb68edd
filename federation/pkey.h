/*
 * Signing keys of ours and of others: parsed once, shared by threads, kept in a bounded cache.
 *
 * A pkey is one half of an asymmetric pair (the keys of the store are another thing). Reading a PEM costs more than
 * ten times the verification that needs it. A pkey never changes; any number of threads may use one at the same
 * time. It is counted, and each user's share is tied to an arena.
 */
#ifndef FEDERATION_PKEY_H
#define FEDERATION_PKEY_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;
struct pkey;
struct key_cache;

enum pkey_type { PKEY_RSA, PKEY_ED25519 };
enum pkey_hash { PKEY_SHA256, PKEY_SHA512, PKEY_PSS_SHA512 };

enum {
	PKEY_PEM_MAX = 8192,       /* bytes of a PEM text */
	PKEY_RSA_BITS_MIN = 2048,  /* weaker ones are refused */
	PKEY_RSA_BITS_MAX = 8192,  /* a verification must stay cheap */
};

/* A public key in PEM: SubjectPublicKeyInfo ("PUBLIC KEY") or PKCS #1 ("RSA PUBLIC KEY"); RSA or Ed25519. It lives
 * at least as long as `arena`. ERR_INVALID: not that, or an RSA key of a size outside the bounds above. */
int pkey_parse_public(struct arena *arena, struct str pem, struct pkey **ret_key);
/* Likewise a private key, PKCS #8 or PKCS #1, not encrypted. */
int pkey_parse_private(struct arena *arena, struct str pem, struct pkey **ret_key);
/* A public Ed25519 key from its Multikey text, "z6Mk…" (federation/multikey.h). Lifetime and errors likewise. */
int pkey_parse_multikey(struct arena *arena, struct str multibase, struct pkey **ret_key);
/* Ed25519 keys from their raw 32 bytes: the public one, or the seed of the private one (RFC 8032 section 5.1.5). */
int pkey_from_ed25519_public(struct arena *arena, struct str raw, struct pkey **ret_key);
int pkey_from_ed25519_seed(struct arena *arena, struct str seed, struct pkey **ret_key);
/* Keeps the key for as long as this arena, too: for a call that hands it on. */
void pkey_hold(struct arena *arena, struct pkey *key);

enum pkey_type pkey_type(const struct pkey *key);
/* The raw public half of an Ed25519 key of either half. ERR_INVALID: it is no Ed25519 key. */
int pkey_ed25519_public(struct arena *arena, const struct pkey *key, struct str *ret_raw);

/* RSA: RSASSA-PKCS1-v1_5 over `hash`, or RSASSA-PSS with a salt of 64 bytes (RFC 9421 section 3.3.1). Ed25519: RFC 8032, `hash` is not looked at. */
bool pkey_verify(const struct pkey *key, enum pkey_hash hash, struct str data, struct str signature);
/* Signs with SHA-256 (RSA) or as RFC 8032 says. ERR_INVALID: `key` is a public one. */
int pkey_sign(struct arena *arena, const struct pkey *key, struct str data, struct str *ret_signature);

/* A new pair: PKCS #8 and SubjectPublicKeyInfo in PEM. Takes tens to hundreds of milliseconds: pool threads only. */
int pkey_generate_rsa2048(struct arena *arena, struct str *ret_private_pem, struct str *ret_public_pem);
/* Likewise for Ed25519, the public half as a Multikey. Takes less than a millisecond: any thread. */
int pkey_generate_ed25519(struct arena *arena, struct str *ret_private_pem, struct str *ret_public_multibase);

/* Room for `capacity` keys (at least 1); beyond it a key that was not used lately makes room. */
struct key_cache *key_cache_new(size_t capacity);
/* No other thread may use the cache any more; keys held by arenas stay good. NULL is allowed. */
void key_cache_free(struct key_cache *cache);

/* The key `key_id` whose text is `pem`, parsed only if this pair is not in the cache. Both are looked up together,
 * so a changed PEM under an old id is a new key. Lifetime and errors as pkey_parse_public(). Any thread. */
int key_cache_public(struct key_cache *cache, struct arena *arena, struct str key_id, struct str pem,
                     struct pkey **ret_key);
int key_cache_private(struct key_cache *cache, struct arena *arena, struct str key_id, struct str pem,
                      struct pkey **ret_key);
/* Likewise a public Ed25519 key whose text is a Multikey. */
int key_cache_multikey(struct key_cache *cache, struct arena *arena, struct str key_id, struct str multibase,
                       struct pkey **ret_key);

#endif
