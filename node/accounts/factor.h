/*
 * Second factors at work: an authenticator app set up, its codes and recovery codes checked and counted, all of it taken
 * away. Which accounts owe one is node/accounts/entry.h's; the records are storage/second_factors.h's.
 *
 * The app's secret is kept sealed by the key beside the store (node/seal.h) for its account alone, so no copy of the store
 * signs anybody in; where that key is lost, recovery codes still do. Without a node (tests) nothing opens.
 */
#ifndef NODE_ACCOUNTS_FACTOR_H
#define NODE_ACCOUNTS_FACTOR_H

#include "node/call.h"
#include "storage/second_factors.h"

enum { FACTOR_PENDING_MINUTES = 30 };

enum factor_verdict { FACTOR_RIGHT, FACTOR_WRONG, FACTOR_WAIT };

struct factor_answer {
	enum factor_verdict verdict;
	int64_t wait_ms;       /* of FACTOR_WAIT */
};

/* One try with a code of the app or a recovery code; spaces and dashes in it do not count. What was right is not taken
 * again; what was wrong is counted, per account and per address (storage/attempts.h), and after a few nothing is looked at
 * for a while. OK also when it is wrong: the count has to be kept. */
int factor_try(struct call *call, struct txn *txn, uint64_t account_id, struct str code, struct factor_answer *ret_answer);

/* Counts a password that somebody who is signed in gave for a change of these, and was `right` or not, in the same way. */
int factor_password(struct call *call, struct txn *txn, uint64_t account_id, bool right, struct factor_answer *ret_answer);

/* A new secret for an app waits to be confirmed, unless one waits already that can be read and `anew` is false. */
int factor_begin(struct call *call, struct txn *txn, uint64_t account_id, bool anew);
/* The secret that waits. ERR_NOT_FOUND: none, or for longer than FACTOR_PENDING_MINUTES. */
int factor_pending(struct call *call, struct view *view, uint64_t account_id, struct str *ret_secret);
/* It is forgotten. */
int factor_cancel(struct call *call, struct txn *txn, uint64_t account_id);
/* One try to confirm it with its code, counted like factor_try(). When it is right the app counts from now on, `codes` are
 * the recovery codes, and those of before end. ERR_NOT_FOUND: none waits. */
int factor_confirm(struct call *call, struct txn *txn, uint64_t account_id, struct str code, struct str_list codes,
                   struct factor_answer *ret_answer);

/* New recovery codes, as people read them: "abcd-efgh-ijkl-mnop", 80 bits each. */
struct str_list factor_codes_new(struct arena *arena);
/* They take the place of those of before. */
int factor_codes_put(struct call *call, struct txn *txn, uint64_t account_id, struct str_list codes);
/* What the account's owner changed, or (`suspect`) a passkey of theirs that was refused: in the journal, and told by mail. */
int factor_note(struct call *call, struct txn *txn, uint64_t account_id, const char *action, bool suspect);
/* One passkey counts no more. ERR_NOT_FOUND. */
int factor_passkey_end(struct call *call, struct txn *txn, uint64_t account_id, uint64_t passkey_id);
/* The app counts no more; recovery codes go with the last factor. */
int factor_totp_end(struct call *call, struct txn *txn, uint64_t account_id);

#endif
