/*
 * Records of second factors. Reads: any thread; changes: the writer.
 */
#include "storage/second_factors.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/keys.h"
#include "storage/passkeys.h"
#include "storage/record.h"

int second_factors_get(struct arena *arena, struct view *view, uint64_t account_id, struct second_factor *ret_factor)
{
	struct key key;
	int r = record_get(arena, view, SPACE_SECOND_FACTOR, key_u64(&key, account_id), &second_factor_type, ret_factor);

	if (r == ERR_NOT_FOUND)
		*ret_factor = (struct second_factor){ .account_id = account_id };
	return r == ERR_NOT_FOUND ? OK : r;
}

int second_factors_put(struct txn *txn, const struct second_factor *factor)
{
	struct key key;

	if (!factor->totp_sealed.n && !factor->pending_sealed.n && !factor->recovery.count)
		return txn_del(txn, SPACE_SECOND_FACTOR, key_u64(&key, factor->account_id));
	return record_put(txn, SPACE_SECOND_FACTOR, key_u64(&key, factor->account_id), &second_factor_type, factor);
}

int second_factors_delete(struct txn *txn, uint64_t account_id)
{
	struct key key;

	passkeys_delete_all(txn, account_id);
	return txn_del(txn, SPACE_SECOND_FACTOR, key_u64(&key, account_id));
}

uint8_t second_factors_kinds(struct view *view, const struct second_factor *factor)
{
	return (uint8_t)((factor->totp_sealed.n ? FACTOR_TOTP : 0) |
	                 (passkeys_has(view, factor->account_id) ? FACTOR_PASSKEY : 0));
}

struct str recovery_hash(struct arena *arena, uint64_t account_id, struct str code)
{
	struct key key;

	key_sha256(&key, arena_printf(arena, "recovery\n%llu\n%.*s", (unsigned long long)account_id, STR_ARG(code)));
	return arena_str(arena, (struct str){ (const char *)key.bytes, key.n });
}

bool recovery_take(struct arena *arena, struct second_factor *factor, struct str code)
{
	struct str hash = recovery_hash(arena, factor->account_id, code);
	struct str_list left = { ARENA_ARRAY(arena, struct str, factor->recovery.count + 1), 0 };
	bool found = false;

	for (size_t i = 0; i < factor->recovery.count; i++) {
		if (hash_equal(factor->recovery.items[i], hash))
			found = true;
		else
			left.items[left.count++] = factor->recovery.items[i];
	}
	factor->recovery = left;
	return found;
}
