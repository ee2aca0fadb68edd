/*
 * What people show behind their password: the sealed secret of an authenticator app and the hashes of recovery codes. What
 * is sealed and how a code is checked is node/accounts/factor.h's.
 */
#ifndef STORAGE_SECOND_FACTORS_H
#define STORAGE_SECOND_FACTORS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { RECOVERY_CODES = 10 };

/* Who has none gets a record that is empty but for its account. */
int second_factors_get(struct arena *arena, struct view *view, uint64_t account_id, struct second_factor *ret_factor);
/* One in which nothing is left goes. */
int second_factors_put(struct txn *txn, const struct second_factor *factor);
/* All that the account has, passkeys too. */
int second_factors_delete(struct txn *txn, uint64_t account_id);
/* The kinds that work, a set of enum factor_kind; 0: a password is enough. A secret that was not confirmed is none. */
enum factor_kind { FACTOR_TOTP = 1, FACTOR_PASSKEY = 2 };
uint8_t second_factors_kinds(struct view *view, const struct second_factor *factor);

/* The hash under which a recovery code of that account is kept. */
struct str recovery_hash(struct arena *arena, uint64_t account_id, struct str code);
/* Takes one out of the list; false: it is not there. Nothing is stored. */
bool recovery_take(struct arena *arena, struct second_factor *factor, struct str code);

#endif
