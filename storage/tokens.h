/*
 * OAuth apps, codes and tokens, browser sessions and one-time sign-up links. Secrets are stored as their
 * SHA-256 only; what a caller passes in and gets out is the secret itself.
 */
#ifndef STORAGE_TOKENS_H
#define STORAGE_TOKENS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* app->id and app->client_id (in `arena`) are made when empty. ERR_EXISTS: the client id belongs to another
 * app. */
int apps_put(struct arena *arena, struct txn *txn, struct app *app);
int apps_get(struct arena *arena, struct view *view, uint64_t id, struct app *ret_app);
int apps_by_client_id(struct arena *arena, struct view *view, struct str client_id, struct app *ret_app);

/* The app asked for a code or for a token of its own; `granted`: somebody let it in. Written once a day. ERR_NOT_FOUND. */
int apps_note_asked(struct arena *arena, struct txn *txn, uint64_t id, bool granted);
/* Of a store from before this was noted: nobody can say which apps were let in, all stay. */
int apps_keep_all(struct txn *txn);

/* Stores a token under its secret; token->id is made when 0. */
int tokens_put(struct txn *txn, struct str secret, struct token *token);
/* The token of a secret; one read. ERR_NOT_FOUND also when it expired. Nothing is allocated: a token record has no texts. */
int tokens_get(struct view *view, struct str secret, struct token *ret_token);
/* The token of that account and id goes on under another secret, as `token` says it; the former one is good no longer.
 * ERR_NOT_FOUND. */
int tokens_renew(struct txn *txn, struct str secret, struct token *token);
int tokens_delete(struct txn *txn, struct str secret);
/* One token of an account (0: of an app) by its id. ERR_NOT_FOUND. */
int tokens_delete_id(struct txn *txn, uint64_t account_id, uint64_t token_id);
/* Is that token of the account (0: of an app) still there? One read. */
bool tokens_has_id(struct view *view, uint64_t account_id, uint64_t token_id);
/* All tokens, sessions, half ones too, codes and sign-up links of an account; emits EVENT_REVOKED. */
int tokens_delete_all(struct txn *txn, uint64_t account_id);

int grants_put(struct txn *txn, struct str code, const struct grant *grant);
/* ERR_NOT_FOUND also when it expired. A redeemed one stays until then, so that a second use can be told. */
int grants_get(struct arena *arena, struct view *view, struct str code, struct grant *ret_grant);

int sessions_put(struct txn *txn, struct str cookie, const struct session *session);
/* ERR_NOT_FOUND also when it expired. */
int sessions_get(struct view *view, struct str cookie, struct session *ret_session);
int sessions_delete(struct txn *txn, struct str cookie);

/* Half a session: the password was right and the second factor is still to come. Opens nothing by itself. */
int half_sessions_put(struct txn *txn, struct str cookie, const struct session *half);
int half_sessions_get(struct view *view, struct str cookie, struct session *ret_half);
int half_sessions_delete(struct txn *txn, struct str cookie);

int sign_up_put(struct txn *txn, struct str secret, const struct session *link);
int sign_up_get(struct view *view, struct str secret, struct session *ret_link);
int sign_up_delete(struct txn *txn, struct str secret);

/* Idempotency-Key of a post (one hour): the post it made. */
int idempotency_get(struct view *view, uint64_t account_id, struct str idempotency_key, int64_t now_ms,
                    uint64_t *ret_post_id);
int idempotency_put(struct txn *txn, uint64_t account_id, struct str idempotency_key, uint64_t post_id);
/* Removes expired codes, sessions, whole and half, links and idempotency keys, at most `max`; *ret_more: call again. */
int tokens_expire(struct txn *txn, size_t max, bool *ret_more);

#endif
