/*
 * What this node says about itself in OAuth, and who signed in. Reads only; HTTP threads.
 */
#include "node/accounts/oauth_documents.h"

#include "storage/accounts.h"
#include "storage/base/json.h"
#include "storage/instance.h"

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
	static const char *const grants[] = { "authorization_code", "client_credentials", "refresh_token" };
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
	write_list(&w, "grant_types_supported", grants, 3);
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
