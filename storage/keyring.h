/*
 * The keys that a person has given out, browsers that signed in and apps that hold a token: listed, ended, and when each
 * was used last. What they open, and how their secrets are kept, is storage/tokens.h's.
 */
#ifndef STORAGE_KEYRING_H
#define STORAGE_KEYRING_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

enum { KEYRING_SESSIONS_MAX = 100 };  /* that are listed */

/* A browser session with the name that pages and forms call it by: part of the hash of its secret, of which nobody
 * finds the way back. */
struct held_session {
	struct session session;
	struct str name;          /* base64url */
	bool current;             /* that of the cookie that was given */
};

/* The sessions of an account that have not expired, the reader's own and then the last used first; at most KEYRING_SESSIONS_MAX. `cookie` (may be
 * empty) is the reader's own. */
int keyring_sessions(struct arena *arena, struct view *view, uint64_t account_id, struct str cookie,
                     struct held_session **ret_sessions, size_t *ret_count);
/* ERR_NOT_FOUND: the account has no session of that name. */
int keyring_end_session(struct txn *txn, uint64_t account_id, struct str name);
/* All sessions of the account but that of `cookie`. */
int keyring_end_other_sessions(struct txn *txn, uint64_t account_id, struct str cookie);

/* The tokens of an account, newest first, by their ids. */
int keyring_tokens(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                   struct token **ret_tokens, size_t *ret_count);
/* ERR_NOT_FOUND. */
int keyring_token(struct view *view, uint64_t account_id, uint64_t token_id, struct token *ret_token);
/* Ends it with its push subscription, and tells streams. ERR_NOT_FOUND. */
int keyring_end_token(struct txn *txn, uint64_t account_id, uint64_t token_id);

/* Is it time to write down that a key was used, when it was last at `used_ms`? Once an hour: a key that is in use costs
 * no more writes. */
bool keyring_use_is_news(int64_t used_ms, int64_t now_ms);
/* Writes it down: `space` is SPACE_TOKEN or SPACE_SESSION, `hash` the SHA-256 of the secret. One that ended meanwhile is
 * OK. */
int keyring_used(struct txn *txn, unsigned space, struct str hash);

#endif
