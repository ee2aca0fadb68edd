/*
 * What a provider's token says, and whether it says it to us and now: ID tokens (OpenID Connect Core 1.0, 3.1.3.7) and
 * logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.6).
 *
 * Clocks may differ by CLAIMS_TOLERANCE_SECONDS. Pure; any thread.
 */
#ifndef NODE_OIDC_CLAIMS_H
#define NODE_OIDC_CLAIMS_H

#include "node/oidc/jose.h"

enum {
	CLAIMS_TOLERANCE_SECONDS = 60,
	ID_TOKEN_SECONDS = 600,        /* one is used when it is made; an older one was lying about */
	LOGOUT_TOKEN_SECONDS = 300,
	CLAIMS_SUBJECT_BYTES_MAX = 255,   /* Core 1.0, section 2 */
	CLAIMS_TEXT_BYTES_MAX = 1000,  /* others that we read; longer ones count as absent */
	CLAIMS_LIST_MAX = 2000,        /* groups, audiences and the like that are looked at */
};

/* To whom a token has to be. */
struct claims_wanted {
	const json_t *keys;            /* the provider's */
	struct str issuer, client_id;
	struct str nonce;              /* ID tokens: that of the request */
	struct str access_token;       /* ID tokens: which came with it; empty: none */
	int64_t now_ms;
};

/* In the arena that it was read into. Texts are empty when absent. */
struct claims {
	struct str subject;
	struct str sid;                /* the session there */
	struct str acr;
	struct str jti;                /* logout tokens */
	int64_t iat_ms;
	json_t *json;                  /* all of it, for claims_person() */
};

/* ERR_NOT_FOUND: by no key that we know, fetch them anew. ERR_INVALID, ERR_UNAUTHORIZED: *ret_fault says why, for the log. */
int id_token_read(struct arena *arena, struct str token, const struct claims_wanted *wanted, struct claims *ret_claims,
                  const char **ret_fault);
/* The same; one of subject and sid may be empty. Whether its jti was seen before is the caller's to know. */
int logout_token_read(struct arena *arena, struct str token, const struct claims_wanted *wanted,
                      struct claims *ret_claims, const char **ret_fault);

/* What claims say of the person, of an ID token or of the answer about the user (Core 1.0, section 5.1). */
struct claims_person {
	struct str email, name, user_name;
	bool email_verified;
};

void claims_person(const json_t *json, struct claims_person *ret_person);
/* Whether there is a claim of that name at all; "realm_access.roles" also means a member of a member. */
bool claims_have(struct arena *arena, const json_t *json, struct str name);
/* Is `value` the claim's text, or one of its list? */
bool claims_hold(struct arena *arena, const json_t *json, struct str name, struct str value);

#endif
