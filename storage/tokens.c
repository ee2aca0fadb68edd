/*
 * OAuth apps, codes and tokens, browser sessions, one-time links and idempotency keys.
 *
 * Whoever steals the database must not be able to sign in with it, so secrets are keys by their SHA-256 and
 * stand nowhere else. Expiry is checked on reading; tokens_expire() only frees the room.
 */
#include "storage/tokens.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/codec.h"
#include "storage/email_links.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/pushes.h"
#include "storage/record.h"
#include "storage/refresh.h"

enum { IDEMPOTENCY_MS = HOUR_MS, IDEMPOTENCY_BYTES = 16, TIME_BYTES = 8, OWNER_BYTES = 8 };

/* Apps. */

int apps_put(struct arena *arena, struct txn *txn, struct app *app)
{
	struct key key;
	uint64_t holder;
	int r;

	if (app->client_id.n == 0)
		app->client_id = hash_token(arena);
	r = record_id(txn_view(txn), SPACE_APP_CLIENT, key_hash(&key, app->client_id), &holder);
	if (r == OK && holder != app->id)
		return ERR_EXISTS;
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (app->id == 0)
		app->id = txn_new_id(txn);
	index_put(txn, SPACE_APP, key_u64(&key, app->id), app);
	return record_put(txn, SPACE_APP, key_u64(&key, app->id), &app_type, app);
}

int apps_get(struct arena *arena, struct view *view, uint64_t id, struct app *ret_app)
{
	struct key key;

	return record_get(arena, view, SPACE_APP, key_u64(&key, id), &app_type, ret_app);
}

int apps_by_client_id(struct arena *arena, struct view *view, struct str client_id, struct app *ret_app)
{
	struct key key;
	uint64_t id;
	int r = record_id(view, SPACE_APP_CLIENT, key_hash(&key, client_id), &id);

	if (r == OK)
		r = apps_get(arena, view, id, ret_app);
	if (r == OK && !str_eq(ret_app->client_id, client_id))
		return ERR_NOT_FOUND;
	return r;
}

int apps_note_asked(struct arena *arena, struct txn *txn, uint64_t id, bool granted)
{
	struct app app;
	struct key key;
	int r = apps_get(arena, txn_view(txn), id, &app);

	if (r != OK)
		return r;
	if (app.granted >= granted && app.asked_ms + DAY_MS > txn_now_ms(txn))
		return OK;
	app.granted |= granted;
	app.asked_ms = txn_now_ms(txn);
	return record_put(txn, SPACE_APP, key_u64(&key, id), &app_type, &app);
}

int apps_keep_all(struct txn *txn)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key copy;
	int r;

	prefix_walk_init(&walk, txn_view(txn), SPACE_APP, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		struct arena *scratch = arena_new();
		struct app app;

		r = codec_decode(scratch, &app_type, item.value, &app);
		app.granted = true;
		if (r == OK)
			r = record_put(txn, SPACE_APP, key_text(&copy, item.key), &app_type, &app);
		arena_free(scratch);
		if (r != OK)
			return r;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Tokens. */

int tokens_put(struct txn *txn, struct str secret, struct token *token)
{
	struct key key;
	struct str hash = key_sha256(&key, secret);

	if (token->id == 0)
		token->id = txn_new_id(txn);
	if (token->used_ms == 0)
		token->used_ms = txn_now_ms(txn);
	index_put(txn, SPACE_TOKEN, hash, token);
	return record_put(txn, SPACE_TOKEN, hash, &token_type, token);
}

int tokens_get(struct view *view, struct str secret, struct token *ret_token)
{
	struct key key;

	int r = record_get(NULL, view, SPACE_TOKEN, key_sha256(&key, secret), &token_type, ret_token);

	return r == OK && ret_token->expires_ms && ret_token->expires_ms <= clock_now_ms() ? ERR_NOT_FOUND : r;
}

int tokens_renew(struct txn *txn, struct str secret, struct token *token)
{
	struct key of, hash;
	struct str entry = key_u64_u64(&of, token->account_id, token->id), value;
	int r = view_get(txn_view(txn), SPACE_TOKEN_OF, entry, &value);

	if (r != OK)
		return r;
	txn_del(txn, SPACE_TOKEN, key_text(&hash, value));
	return tokens_put(txn, secret, token);
}

int tokens_delete(struct txn *txn, struct str secret)
{
	struct token token;
	struct key key;
	int r = tokens_get(txn_view(txn), secret, &token);

	if (r != OK)
		return r;
	pushes_delete(txn, token.account_id, token.id);
	refresh_delete(txn, token.account_id, token.id);
	index_del(txn, SPACE_TOKEN, key_sha256(&key, secret), &token);
	return txn_del(txn, SPACE_TOKEN, key_sha256(&key, secret));
}

int tokens_delete_id(struct txn *txn, uint64_t account_id, uint64_t token_id)
{
	struct key of, hash;
	struct str entry = key_u64_u64(&of, account_id, token_id), value, secret_hash;
	int r = view_get(txn_view(txn), SPACE_TOKEN_OF, entry, &value);

	if (r != OK)
		return r;
	secret_hash = key_text(&hash, value);
	pushes_delete(txn, account_id, token_id);
	refresh_delete(txn, account_id, token_id);
	txn_del(txn, SPACE_TOKEN, secret_hash);
	return txn_del(txn, SPACE_TOKEN_OF, entry);
}

bool tokens_has_id(struct view *view, uint64_t account_id, uint64_t token_id)
{
	struct key key;

	return view_has(view, SPACE_TOKEN_OF, key_u64_u64(&key, account_id, token_id));
}

/* Removes the records whose hash is the value (or, when `in_key`, the rest of the key) of the entries of an
 * account in `space_of`, with these entries. */
static int delete_owned(struct txn *txn, unsigned space, unsigned space_of, bool in_key, uint64_t account_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix, hash, entry;
	int r;

	prefix_walk_init(&walk, txn_view(txn), space_of, key_u64(&prefix, account_id), false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		struct str secret_hash = in_key ? str_sub(item.key, OWNER_BYTES, item.key.n) : item.value;
		struct str of = key_text(&entry, item.key);

		/* What a walk gives is gone with the next del: both are copied first. */
		secret_hash = key_text(&hash, secret_hash);
		txn_del(txn, space, secret_hash);
		txn_del(txn, space_of, of);
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Removes the records of `space` that `is_due(value, arg)` picks, at most *room, which it lowers. Reads the
 * whole space: for spaces of what lives minutes or is rare. */
static int delete_due(struct txn *txn, unsigned space, bool (*is_due)(struct str value, const void *arg),
                      const void *arg, size_t *room)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key copy;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), space, STR_NONE, false);
	while (*room > 0 && (r = prefix_next(&walk, &item)) == OK) {
		if (!is_due(item.value, arg))
			continue;
		txn_del(txn, space, key_text(&copy, item.key));
		--*room;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

/* What does not decode lets nobody in and may go. */
static bool session_is_of(struct str value, const void *account_id)
{
	struct session session;

	return codec_decode(NULL, &session_type, value, &session) != OK ||
	       session.account_id == *(const uint64_t *)account_id;
}

static int grant_decode(struct str value, struct grant *grant)
{
	struct arena *arena = arena_new();
	int r = codec_decode(arena, &grant_type, value, grant);

	arena_free(arena);
	grant->redirect_uri = grant->code_challenge = STR_NONE;
	return r;
}

static bool grant_is_of(struct str value, const void *account_id)
{
	struct grant grant;

	return grant_decode(value, &grant) != OK || grant.account_id == *(const uint64_t *)account_id;
}

int tokens_delete_all(struct txn *txn, uint64_t account_id)
{
	size_t room = SIZE_MAX;
	int r;

	/* Account 0 owns what belongs to apps, not to a person. */
	if (account_id == 0)
		return OK;
	r = pushes_delete_all(txn, account_id);
	if (r == OK)
		r = email_links_end(txn, account_id, EMAIL_LINK_RESET);
	if (r == OK)
		r = refresh_delete_all(txn, account_id);
	if (r == OK)
		r = delete_owned(txn, SPACE_TOKEN, SPACE_TOKEN_OF, false, account_id);
	if (r == OK)
		r = delete_owned(txn, SPACE_SESSION, SPACE_SESSION_OF, true, account_id);
	if (r == OK)
		r = delete_due(txn, SPACE_SIGN_UP, session_is_of, &account_id, &room);
	if (r == OK)
		r = delete_due(txn, SPACE_HALF_SESSION, session_is_of, &account_id, &room);
	/* A code that was given out before would become a new token. */
	if (r == OK)
		r = delete_due(txn, SPACE_GRANT, grant_is_of, &account_id, &room);
	if (r != OK)
		return txn_fail(txn, r);
	txn_emit(txn, EVENT_REVOKED, 0, account_id);
	return txn_err(txn);
}

/* Authorization codes. */

int grants_put(struct txn *txn, struct str code, const struct grant *grant)
{
	struct key key;

	return record_put(txn, SPACE_GRANT, key_sha256(&key, code), &grant_type, grant);
}

int grants_get(struct arena *arena, struct view *view, struct str code, struct grant *ret_grant)
{
	struct key key;
	int r = record_get(arena, view, SPACE_GRANT, key_sha256(&key, code), &grant_type, ret_grant);

	return r == OK && ret_grant->expires_ms <= clock_now_ms() ? ERR_NOT_FOUND : r;
}

/* Browser sessions and one-time links. */

static int session_at(struct view *view, unsigned space, struct str secret, struct session *ret_session)
{
	struct key key;
	int r = record_get(NULL, view, space, key_sha256(&key, secret), &session_type, ret_session);

	return r == OK && ret_session->expires_ms <= clock_now_ms() ? ERR_NOT_FOUND : r;
}

int sessions_put(struct txn *txn, struct str cookie, const struct session *session)
{
	struct key key;

	index_put(txn, SPACE_SESSION, key_sha256(&key, cookie), session);
	return record_put(txn, SPACE_SESSION, key_sha256(&key, cookie), &session_type, session);
}

int sessions_get(struct view *view, struct str cookie, struct session *ret_session)
{
	return session_at(view, SPACE_SESSION, cookie, ret_session);
}

int sessions_delete(struct txn *txn, struct str cookie)
{
	struct session session;
	struct key key;
	int r = record_get(NULL, txn_view(txn), SPACE_SESSION, key_sha256(&key, cookie), &session_type,
	                   &session);

	if (r != OK)
		return r;
	index_del(txn, SPACE_SESSION, key_sha256(&key, cookie), &session);
	return txn_del(txn, SPACE_SESSION, key_sha256(&key, cookie));
}

int half_sessions_put(struct txn *txn, struct str cookie, const struct session *half)
{
	struct key key;

	return record_put(txn, SPACE_HALF_SESSION, key_sha256(&key, cookie), &session_type, half);
}

int half_sessions_get(struct view *view, struct str cookie, struct session *ret_half)
{
	return session_at(view, SPACE_HALF_SESSION, cookie, ret_half);
}

int half_sessions_delete(struct txn *txn, struct str cookie)
{
	struct key key;

	return txn_del(txn, SPACE_HALF_SESSION, key_sha256(&key, cookie));
}

int sign_up_put(struct txn *txn, struct str secret, const struct session *link)
{
	struct key key;

	return record_put(txn, SPACE_SIGN_UP, key_sha256(&key, secret), &session_type, link);
}

int sign_up_get(struct view *view, struct str secret, struct session *ret_link)
{
	return session_at(view, SPACE_SIGN_UP, secret, ret_link);
}

int sign_up_delete(struct txn *txn, struct str secret)
{
	struct key key;

	return txn_del(txn, SPACE_SIGN_UP, key_sha256(&key, secret));
}

/* Idempotency keys. */

int idempotency_get(struct view *view, uint64_t account_id, struct str idempotency_key, int64_t now_ms,
                    uint64_t *ret_post_id)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_IDEMPOTENCY, key_u64_hash(&key, account_id, idempotency_key), &value);

	if (r != OK)
		return r;
	if (value.n != IDEMPOTENCY_BYTES)
		return ERR_CORRUPT;
	if ((int64_t)key_read_u64(value, 8) + IDEMPOTENCY_MS <= now_ms)
		return ERR_NOT_FOUND;
	*ret_post_id = key_read_u64(value, 0);
	return OK;
}

int idempotency_put(struct txn *txn, uint64_t account_id, struct str idempotency_key, uint64_t post_id)
{
	struct key key, by_time, made;
	struct str entry = key_u64_hash(&key, account_id, idempotency_key);
	struct str value = key_u64_u64(&made, post_id, (uint64_t)txn_now_ms(txn)), old;
	int r = view_get(txn_view(txn), SPACE_IDEMPOTENCY, entry, &old);

	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (r == OK)  /* one that had its hour and was not swept yet */
		txn_del(txn, SPACE_IDEMPOTENCY_AT, key_u64_bytes(&by_time, key_read_u64(old, 8), entry));
	index_put(txn, SPACE_IDEMPOTENCY, entry, &value);
	return txn_put(txn, SPACE_IDEMPOTENCY, entry, value);
}

/* Expiry. */

static bool grant_expired(struct str value, const void *now_ms)
{
	struct grant grant;

	return grant_decode(value, &grant) != OK || grant.expires_ms <= *(const int64_t *)now_ms;
}

static bool session_expired(struct str value, const void *now_ms)
{
	struct session session;

	return codec_decode(NULL, &session_type, value, &session) != OK ||
	       session.expires_ms <= *(const int64_t *)now_ms;
}

static bool challenge_expired(struct str value, const void *now_ms)
{
	struct challenge challenge;

	return codec_decode(NULL, &challenge_type, value, &challenge) != OK ||
	       challenge.expires_ms <= *(const int64_t *)now_ms;
}

/* There is one for each post of the last hour: they go by their time, and the young ones are not read. */
static int expire_idempotency(struct txn *txn, int64_t now_ms, size_t *room)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key entry, by_time;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_IDEMPOTENCY_AT, STR_NONE, false);
	while (*room > 0 && (r = prefix_next(&walk, &item)) == OK) {
		struct str at = key_text(&by_time, item.key);  /* the key of the walk is gone with the first del */

		if ((int64_t)key_read_u64(at, 0) + IDEMPOTENCY_MS > now_ms)
			break;
		txn_del(txn, SPACE_IDEMPOTENCY, key_text(&entry, str_sub(at, TIME_BYTES, SIZE_MAX)));
		txn_del(txn, SPACE_IDEMPOTENCY_AT, at);
		--*room;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Sessions have a second entry, under their owner. */
static int expire_sessions(struct txn *txn, int64_t now_ms, size_t *room)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct session session;
	struct key hash;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_SESSION, STR_NONE, false);
	while (*room > 0 && (r = prefix_next(&walk, &item)) == OK) {
		struct str cookie_hash = key_text(&hash, item.key);

		if (!session_expired(item.value, &now_ms))
			continue;
		if (codec_decode(NULL, &session_type, item.value, &session) == OK)
			index_del(txn, SPACE_SESSION, cookie_hash, &session);
		txn_del(txn, SPACE_SESSION, cookie_hash);
		--*room;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

int tokens_expire(struct txn *txn, size_t max, bool *ret_more)
{
	static const struct {
		unsigned space;
		bool (*expired)(struct str value, const void *now_ms);
	} kinds[] = {
		{ SPACE_GRANT, grant_expired },
		{ SPACE_SIGN_UP, session_expired },
		{ SPACE_HALF_SESSION, session_expired },
		{ SPACE_CHALLENGE, challenge_expired },
	};
	int64_t now_ms = txn_now_ms(txn);
	size_t room = max;
	int r = expire_sessions(txn, now_ms, &room);

	if (r == OK)
		r = expire_idempotency(txn, now_ms, &room);
	for (size_t i = 0; r == OK && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		r = delete_due(txn, kinds[i].space, kinds[i].expired, &now_ms, &room);
	*ret_more = room == 0;
	return r == OK ? txn_err(txn) : txn_fail(txn, r);
}
