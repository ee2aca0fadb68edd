/*
 * Refresh tokens (RFC 6749 section 6), for apps whose access tokens end soon: one family for each authorization, which
 * has one good token at a time (RFC 9700 section 4.14.2).
 *
 * A refresh token names its family (account and token id), holds a secret that is the family's for good and one that is
 * replaced each time. So a used one is known for what it is however long ago it was, and nothing is kept of it; who does
 * not know the family's secret cannot end it. Both are stored as hashes only.
 */
#ifndef STORAGE_REFRESH_H
#define STORAGE_REFRESH_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* A refresh token taken apart. */
struct refresh_key {
	uint64_t account_id, token_id;
	struct str family, current;   /* both made by hash_token() */
};

struct str refresh_render(struct arena *arena, const struct refresh_key *key);
/* ERR_INVALID: this is no refresh token. Says nothing of whether it is good. */
int refresh_parse(struct arena *arena, struct str text, struct refresh_key *ret_key);

/* Begins a family, or moves it on: from now on `key` is its good token. `scopes` is what was allowed: an access token
 * may have less. */
int refresh_put(struct txn *txn, const struct refresh_key *key, scope_set scopes);
/* ERR_NOT_FOUND: there is no such family, or the secret is not its own. *ret_reused: the token was good once. */
int refresh_find(struct arena *arena, struct view *view, const struct refresh_key *key, struct refresh *ret_refresh,
                 bool *ret_reused);
bool refresh_has(struct view *view, uint64_t account_id, uint64_t token_id);
/* Absent is OK. */
int refresh_delete(struct txn *txn, uint64_t account_id, uint64_t token_id);
int refresh_delete_all(struct txn *txn, uint64_t account_id);

#endif
