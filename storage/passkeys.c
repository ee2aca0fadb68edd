/*
 * Records of passkeys under their account, found by the hash of their credential id. Reads: any thread; changes: the
 * writer.
 */
#include "storage/passkeys.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { ID_AT = 8, ENTRY_BYTES = 16 };

int passkeys_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct passkey *ret_passkey)
{
	struct key key;

	return record_get(arena, view, SPACE_PASSKEY, key_u64_u64(&key, account_id, id), &passkey_type, ret_passkey);
}

int passkeys_find(struct arena *arena, struct view *view, struct str credential_id, struct passkey *ret_passkey)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_PASSKEY_OF, key_sha256(&key, credential_id), &value);

	if (r != OK)
		return r;
	if (value.n != ENTRY_BYTES)
		return ERR_CORRUPT;
	r = passkeys_get(arena, view, key_read_u64(value, 0), key_read_u64(value, ID_AT), ret_passkey);
	return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

int passkeys_of(struct arena *arena, struct view *view, uint64_t account_id, struct passkey **ret_passkeys,
                size_t *ret_count)
{
	struct passkey *list = ARENA_ARRAY(arena, struct passkey, PASSKEYS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_PASSKEY, key_u64(&prefix, account_id), false);
	while (n < PASSKEYS_MAX && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &passkey_type, item.value, &list[n++]);
		if (r != OK)
			return r;
	}
	*ret_passkeys = list;
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

bool passkeys_has(struct view *view, uint64_t account_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix;

	prefix_walk_init(&walk, view, SPACE_PASSKEY, key_u64(&prefix, account_id), false);
	return prefix_next(&walk, &item) == OK;
}

/* May that one be added? */
static int check_new(struct arena *arena, struct view *view, const struct passkey *passkey)
{
	struct passkey other, *list;
	size_t count;
	int r = passkeys_find(arena, view, passkey->credential_id, &other);

	if (r != ERR_NOT_FOUND)
		return r == OK ? ERR_EXISTS : r;
	r = passkeys_of(arena, view, passkey->account_id, &list, &count);
	return r == OK && count == PASSKEYS_MAX ? ERR_LIMIT : r;
}

int passkeys_put(struct arena *arena, struct txn *txn, struct passkey *passkey)
{
	struct key key;
	struct str at;
	int r;

	if (!passkey->id) {
		r = check_new(arena, txn_view(txn), passkey);
		if (r != OK)
			return r;
		passkey->id = txn_new_id(txn);
	}
	at = key_u64_u64(&key, passkey->account_id, passkey->id);
	index_put(txn, SPACE_PASSKEY, at, passkey);
	return record_put(txn, SPACE_PASSKEY, at, &passkey_type, passkey);
}

int passkeys_delete(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct passkey passkey;
	struct key key;
	struct str at = key_u64_u64(&key, account_id, id);
	int r = passkeys_get(arena, txn_view(txn), account_id, id, &passkey);

	if (r != OK)
		return r;
	index_del(txn, SPACE_PASSKEY, at, &passkey);
	return txn_del(txn, SPACE_PASSKEY, at);
}

int passkeys_delete_all(struct txn *txn, uint64_t account_id)
{
	struct arena *scratch = arena_new();
	struct passkey *list;
	size_t count;
	int r = passkeys_of(scratch, txn_view(txn), account_id, &list, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		r = passkeys_delete(scratch, txn, account_id, list[i].id);
	arena_free(scratch);
	return r;
}

/* --- challenges ------------------------------------------------------------------------------------------------- */

int challenges_put(struct txn *txn, struct str text, uint64_t account_id, enum challenge_kind kind)
{
	struct challenge challenge = {
		.account_id = account_id, .kind = (uint8_t)kind,
		.expires_ms = txn_now_ms(txn) + (int64_t)CHALLENGE_MINUTES * MINUTE_MS,
	};
	uint64_t count = 0;
	struct key key;

	if (!account_id && (view_count(txn_view(txn), SPACE_CHALLENGE, &count) != OK || count >= CHALLENGES_MAX))
		return ERR_BUSY;
	return record_put(txn, SPACE_CHALLENGE, key_sha256(&key, text), &challenge_type, &challenge);
}

int challenges_take(struct txn *txn, struct str text, uint64_t account_id, enum challenge_kind kind)
{
	struct challenge challenge;
	struct key key;
	struct str at = key_sha256(&key, text);
	int r = record_get(NULL, txn_view(txn), SPACE_CHALLENGE, at, &challenge_type, &challenge);

	if (r != OK)
		return r;
	r = txn_del(txn, SPACE_CHALLENGE, at);
	if (r != OK)
		return r;
	return challenge.account_id == account_id && challenge.kind == kind && challenge.expires_ms > txn_now_ms(txn)
	               ? OK : ERR_NOT_FOUND;
}
