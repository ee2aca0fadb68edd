/*
 * Tokens out of codes, of client credentials and of refresh tokens, and their end. Codes and tokens are stored by hash only
 * (storage/tokens.h); each appears in one reply and nowhere else.
 */
#include "node/accounts/oauth.h"

#include "node/accounts/apps.h"
#include "node/accounts/use.h"
#include "node/config.h"
#include "node/node.h"
#include "node/push.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/keyring.h"
#include "storage/pushes.h"
#include "storage/refresh.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* RFC 7636 section 4.1. */
enum { VERIFIER_BYTES_MIN = 43, VERIFIER_BYTES_MAX = 128, SECRET_BYTES_MAX = 256 };

struct grant_kind;

/* What check knows about the request and write needs. */
struct token_request {
	const struct grant_kind *kind;
	struct app app;
	scope_set scopes;             /* of an app's own token; of a renewed one: less than was allowed, 0: all of it */
	struct str secret;            /* of the new token */
	struct refresh_key refresh;   /* the one that came; its secrets are made anew for the one that goes out */
	struct str family, current;   /* of that */
};

static int refuse(struct call *call, int status, const char *code, const char *sentence)
{
	call_header(call, "Cache-Control", STR("no-store"));
	return call_fail_status(call, ERR_INVALID, status, code, "%s", sentence);
}

static int refuse_client(struct call *call)
{
	/* RFC 6749 section 5.2: who tried HTTP authentication is answered in kind. */
	if (call_request_header(call, "Authorization").p)
		call_header(call, "WWW-Authenticate", STR("Basic realm=\"oauth\""));
	return refuse(call, 401, "invalid_client",
	              "Client authentication failed due to unknown client, no client authentication included, or "
	              "unsupported authentication method.");
}

static int refuse_grant(struct call *call)
{
	return refuse(call, 400, "invalid_grant",
	              "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI "
	              "used in the authorization request, or was issued to another client.");
}

static int refuse_scope(struct call *call)
{
	return refuse(call, 400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.");
}

/* An app's own token gets what it asks for within what it registered; "read" when it does not ask. */
static int read_app_scopes(struct call *call, const struct app *app, scope_set *ret_scopes)
{
	struct str text = call_param(call, "scope");
	scope_set asked = 0;

	if (text.n && (scope_parse(text, &asked, NULL) != OK || (asked & ~app->scopes)))
		return refuse_scope(call);
	if (!text.n) {
		scope_parse(STR("read"), &asked, NULL);
		asked &= app->scopes;
	}
	*ret_scopes = asked;
	return OK;
}

static int check_code(struct call *call, struct token_request *request)
{
	struct str code = call_param(call, "code");

	(void)request;
	if (!code.n)
		return refuse(call, 400, "invalid_request", "Missing required parameter: code.");
	return code.n > SECRET_BYTES_MAX ? refuse_grant(call) : OK;
}

static int check_app(struct call *call, struct token_request *request)
{
	return read_app_scopes(call, &request->app, &request->scopes);
}

static int check_refresh(struct call *call, struct token_request *request)
{
	struct str text = call_param(call, "refresh_token"), scope = call_param(call, "scope");

	if (!text.n)
		return refuse(call, 400, "invalid_request", "Missing required parameter: refresh_token.");
	if (refresh_parse(call->arena, text, &request->refresh) != OK)
		return refuse_grant(call);
	if (scope.n && (scope_parse(scope, &request->scopes, NULL) != OK || !request->scopes))
		return refuse_scope(call);
	return OK;
}

/* Does the verifier belong to the challenge? Without a challenge there must be none: it would mean that somebody took
 * the challenge out of the authorization request. */
static bool verifier_fits(struct call *call, struct str challenge)
{
	struct str verifier = call_param(call, "code_verifier"), encoded;
	uint8_t hash[SHA256_BYTES];

	if (!challenge.n)
		return !verifier.n;
	if (verifier.n < VERIFIER_BYTES_MIN || verifier.n > VERIFIER_BYTES_MAX)
		return false;
	hash_sha256(verifier, hash);
	encoded = base64url_encode(call->arena, (struct str){ (const char *)hash, sizeof(hash) });
	return hash_equal(encoded, challenge);
}

/* A code or a refresh token that comes a second time was stolen, or its answer was: what it gave ends (RFC 6749 section
 * 10.5, RFC 9700 section 4.14.2). */
static int refuse_second_use(struct call *call, struct txn *txn, uint64_t account_id, uint64_t token_id)
{
	int err = keyring_end_token(txn, account_id, token_id);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	/* The body succeeds: its change must be kept though the client is refused. */
	call_header(call, "Cache-Control", STR("no-store"));
	call_reply(call, 400, "application/json; charset=utf-8",
	           STR("{\"error\":\"invalid_grant\",\"error_description\":\"The authorization grant was used before.\"}"));
	return CALL_DONE;
}

/* `renewal` (empty: none) is the refresh token that goes with it. */
static int reply_token(struct call *call, const struct token *token, struct str secret, struct str renewal,
                       int64_t now_ms)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "access_token", secret);
	json_w_member_cstr(&w, "token_type", "Bearer");
	json_w_member_str(&w, "scope", scope_render(call->arena, token->scopes));
	json_w_member_u64(&w, "created_at", (uint64_t)now_ms / SECOND_MS);
	if (token->expires_ms)
		json_w_member_u64(&w, "expires_in", (uint64_t)(token->expires_ms - now_ms) / SECOND_MS);
	if (renewal.n)
		json_w_member_str(&w, "refresh_token", renewal);
	json_w_object_end(&w);
	call_header(call, "Cache-Control", STR("no-store"));
	return call_reply_json(call, buf_str(&buf));
}

int oauth_reply_token(struct call *call, const struct token *token, struct str secret)
{
	return reply_token(call, token, secret, STR_NONE, token->created_ms);
}

/* When a token made now ends; 0: never. */
static int64_t end_of(const struct call *call, const struct token *token, int64_t now_ms)
{
	const struct config *config = call->node ? call->node->config : NULL;
	int64_t life_ms;

	if (!config)
		return 0;
	if (token->scopes & SCOPE(OFFLINE_ACCESS))
		life_ms = (int64_t)config->oauth_access_minutes * MINUTE_MS;
	else
		life_ms = (int64_t)(token->account_id ? config->oauth_token_days : config->oauth_app_days) * DAY_MS;
	return life_ms ? now_ms + life_ms : 0;
}

static int find_person(struct call *call, struct view *view, uint64_t account_id)
{
	struct user user;
	int err = users_get(call->arena, view, account_id, &user);

	if (err != OK || user.disabled)
		return err == OK || err == ERR_NOT_FOUND ? refuse_grant(call) : err;
	return OK;
}

/* The refresh token of `token` from now on. */
static int put_renewal(struct call *call, struct txn *txn, const struct token *token, struct str family,
                       scope_set allowed, struct str *ret_renewal)
{
	const struct token_request *request = call->state;
	struct refresh_key key = { token->account_id, token->id, family, request->current };

	*ret_renewal = refresh_render(call->arena, &key);
	return refresh_put(txn, &key, allowed);
}

/* The token that a code stands for. */
static int write_code(struct call *call, struct txn *txn, struct token *token, struct str *ret_renewal)
{
	const struct token_request *request = call->state;
	struct str code = call_param(call, "code");
	struct grant grant;
	int err = grants_get(call->arena, txn_view(txn), code, &grant);

	if (err != OK)
		return err == ERR_NOT_FOUND ? refuse_grant(call) : err;
	if (grant.app_id != request->app.id || !str_eq(grant.redirect_uri, call_param(call, "redirect_uri")) ||
	    !verifier_fits(call, grant.code_challenge))
		return refuse_grant(call);
	if (grant.token_id)
		return refuse_second_use(call, txn, grant.account_id, grant.token_id);
	err = find_person(call, txn_view(txn), grant.account_id);
	if (err != OK)
		return err;
	token->account_id = grant.account_id;
	token->scopes = grant.scopes;
	token->expires_ms = end_of(call, token, txn_now_ms(txn));
	tokens_put(txn, request->secret, token);
	apps_note_asked(call->arena, txn, request->app.id, true);
	if (token->scopes & SCOPE(OFFLINE_ACCESS))
		put_renewal(call, txn, token, request->family, token->scopes, ret_renewal);
	grant.token_id = token->id;
	return grants_put(txn, code, &grant);
}

static int write_app(struct call *call, struct txn *txn, struct token *token, struct str *ret_renewal)
{
	const struct token_request *request = call->state;

	(void)ret_renewal;
	token->scopes = request->scopes & ~SCOPE(OFFLINE_ACCESS);  /* it asks again with its secret */
	token->expires_ms = end_of(call, token, txn_now_ms(txn));
	tokens_put(txn, request->secret, token);
	return apps_note_asked(call->arena, txn, request->app.id, false);
}

/* Messages name the token by its secret of now. */
static void rename_push(struct call *call, struct txn *txn, const struct token *token, struct str secret)
{
	struct push push;

	if (!call->node || pushes_get(call->arena, txn_view(txn), token->account_id, token->id, &push) != OK)
		return;
	push_seal(call->arena, &call->node->seal, &push, secret);
	pushes_put(txn, &push);
}

/* The same token under another secret, with another end; streams and push go on, but those streams end that it would no
 * longer be let into. */
static int write_refresh(struct call *call, struct txn *txn, struct token *token, struct str *ret_renewal)
{
	const struct token_request *request = call->state;
	const struct refresh_key *came = &request->refresh;
	struct refresh refresh;
	struct token held;
	bool reused;
	int err = refresh_find(call->arena, txn_view(txn), came, &refresh, &reused);

	if (err == OK)
		err = keyring_token(txn_view(txn), came->account_id, came->token_id, &held);
	if (err != OK)
		return err == ERR_NOT_FOUND ? refuse_grant(call) : err;
	if (held.app_id != request->app.id || token_is_idle(call, &held))
		return refuse_grant(call);
	if (reused)
		return refuse_second_use(call, txn, came->account_id, came->token_id);
	if (request->scopes & ~refresh.scopes)
		return refuse_scope(call);
	err = find_person(call, txn_view(txn), came->account_id);
	if (err != OK)
		return err;
	token->id = held.id;
	token->created_ms = held.created_ms;  /* when the person let the app in */
	token->account_id = held.account_id;
	token->scopes = request->scopes ? request->scopes | SCOPE(OFFLINE_ACCESS) : refresh.scopes;
	token->expires_ms = end_of(call, token, txn_now_ms(txn));
	tokens_renew(txn, request->secret, token);
	if (held.scopes & ~token->scopes)
		txn_emit(txn, EVENT_REVOKED, token->id, token->account_id);
	rename_push(call, txn, token, request->secret);
	return put_renewal(call, txn, token, came->family, refresh.scopes, ret_renewal);
}

static const struct grant_kind {
	struct str name;
	int (*check)(struct call *call, struct token_request *request);
	int (*write)(struct call *call, struct txn *txn, struct token *token, struct str *ret_renewal);
} grant_kinds[] = {
	{ STR("authorization_code"), check_code, write_code },
	{ STR("client_credentials"), check_app, write_app },
	{ STR("refresh_token"), check_refresh, write_refresh },
};

static const struct grant_kind *kind_of(struct str name)
{
	for (size_t i = 0; i < sizeof(grant_kinds) / sizeof(grant_kinds[0]); i++)
		if (str_eq(grant_kinds[i].name, name))
			return &grant_kinds[i];
	return NULL;
}

int oauth_token_check(struct call *call, struct view *view)
{
	struct token_request *request = ARENA_NEW(call->arena, struct token_request);
	struct str type = call_param(call, "grant_type");
	int err;

	if (!type.n)
		return refuse(call, 400, "invalid_request", "Missing required parameter: grant_type.");
	request->kind = kind_of(type);
	if (!request->kind)
		return refuse(call, 400, "unsupported_grant_type",
		              "The authorization grant type is not supported by the authorization server.");
	err = app_authenticate(call, view, &request->app);
	if (err != OK)
		return err == ERR_NOT_FOUND ? refuse_client(call) : err;
	request->secret = hash_token(call->arena);
	request->family = hash_token(call->arena);
	request->current = hash_token(call->arena);
	call->state = request;
	return request->kind->check(call, request);
}

int oauth_token_write(struct call *call, struct txn *txn)
{
	const struct token_request *request = call->state;
	struct token token = { .app_id = request->app.id, .created_ms = txn_now_ms(txn) };
	struct str renewal = STR_NONE;
	int err = request->kind->write(call, txn, &token, &renewal);

	return err == OK ? reply_token(call, &token, request->secret, renewal, txn_now_ms(txn)) : err;
}

/* The token that a text of the client means: a token, or what renews one (RFC 7009 section 2.1). */
static int find_token(struct call *call, struct view *view, struct str text, struct token *ret_token)
{
	struct refresh_key key;
	struct refresh refresh;
	bool reused;
	int err;

	if (text.n > SECRET_BYTES_MAX)
		return ERR_NOT_FOUND;
	if (refresh_parse(call->arena, text, &key) != OK)
		return tokens_get(view, text, ret_token);
	err = refresh_find(call->arena, view, &key, &refresh, &reused);
	return err == OK ? keyring_token(view, key.account_id, key.token_id, ret_token) : err;
}

int oauth_revoke_check(struct call *call, struct view *view)
{
	struct token_request *request = ARENA_NEW(call->arena, struct token_request);
	struct str secret = call_param(call, "token");
	struct token token;
	int err = app_authenticate(call, view, &request->app);

	if (err == ERR_NOT_FOUND)
		return refuse(call, 403, "unauthorized_client", "You are not authorized to revoke this token");
	if (err != OK)
		return err;
	if (!secret.n)
		return refuse(call, 400, "invalid_request", "Missing required parameter: token.");
	err = find_token(call, view, secret, &token);
	/* RFC 7009 section 2.2: a token that is not valid is as good as revoked. */
	if (err == ERR_NOT_FOUND) {
		call_reply_json(call, STR("{}"));
		return CALL_DONE;
	}
	if (err != OK)
		return err;
	if (token.app_id != request->app.id)
		return refuse(call, 403, "unauthorized_client", "You are not authorized to revoke this token");
	request->secret = secret;
	call->state = request;
	return OK;
}

int oauth_revoke_write(struct call *call, struct txn *txn)
{
	const struct token_request *request = call->state;
	struct token token;
	int err = find_token(call, txn_view(txn), request->secret, &token);

	if (err == OK)
		err = keyring_end_token(txn, token.account_id, token.id);
	return err == OK || err == ERR_NOT_FOUND ? call_reply_json(call, STR("{}")) : err;
}
