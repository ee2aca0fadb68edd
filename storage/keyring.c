/*
 * What a person has let in: lists over SPACE_SESSION_OF and SPACE_TOKEN_OF. Reads: any thread; changes: the writer.
 */
#include "storage/keyring.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"
#include "storage/tokens.h"

enum { OWNER_BYTES = 8, NAME_BYTES = 12 };

/* --- browsers --------------------------------------------------------------------------------------------------- */

static struct str hash_in(struct engine_item item)
{
	return str_sub(item.key, OWNER_BYTES, SIZE_MAX);
}

static struct str name_of(struct arena *arena, struct str hash)
{
	return base64url_encode(arena, str_sub(hash, 0, NAME_BYTES));
}

static int64_t last_use(const struct session *session)
{
	return session->used_ms ? session->used_ms : session->created_ms;
}

/* The reader's own first. */
static int by_use(const void *a, const void *b)
{
	const struct held_session *x = a, *y = b;
	int64_t x_ms = x->current ? INT64_MAX : last_use(&x->session);
	int64_t y_ms = y->current ? INT64_MAX : last_use(&y->session);

	return x_ms < y_ms ? 1 : x_ms > y_ms ? -1 : 0;
}

int keyring_sessions(struct arena *arena, struct view *view, uint64_t account_id, struct str cookie,
                     struct held_session **ret_sessions, size_t *ret_count)
{
	struct held_session *list = ARENA_ARRAY(arena, struct held_session, KEYRING_SESSIONS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix, own;
	struct str current = cookie.n ? key_sha256(&own, cookie) : STR_NONE;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_SESSION_OF, key_u64(&prefix, account_id), false);
	while (n < KEYRING_SESSIONS_MAX && (r = prefix_next(&walk, &item)) == OK) {
		struct str hash = arena_str(arena, hash_in(item));
		struct held_session *held = &list[n];

		r = record_get(NULL, view, SPACE_SESSION, hash, &session_type, &held->session);
		if (r != OK)
			return r;
		if (held->session.expires_ms <= clock_now_ms())
			continue;
		held->name = name_of(arena, hash);
		held->current = current.n && str_eq(hash, current);
		n++;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	qsort(list, n, sizeof(*list), by_use);
	*ret_sessions = list;
	*ret_count = n;
	return OK;
}

static int end_session(struct txn *txn, uint64_t account_id, struct str hash)
{
	struct key of;

	txn_del(txn, SPACE_SESSION_OF, key_u64_bytes(&of, account_id, hash));
	return txn_del(txn, SPACE_SESSION, hash);
}

int keyring_end_session(struct txn *txn, uint64_t account_id, struct str name)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix, copy;
	int r;

	prefix_walk_init(&walk, txn_view(txn), SPACE_SESSION_OF, key_u64(&prefix, account_id), false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		if (!str_eq(name_of(scratch, hash_in(item)), name))
			continue;
		r = end_session(txn, account_id, key_text(&copy, hash_in(item)));
		break;
	}
	arena_free(scratch);
	return r;
}

int keyring_end_other_sessions(struct txn *txn, uint64_t account_id, struct str cookie)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix, own, copy;
	struct str kept = cookie.n ? key_sha256(&own, cookie) : STR_NONE;
	int r;

	prefix_walk_init(&walk, txn_view(txn), SPACE_SESSION_OF, key_u64(&prefix, account_id), false);
	while ((r = prefix_next(&walk, &item)) == OK)
		if (!str_eq(hash_in(item), kept))
			end_session(txn, account_id, key_text(&copy, hash_in(item)));
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

/* --- apps ------------------------------------------------------------------------------------------------------- */

/* The token of an index entry is there. */
static int fill_token(const struct page_records *records, const struct page_item *item, void *ret_record)
{
	int r = record_get(NULL, records->view, SPACE_TOKEN, item->value, &token_type, ret_record);

	return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

int keyring_tokens(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                   struct token **ret_tokens, size_t *ret_count)
{
	struct key key;
	const struct page_records records = {
		.arena = arena, .view = view, .space = SPACE_TOKEN_OF, .prefix = key_u64(&key, account_id), .page = page,
		.size = sizeof(struct token), .fill = fill_token,
	};
	void *list = NULL;
	int r = page_fill(&records, &list, ret_count);

	if (r == OK)
		*ret_tokens = list;
	return r;
}

int keyring_token(struct view *view, uint64_t account_id, uint64_t token_id, struct token *ret_token)
{
	struct str hash;
	struct key key;
	int r = view_get(view, SPACE_TOKEN_OF, key_u64_u64(&key, account_id, token_id), &hash);

	return r == OK ? record_get(NULL, view, SPACE_TOKEN, hash, &token_type, ret_token) : r;
}

int keyring_end_token(struct txn *txn, uint64_t account_id, uint64_t token_id)
{
	int r = tokens_delete_id(txn, account_id, token_id);

	if (r == OK)
		txn_emit(txn, EVENT_REVOKED, token_id, account_id);
	return r;
}

/* --- use -------------------------------------------------------------------------------------------------------- */

bool keyring_use_is_news(int64_t used_ms, int64_t now_ms)
{
	return used_ms + HOUR_MS <= now_ms;
}

int keyring_used(struct txn *txn, unsigned space, struct str hash)
{
	int64_t now_ms = txn_now_ms(txn);
	struct session session;
	struct token token;
	int r;

	if (space == SPACE_SESSION) {
		r = record_get(NULL, txn_view(txn), space, hash, &session_type, &session);
		if (r != OK || !keyring_use_is_news(session.used_ms, now_ms))
			return r == ERR_NOT_FOUND ? OK : r;
		session.used_ms = now_ms;
		return record_put(txn, space, hash, &session_type, &session);
	}
	r = record_get(NULL, txn_view(txn), space, hash, &token_type, &token);
	if (r != OK || !keyring_use_is_news(token.used_ms, now_ms))
		return r == ERR_NOT_FOUND ? OK : r;
	token.used_ms = now_ms;
	return record_put(txn, space, hash, &token_type, &token);
}
