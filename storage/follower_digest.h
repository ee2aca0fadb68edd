/*
 * Which followers of an account live at an origin, as one number: the XOR of the SHA-256 of their ids (FEP-8fcf). Kept
 * up to date by each follow that begins or ends, so that reading it costs one look-up however many follow.
 */
#ifndef STORAGE_FOLLOWER_DIGEST_H
#define STORAGE_FOLLOWER_DIGEST_H

#include "storage/base/hash.h"
#include "storage/engine/store.h"
#include "storage/keys.h"

struct follower_digest {
	uint8_t bytes[SHA256_BYTES];  /* of nobody: all zero */
	uint64_t count;               /* followers */
};

/* Accepted followers of `account_id` whose ids are of the same origin (scheme and authority, any case) as `uri`, which
 * may be the origin itself. That there are none is OK too. */
int follower_digest_get(struct view *view, uint64_t account_id, struct str uri, struct follower_digest *ret_digest);
/* One more member, or, since it is an XOR, one less. */
void follower_digest_xor(struct follower_digest *digest, struct str uri);

/* Writer thread, for storage/graph.c: an accepted follow began (`step` 1) or ended (-1). */
int follower_digest_move(struct txn *txn, uint64_t follower_id, uint64_t followee_id, int step);
/* Migration to version 3: makes the digests of all follows. */
int follower_digest_build(struct txn *txn);

/* For storage/check.c: where the digest of such followers stands, and whether a stored one is this. */
struct str follower_digest_key(struct key *key, uint64_t account_id, struct str uri);
bool follower_digest_is(struct str value, const struct follower_digest *digest);

#endif
