/*
 * Tokens out of codes and of client credentials, and their end. Codes and tokens are stored by hash only
 * (storage/tokens.h); each appears in one reply and nowhere else.
 */
#include "node/accounts/oauth.h"

#include "node/accounts/apps.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/instance.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* RFC 7636 section 4.1. */
enum { VERIFIER_BYTES_MIN = 43, VERIFIER_BYTES_MAX = 128, SECRET_BYTES_MAX = 256 };

/* What check knows about the request and write needs. */
struct token_request {
	struct app app;
	bool of_app;           /* client_credentials */
	scope_set scopes;      /* of an app's own token */
	struct str secret;     /* of the new token */
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

/* An app's own token gets what it asks for within what it registered; "read" when it does not ask. */
static int read_app_scopes(struct call *call, const struct app *app, scope_set *ret_scopes)
{
	struct str text = call_param(call, "scope");
	scope_set asked = 0;

	if (text.n && (scope_parse(text, &asked, NULL) != OK || (asked & ~app->scopes)))
		return refuse(call, 400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.");
	if (!text.n) {
		scope_parse(STR("read"), &asked, NULL);
		asked &= app->scopes;
	}
	*ret_scopes = asked;
	return OK;
}

int oauth_token_check(struct call *call, struct view *view)
{
	struct token_request *request = ARENA_NEW(call->arena, struct token_request);
	struct str type = call_param(call, "grant_type"), code = call_param(call, "code");
	int err;

	if (!type.n)
		return refuse(call, 400, "invalid_request", "Missing required parameter: grant_type.");
	request->of_app = str_eq(type, STR("client_credentials"));
	if (!request->of_app && !str_eq(type, STR("authorization_code")))
		return refuse(call, 400, "unsupported_grant_type",
		              "The authorization grant type is not supported by the authorization server.");
	err = app_authenticate(call, view, &request->app);
	if (err != OK)
		return err == ERR_NOT_FOUND ? refuse_client(call) : err;
	if (!request->of_app && (!code.n || code.n > SECRET_BYTES_MAX))
		return code.n ? refuse_grant(call) : refuse(call, 400, "invalid_request", "Missing required parameter: code.");
	if (request->of_app)
		err = read_app_scopes(call, &request->app, &request->scopes);
	request->secret = hash_token(call->arena);
	call->state = request;
	return err;
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

/* A code that comes a second time was stolen, or its answer was: what it gave ends (RFC 6749 section 10.5). */
static int refuse_second_use(struct call *call, struct txn *txn, const struct grant *grant)
{
	int err = tokens_delete_id(txn, grant->account_id, grant->token_id);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == OK)
		txn_emit(txn, EVENT_REVOKED, grant->token_id, grant->account_id);
	/* The body succeeds: its change must be kept though the client is refused. */
	call_header(call, "Cache-Control", STR("no-store"));
	call_reply(call, 400, "application/json; charset=utf-8",
	           STR("{\"error\":\"invalid_grant\",\"error_description\":\"The code was used before.\"}"));
	return CALL_DONE;
}

int oauth_reply_token(struct call *call, const struct token *token, struct str secret)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "access_token", secret);
	json_w_member_cstr(&w, "token_type", "Bearer");
	json_w_member_str(&w, "scope", scope_render(call->arena, token->scopes));
	json_w_member_u64(&w, "created_at", (uint64_t)token->created_ms / SECOND_MS);
	json_w_object_end(&w);
	call_header(call, "Cache-Control", STR("no-store"));
	return call_reply_json(call, buf_str(&buf));
}

/* The token that a code stands for. */
static int redeem(struct call *call, struct txn *txn, struct token *token)
{
	const struct token_request *request = call->state;
	struct str code = call_param(call, "code");
	struct grant grant;
	struct user user;
	int err = grants_get(call->arena, txn_view(txn), code, &grant);

	if (err != OK)
		return err == ERR_NOT_FOUND ? refuse_grant(call) : err;
	if (grant.app_id != request->app.id || !str_eq(grant.redirect_uri, call_param(call, "redirect_uri")) ||
	    !verifier_fits(call, grant.code_challenge))
		return refuse_grant(call);
	if (grant.token_id)
		return refuse_second_use(call, txn, &grant);
	err = users_get(call->arena, txn_view(txn), grant.account_id, &user);
	if (err != OK || user.disabled)
		return err == OK || err == ERR_NOT_FOUND ? refuse_grant(call) : err;
	token->account_id = grant.account_id;
	token->scopes = grant.scopes;
	tokens_put(txn, request->secret, token);
	grant.token_id = token->id;
	return grants_put(txn, code, &grant);
}

int oauth_token_write(struct call *call, struct txn *txn)
{
	const struct token_request *request = call->state;
	struct token token = { .app_id = request->app.id, .created_ms = txn_now_ms(txn), .scopes = request->scopes };
	int err;

	if (request->of_app)
		err = tokens_put(txn, request->secret, &token);
	else
		err = redeem(call, txn, &token);
	return err == OK ? oauth_reply_token(call, &token, request->secret) : err;
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
	err = secret.n > SECRET_BYTES_MAX ? ERR_NOT_FOUND : tokens_get(view, secret, &token);
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
	int err = tokens_get(txn_view(txn), request->secret, &token);

	if (err == OK)
		err = tokens_delete(txn, request->secret);
	if (err == OK)
		txn_emit(txn, EVENT_REVOKED, token.id, token.account_id);
	return err == OK || err == ERR_NOT_FOUND ? call_reply_json(call, STR("{}")) : err;
}

static void write_list(struct json_writer *w, const char *key, const char *const *items, size_t count)
{
	json_w_key(w, key);
	json_w_array(w);
	for (size_t i = 0; i < count; i++)
		json_w_cstr(w, items[i]);
	json_w_array_end(w);
}

static void write_endpoint(struct json_writer *w, struct arena *arena, const struct instance *instance, const char *key,
                           const char *path)
{
	json_w_member_str(w, key, arena_printf(arena, "%.*s%s", STR_ARG(instance->url), path));
}

struct str oauth_issuer(struct arena *arena, const struct instance *instance)
{
	return arena_printf(arena, "%.*s/", STR_ARG(instance->url));
}

int oauth_metadata_show(struct call *call, struct view *view)
{
	static const char *const response_types[] = { "code" }, *const response_modes[] = { "query" };
	static const char *const grants[] = { "authorization_code", "client_credentials" };
	static const char *const challenges[] = { "S256" };
	static const char *const methods[] = { "client_secret_basic", "client_secret_post" };
	const struct instance *instance = instance_of(view);
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "issuer", oauth_issuer(call->arena, instance));
	write_endpoint(&w, call->arena, instance, "service_documentation", "/");
	write_endpoint(&w, call->arena, instance, "authorization_endpoint", "/oauth/authorize");
	write_endpoint(&w, call->arena, instance, "token_endpoint", "/oauth/token");
	write_endpoint(&w, call->arena, instance, "revocation_endpoint", "/oauth/revoke");
	write_endpoint(&w, call->arena, instance, "app_registration_endpoint", "/api/v1/apps");
	write_endpoint(&w, call->arena, instance, "userinfo_endpoint", "/oauth/userinfo");
	json_w_key(&w, "scopes_supported");
	json_w_array(&w);
	for (size_t i = 0; scope_name(i).p; i++)
		json_w_str(&w, scope_name(i));
	json_w_array_end(&w);
	write_list(&w, "response_types_supported", response_types, 1);
	write_list(&w, "response_modes_supported", response_modes, 1);
	write_list(&w, "grant_types_supported", grants, 2);
	write_list(&w, "code_challenge_methods_supported", challenges, 1);
	write_list(&w, "token_endpoint_auth_methods_supported", methods, 2);
	write_list(&w, "revocation_endpoint_auth_methods_supported", methods, 2);
	json_w_member_bool(&w, "authorization_response_iss_parameter_supported", true);
	json_w_object_end(&w);
	return call_reply_json(call, buf_str(&buf));
}

int oauth_userinfo_show(struct call *call, struct view *view)
{
	const struct instance *instance = instance_of(view);
	struct account account;
	struct json_writer w;
	struct buf buf;
	int err = accounts_get(call->arena, view, call->viewer.account_id, &account);

	if (err != OK)
		return err;
	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "iss", oauth_issuer(call->arena, instance));
	json_w_member_str(&w, "sub", account.uri);
	json_w_member_str(&w, "name", account.display_name);
	json_w_member_str(&w, "preferred_username", account.username);
	json_w_member_str(&w, "profile", account.url);
	if (account.avatar_url.n)
		json_w_member_str(&w, "picture", account.avatar_url);
	else
		write_endpoint(&w, call->arena, instance, "picture", "/avatar.png");
	json_w_object_end(&w);
	return call_reply_json(call, buf_str(&buf));
}
