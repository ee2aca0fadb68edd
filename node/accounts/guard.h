/*
 * Guessing passwords costs time: tries are counted for each account and each address in the store (storage/attempts.h), so
 * that no restart forgives them. A try is counted before its password is looked at, and given back when it was right: many
 * at once get no further than one after the other.
 *
 * Strangers must not be able to keep somebody out by being wrong in their name: a browser that has signed in as that person
 * before, or followed a link that was mailed to them for a new password, has tries of its own.
 *
 * A name that nobody has is counted as one that somebody has, so that waiting tells nobody who exists.
 */
#ifndef NODE_ACCOUNTS_GUARD_H
#define NODE_ACCOUNTS_GUARD_H

#include "node/call.h"
#include "storage/model.h"

/* Whose tries they are. */
struct guard {
	struct str account, address;   /* of storage/attempts.h; no address: it is not asked for */
	bool known;
	uint64_t account_id;           /* 0: nobody of ours */
};

/* Of whoever calls, for that person, or for `name` as it was typed where there is none (account_id 0). */
struct guard guard_of(struct call *call, const struct user *user, struct str name);
/* The two halves of guard_password(), around another way to look at the password: counts a try that may come now, or
 * ERR_LIMIT; and says that it was wrong, which is ERR_DENIED. */
int guard_take(struct call *call, const struct guard *guard);
int guard_wrong(struct call *call, const struct guard *guard);
/* Verifies the password of a try that may come now. Pool threads: it waits for the writer, and hashes. OK: right. ERR_DENIED:
 * wrong. ERR_LIMIT: too soon; Retry-After is set, and nothing was looked at. ERR_NETWORK: it is the directory's, which does
 * not answer. Without a writer (tests) nothing is counted. */
int guard_password(struct call *call, const struct guard *guard, struct str password, struct str hash);
/* The same for the password of whoever calls with a token, of which nothing but this call depends. */
int guard_own_password(struct call *call, struct str password, struct str hash);
/* It was right: in the transaction of what that opens. */
int guard_passed(struct txn *txn, const struct guard *guard);

#endif
