/*
 * Signed tokens of others: a compact JWS (RFC 7515) checked against a set of public keys (RFC 7517).
 *
 * Which algorithms count is decided here, before any key is looked at: RS256, PS256 and ES256. The token does not choose
 * beyond that, and a key does for an algorithm of its own type alone. What the payload says is node/oidc/claims.h's.
 * Pure; any thread. A signature takes less than a millisecond to check.
 */
#ifndef NODE_OIDC_JOSE_H
#define NODE_OIDC_JOSE_H

#include "storage/base/json.h"

enum {
	JOSE_BYTES_MAX = 32 * 1024,   /* of a token */
	JOSE_KEYS_MAX = 100,          /* of a set that are looked at */
	JOSE_TRIES_MAX = 8,           /* with a token that names no key */
};

struct jose {
	struct str type;       /* "typ" of the header, empty: none */
	struct str key_id;     /* "kid", likewise */
	struct json_t *claims; /* the payload, an object without members twice */
};

/* Verifies `token` by a key of `keys`, a JWK set. In `arena`. ERR_INVALID: it is no token that counts. ERR_NOT_FOUND: the set
 * has no key of that id and type: another set may. ERR_UNAUTHORIZED: the signature is not that key's. *ret_fault is a
 * sentence for the log. */
int jose_verify(struct arena *arena, struct str token, const struct json_t *keys, struct jose *ret_jose,
                const char **ret_fault);
/* How many keys of the set would do at all. */
size_t jose_usable(struct arena *arena, const struct json_t *keys);

#endif
