/*
 * Makes signed tokens, honest and forged ones: what is signed, and what the header claims, is the test's to say.
 */
#ifndef TESTS_RIG_SMITH_H
#define TESTS_RIG_SMITH_H

#include "storage/base/str.h"

struct arena;
struct smith;

enum smith_key { SMITH_RSA, SMITH_RSA_OTHER, SMITH_RSA_SHORT, SMITH_EC, SMITH_EC_384, SMITH_KEYS };

/* Keys of the moment. Only those whose bit (1 << enum smith_key) is set: RSA keys take a while. */
struct smith *smith_new(unsigned keys);
void smith_free(struct smith *smith);

/* The public key as the members of a JWK: "kty":"RSA","n":"…","e":"AQAB", without braces. */
struct str smith_public(struct arena *arena, const struct smith *smith, enum smith_key key);
/* base64url(header).base64url(payload).signature, whatever the two are. `way` is how it is really signed: "RS256", "PS256",
 * "ES256", "HS256" (with `secret`), "none" (an empty signature). */
struct str smith_sign(struct arena *arena, const struct smith *smith, enum smith_key key, const char *way,
                      struct str secret, struct str header, struct str payload);

#endif
