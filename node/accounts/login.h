/*
 * Passwords and browser sessions of people. Hashing takes some 100 ms: pool threads or the command line only.
 */
#ifndef NODE_ACCOUNTS_LOGIN_H
#define NODE_ACCOUNTS_LOGIN_H

#include "node/call.h"
#include "storage/model.h"

enum { PASSWORD_BYTES_MIN = 10, PASSWORD_BYTES_MAX = 512, SESSION_DAYS = 30, SIGN_UP_DAYS = 7 };

/* A yescrypt hash ("$y$…", cost 7). ERR_INVALID: too short, too long or with NUL. */
int password_hash(struct arena *arena, struct str password, struct str *ret_hash);
/* true when it fits. An empty hash costs the same time and never fits, so that unknown names answer alike. */
bool password_verify(struct str password, struct str hash);

/* The account behind the session cookie, or 0. */
uint64_t login_session_account(struct call *call, struct view *view);
/* Name or e-mail; ERR_NOT_FOUND also for disabled people. */
int login_find(struct arena *arena, struct view *view, struct str name, struct user *ret_user);

/* A one-time link to choose a password: `secret` (hash_token) is stored hashed, valid SIGN_UP_DAYS; the caller shows
 * instance url + "/sign-up/" + secret once. */
int login_sign_up_put(struct txn *txn, uint64_t account_id, struct str secret);

#endif
