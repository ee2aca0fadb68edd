/*
 * Passkeys: the public halves of key pairs on people's devices, and the challenges that a device is asked to sign. What a
 * signature has to say is node/accounts/webauthn.h's.
 */
#ifndef STORAGE_PASSKEYS_H
#define STORAGE_PASSKEYS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { PASSKEYS_MAX = 20, PASSKEY_CREDENTIAL_MAX = 1023 /* bytes, WebAuthn section 4 */, CHALLENGE_MINUTES = 5, CHALLENGES_MAX = 20000 };

/* passkey->id is made when 0. ERR_EXISTS: somebody has that credential; ERR_LIMIT: the account has PASSKEYS_MAX. */
int passkeys_put(struct arena *arena, struct txn *txn, struct passkey *passkey);
int passkeys_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct passkey *ret_passkey);
/* By what the device calls it. ERR_NOT_FOUND. */
int passkeys_find(struct arena *arena, struct view *view, struct str credential_id, struct passkey *ret_passkey);
/* Those of an account, oldest first; at most PASSKEYS_MAX. */
int passkeys_of(struct arena *arena, struct view *view, uint64_t account_id, struct passkey **ret_passkeys,
                size_t *ret_count);
bool passkeys_has(struct view *view, uint64_t account_id);
/* ERR_NOT_FOUND. */
int passkeys_delete(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id);
int passkeys_delete_all(struct txn *txn, uint64_t account_id);

/* `text` is hash_token()'s. Kept by hash, for CHALLENGE_MINUTES. ERR_BUSY: strangers have CHALLENGES_MAX already; people with
 * a session get theirs all the same. */
int challenges_put(struct txn *txn, struct str text, uint64_t account_id, enum challenge_kind kind);
/* It is good for this, and for nothing any more. ERR_NOT_FOUND: it was not given out, not for this, or is over; then it is
 * gone as well. */
int challenges_take(struct txn *txn, struct str text, uint64_t account_id, enum challenge_kind kind);

#endif
