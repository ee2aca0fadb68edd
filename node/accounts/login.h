/*
 * Passwords and browser sessions of people. Hashing takes some 100 ms: pool threads or the command line only.
 */
#ifndef NODE_ACCOUNTS_LOGIN_H
#define NODE_ACCOUNTS_LOGIN_H

#include "node/call.h"
#include "storage/instance.h"
#include "storage/model.h"

/* A person counts characters; the longest is what crypt(3) takes: 512 bytes with the NUL behind them. */
enum { PASSWORD_CHARACTERS_MIN = 10, PASSWORD_BYTES_MAX = 511, SESSION_DAYS = 30, SIGN_UP_DAYS = 7 };

/* Is it long enough, and not too long? */
bool password_length_fits(struct str password);
/* A yescrypt hash ("$y$…", cost 7). ERR_INVALID: too short, too long or with NUL. */
int password_hash(struct arena *arena, struct str password, struct str *ret_hash);
/* true when it fits. An empty hash costs the same time and never fits, so that unknown names answer alike. */
bool password_verify(struct str password, struct str hash);
/* How often either ran crypt(3) since the start: what a call costs, for tests. */
uint64_t password_runs(void);

/* Begins a session of the browser that calls in the store and notes the sign-in in the person's record; `cookie` (hash_token) is what the
 * browser is to send, see login_session_cookie(). ERR_NOT_FOUND: no such person, or disabled by now. */
int login_session_put(struct call *call, struct txn *txn, uint64_t account_id, struct str cookie);
/* A number for the browser that calls, if it has signed in as that person before (it shows a cookie of then); else 0. */
uint64_t login_known_device(struct call *call, const struct instance *instance, const struct user *user);
/* The browser that calls counts as one that has signed in as that person before. ERR_NOT_FOUND. */
int login_keep_device(struct call *call, struct txn *txn, uint64_t account_id);
/* Sets the session cookie in the reply; an empty one ends it in the browser. */
void login_session_cookie(struct call *call, const struct instance *instance, struct str cookie);
/* The account behind the session cookie, or 0: no session, an expired one, a disabled person. */
uint64_t login_session_account(struct call *call, struct view *view);
/* The session cookie as sent, or STR_NONE. */
struct str login_session_sent(struct call *call, const struct instance *instance);
/* Name or e-mail; ERR_NOT_FOUND also for disabled people. */
int login_find(struct arena *arena, struct view *view, struct str name, struct user *ret_user);

/* A one-time link to choose a password: `secret` (hash_token) is stored hashed, valid SIGN_UP_DAYS; the caller shows
 * instance url + "/sign-up/" + secret once. */
int login_sign_up_put(struct txn *txn, uint64_t account_id, struct str secret);

#endif
