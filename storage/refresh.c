/*
 * Families of refresh tokens. Reads: any thread; changes: the writer.
 */
#include "storage/refresh.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/keys.h"
#include "storage/record.h"

/* Base64url without padding. */
enum { IDS_BYTES = 16, IDS_CHARS = 22, SECRET_CHARS = 43, TEXT_CHARS = IDS_CHARS + 2 * SECRET_CHARS, TOKEN_ID = 8 };

struct str refresh_render(struct arena *arena, const struct refresh_key *key)
{
	struct key ids;

	return arena_printf(arena, "%.*s%.*s%.*s",
	                    STR_ARG(base64url_encode(arena, key_u64_u64(&ids, key->account_id, key->token_id))),
	                    STR_ARG(key->family), STR_ARG(key->current));
}

int refresh_parse(struct arena *arena, struct str text, struct refresh_key *ret_key)
{
	struct str ids;

	if (text.n != TEXT_CHARS || base64_decode(arena, str_sub(text, 0, IDS_CHARS), &ids) != OK || ids.n != IDS_BYTES)
		return ERR_INVALID;
	*ret_key = (struct refresh_key){
		.account_id = key_read_u64(ids, 0), .token_id = key_read_u64(ids, TOKEN_ID),
		.family = str_sub(text, IDS_CHARS, SECRET_CHARS), .current = str_sub(text, IDS_CHARS + SECRET_CHARS, SECRET_CHARS),
	};
	return OK;
}

int refresh_put(struct txn *txn, const struct refresh_key *key, scope_set scopes)
{
	struct key place, family, current;
	struct refresh refresh = {
		.account_id = key->account_id, .token_id = key->token_id, .scopes = scopes,
		.family_hash = key_sha256(&family, key->family), .current_hash = key_sha256(&current, key->current),
	};

	return record_put(txn, SPACE_REFRESH, key_u64_u64(&place, key->account_id, key->token_id), &refresh_type, &refresh);
}

int refresh_find(struct arena *arena, struct view *view, const struct refresh_key *key, struct refresh *ret_refresh,
                 bool *ret_reused)
{
	struct key place, hash;
	int r = record_get(arena, view, SPACE_REFRESH, key_u64_u64(&place, key->account_id, key->token_id), &refresh_type,
	                   ret_refresh);

	if (r != OK)
		return r;
	if (!hash_equal(ret_refresh->family_hash, key_sha256(&hash, key->family)))
		return ERR_NOT_FOUND;
	*ret_reused = !hash_equal(ret_refresh->current_hash, key_sha256(&hash, key->current));
	return OK;
}

bool refresh_has(struct view *view, uint64_t account_id, uint64_t token_id)
{
	struct key key;

	return view_has(view, SPACE_REFRESH, key_u64_u64(&key, account_id, token_id));
}

int refresh_delete(struct txn *txn, uint64_t account_id, uint64_t token_id)
{
	struct key key;

	return txn_del(txn, SPACE_REFRESH, key_u64_u64(&key, account_id, token_id));
}

int refresh_delete_all(struct txn *txn, uint64_t account_id)
{
	struct key key;

	return record_del_below(txn, SPACE_REFRESH, key_u64(&key, account_id));
}
