/*
 * Accept-Signature (RFC 9421 section 5): how the receiver of a request would like it to be signed. We say it with a 401
 * to what was not signed, and do as a 401 from others says. Pure; any thread.
 */
#ifndef FEDERATION_ACCEPT_SIGNATURE_H
#define FEDERATION_ACCEPT_SIGNATURE_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;

/* Components we can sign, in the order in which we write them. */
enum wish_component {
	WISH_METHOD,
	WISH_TARGET_URI,
	WISH_AUTHORITY,
	WISH_SCHEME,
	WISH_REQUEST_TARGET,
	WISH_PATH,
	WISH_QUERY,
	WISH_HOST,
	WISH_CONTENT_DIGEST,
	WISH_CONTENT_TYPE,
	WISH_COMPONENTS,
};

/* What a peer asked for and we can do. */
struct signature_wish {
	struct str label;        /* of the signature; never empty */
	unsigned components;     /* a bit per enum wish_component; those we always sign need not be among them */
	struct str key_id;       /* must be the signing key's; empty: any */
	struct str nonce, tag;   /* to be repeated; empty: none */
	bool rsa, ed25519;       /* keys that will do */
	bool expires;            /* the signature shall say when it ends */
};

/* The name of a component, as in "@method". */
struct str wish_component_name(enum wish_component component);

/* The value for an answer to a request that was not signed, or not so that we could read it: static. */
struct str accept_signature_make(bool has_body);
/* The value for the answer to a delivery that was signed with RSA: that Ed25519 will do from now on; static. */
struct str accept_signature_make_ed25519(void);
/* The first wish in the header that we can grant; its texts point into `value` or `arena`. ERR_NOT_FOUND: there is none
 * (a component we do not sign, an algorithm we do not know). ERR_INVALID: the header makes no sense. */
int accept_signature_parse(struct arena *arena, struct str value, struct signature_wish *ret_wish);

#endif
