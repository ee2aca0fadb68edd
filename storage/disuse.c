/*
 * The rules of disuse. A token that expired but can be renewed stays as long as it is in use.
 */
#include "storage/disuse.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keyring.h"
#include "storage/keys.h"
#include "storage/record.h"
#include "storage/refresh.h"
#include "storage/tokens.h"

static bool token_ends(struct view *view, const struct disuse_rules *rules, const struct token *token)
{
	if (token->expires_ms && token->expires_ms <= rules->now_ms && !refresh_has(view, token->account_id, token->id))
		return true;
	return rules->token_idle_ms && token->used_ms && token->used_ms + rules->token_idle_ms <= rules->now_ms;
}

/* The day is that of apps_note_asked(), which does not write each time. */
static bool app_ends(const struct disuse_rules *rules, const struct app *app)
{
	int64_t asked_ms = app->asked_ms > app->created_ms ? app->asked_ms : app->created_ms;

	return !app->granted && asked_ms + rules->app_idle_ms + DAY_MS <= rules->now_ms;
}

static int find_tokens(struct view *view, const struct disuse_rules *rules, struct disuse *disuse)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct token token;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_TOKEN, STR_NONE, false);
	while (disuse->token_count < DISUSE_PAGE && (r = prefix_next(&walk, &item)) == OK)
		if (codec_decode(NULL, &token_type, item.value, &token) == OK &&
		    (!token.used_ms || token_ends(view, rules, &token)))
			disuse->tokens[disuse->token_count++] = token;
	return r == ERR_NOT_FOUND ? OK : r;
}

static int find_apps(struct view *view, const struct disuse_rules *rules, struct disuse *disuse)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct app app;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_APP, STR_NONE, false);
	while (disuse->app_count < DISUSE_PAGE && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(scratch);
		if (codec_decode(scratch, &app_type, item.value, &app) == OK && app_ends(rules, &app))
			disuse->app_ids[disuse->app_count++] = app.id;
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int disuse_find(struct view *view, const struct disuse_rules *rules, struct disuse *ret_disuse)
{
	int r;

	ret_disuse->token_count = ret_disuse->app_count = 0;
	r = find_tokens(view, rules, ret_disuse);
	return r == OK ? find_apps(view, rules, ret_disuse) : r;
}

static int end_token(struct txn *txn, const struct disuse_rules *rules, const struct token *found)
{
	struct token token;
	struct str hash;
	struct key of, copy;
	int r = keyring_token(txn_view(txn), found->account_id, found->id, &token);

	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	if (token_ends(txn_view(txn), rules, &token))
		return keyring_end_token(txn, token.account_id, token.id);
	if (token.used_ms)
		return OK;
	r = view_get(txn_view(txn), SPACE_TOKEN_OF, key_u64_u64(&of, token.account_id, token.id), &hash);
	token.used_ms = rules->now_ms;
	return r == OK ? record_put(txn, SPACE_TOKEN, key_text(&copy, hash), &token_type, &token) : r;
}

static int end_app(struct txn *txn, const struct disuse_rules *rules, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct app app;
	struct key key;
	int r = apps_get(scratch, txn_view(txn), id, &app);

	if (r == OK && app_ends(rules, &app)) {
		index_del(txn, SPACE_APP, key_u64(&key, id), &app);
		r = txn_del(txn, SPACE_APP, key_u64(&key, id));
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int disuse_end(struct txn *txn, const struct disuse_rules *rules, const struct disuse *disuse)
{
	int r = OK;

	for (size_t i = 0; r == OK && i < disuse->token_count; i++)
		r = end_token(txn, rules, &disuse->tokens[i]);
	for (size_t i = 0; r == OK && i < disuse->app_count; i++)
		r = end_app(txn, rules, disuse->app_ids[i]);
	return r;
}
