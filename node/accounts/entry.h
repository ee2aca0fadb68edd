/*
 * The one way in for people with a browser: whoever proved who they are, by a password, a sign-up link or whatever comes,
 * is let in here, and here alone it is decided whether a second factor is still owed.
 *
 * Who owes one gets half a session: a cookie that opens nothing but the pages of the second step, for ten minutes, once.
 */
#ifndef NODE_ACCOUNTS_ENTRY_H
#define NODE_ACCOUNTS_ENTRY_H

#include "node/call.h"
#include "storage/instance.h"
#include "storage/model.h"

enum { HALF_SESSION_MINUTES = 10 };

enum entry_owes {
	ENTRY_OWES_NOTHING,
	ENTRY_OWES_CODE,
	ENTRY_OWES_SET_UP,  /* a role asks for a second factor (second_factor.required_for) and there is none yet */
};

/* Do the roles of that person ask for a second factor? Without a node (tests) none does. */
bool entry_requires_factor(const struct call *call, const struct user *user);
int entry_owes(struct call *call, struct view *view, uint64_t account_id, enum entry_owes *ret_owes);

/* The first step is done: begins a session, or half of one, and sets its cookie, which is `secret` (hash_token). *ret_next is
 * where the browser goes on: `path`, or the page of the second step, which leads there. *ret_whole: the person is signed in.
 * ERR_NOT_FOUND: no such person, or disabled by now. */
int entry_begin(struct call *call, struct txn *txn, uint64_t account_id, struct str secret, struct str path,
                struct str *ret_next, bool *ret_whole);

/* The same for a proof that is both steps in one, as a passkey is whose device knows who holds it: nothing more is owed. */
int entry_begin_whole(struct call *call, struct txn *txn, uint64_t account_id, struct str secret);

/* Whose half session the browser has. ERR_NOT_FOUND: none, or it is over. */
int entry_half(struct call *call, struct view *view, uint64_t *ret_account_id);
/* The second step is done: the half session is over and a whole one begins; `secret` is its cookie. ERR_NOT_FOUND. */
int entry_finish(struct call *call, struct txn *txn, uint64_t account_id, struct str secret);

#endif
