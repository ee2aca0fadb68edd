/*
 * New signing keys for one of ours, and how long the old ones still count.
 *
 * The old public keys stay in the actor's document for ROTATE_OVERLAP_MS. What was said before the change, and the
 * Update that tells of it, is signed with the old key; so whoever knows only that one learns the new one from it.
 */
#ifndef FEDERATION_ROTATE_H
#define FEDERATION_ROTATE_H

#include <stdbool.h>

#include "storage/base/clock.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct job;

enum { ROTATE_OVERLAP_MS = 48 * HOUR_MS };

struct rotate_order {
	uint64_t account_id;
	struct str private_pem, public_pem;  /* the new pair (pkey_generate_rsa2048(): not on the writer) */
	bool at_once;                        /* the old keys are in wrong hands: they count no more */
};

/* Writer thread. Puts the new pair, a new key for proofs, and tells the followers. ERR_EXISTS: the last change is not
 * over yet, and this one is not at once. ERR_INVALID: not a person of ours: a node's own key is pinned by its peers.
 * ERR_GONE: the account has ended. */
int rotate_write(struct arena *arena, struct txn *txn, const struct rotate_order *order);
/* JOB retire_keys, writer thread: the overlap is over. */
int rotate_end_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

/* Is what `activity_id` names signed with the account's old key at `now_ms`? Any thread. */
bool rotate_signs_with_old(const struct account *account, uint64_t activity_id, int64_t now_ms);

#endif
