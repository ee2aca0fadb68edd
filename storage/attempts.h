/*
 * Wrong passwords and codes in a row, per person and per address: after a few the next try has to wait, longer each time.
 * Counted in the store, so that a restart forgives nothing.
 *
 * Whom they are of is known by hash only; what was tried is not kept.
 */
#ifndef STORAGE_ATTEMPTS_H
#define STORAGE_ATTEMPTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum attempts_kind {
	ATTEMPTS_OF_ACCOUNT = 1,   /* 5 are free */
	ATTEMPTS_OF_ADDRESS = 2,   /* 30 are free, for a company may stand behind it, and one more each half minute; a pause
	                            * of 15 minutes clears it */
};

/* Of whom: an account's id, and an address as text (IPv6 counts by /64), each mixed with a `secret` of the node's own so
 * that nobody who has the store finds addresses by trying. `purpose` keeps apart what is tried ("password", "code"). */
struct str attempts_of_account(struct arena *arena, const char *purpose, uint64_t account_id);
struct str attempts_of_address(struct arena *arena, const char *purpose, struct str secret, struct str address);

/* How long until the next try may come, in milliseconds; 0: it may come now. */
int64_t attempts_wait_ms(struct view *view, enum attempts_kind kind, struct str whose, int64_t now_ms);
/* One more that was wrong. */
int attempts_add(struct txn *txn, enum attempts_kind kind, struct str whose);
/* One was right. Not for addresses: who has a password of their own would clear theirs between guesses at others'. */
int attempts_clear(struct txn *txn, enum attempts_kind kind, struct str whose);
/* There are so many counters that what strangers choose (names that nobody has) should add none. */
bool attempts_full(struct view *view);
/* Removes what counts no more, at most `max`; *ret_more: call again. */
int attempts_expire(struct txn *txn, size_t max, bool *ret_more);

#endif
