/*
 * Registration of client apps. What strangers may put here is bounded: this route is open to all.
 */
#include "node/accounts/apps.h"

#include "node/push.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/tokens.h"

enum { NAME_CHARS_MAX = 200, ADDRESS_BYTES_MAX = 2000, REDIRECT_URIS_MAX = 20, SCOPE_BYTES_MAX = 4000 };

/* What check reads and write stores. */
struct registration {
	struct app app;
	struct str secret;
};

/* RFC 3986 section 3.1. */
static bool is_scheme(struct str scheme)
{
	for (size_t i = 0; i < scheme.n; i++) {
		char c = scheme.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';

		if (!letter && (i == 0 || !other))
			return false;
	}
	return scheme.n > 0;
}

/* What a browser runs, opens from the disk, or hands to a program that is not the app's own. */
static bool is_dangerous(struct str scheme)
{
	static const struct str schemes[] = {
		STR("javascript"), STR("data"), STR("vbscript"), STR("file"), STR("blob"), STR("about"), STR("filesystem"),
		STR("view-source"), STR("jar"), STR("intent"), STR("content"), STR("mailto"), STR("tel"), STR("sms"),
		STR("ws"), STR("wss"), STR("ftp"), STR("chrome"), STR("resource"), STR("urn"), STR("livescript"),
		STR("mocha"), STR("mhtml"), STR("ms-its"), STR("smb"), STR("ssh"), STR("vnc"), STR("search-ms"),
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (str_eq_nocase(scheme, schemes[i]))
			return true;
	return false;
}

/* The host of "//user@host:port/path", without its port; an IPv6 address with its brackets. */
static struct str host_of(struct str rest)
{
	size_t end = 2;

	while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
		end++;
	rest = str_sub(rest, 2, end - 2);
	/* A name and password in front is never honest here; browsers read a backslash as a slash. */
	if (str_find_char(rest, '@') != SIZE_MAX || str_find_char(rest, '\\') != SIZE_MAX)
		return STR_NONE;
	if (str_starts(rest, STR("[")))
		return str_sub(rest, 0, str_find_char(rest, ']') == SIZE_MAX ? 0 : str_find_char(rest, ']') + 1);
	return str_cut(&rest, ':');
}

static bool is_loopback(struct str host)
{
	return str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("[::1]"));
}

bool redirect_uri_allowed(struct str uri)
{
	struct str rest = uri, scheme = str_cut(&rest, ':');
	struct str host;

	if (str_eq(uri, OUT_OF_BAND))
		return true;
	if (!rest.p || uri.n > ADDRESS_BYTES_MAX || !is_scheme(scheme) || is_dangerous(scheme))
		return false;
	for (size_t i = 0; i < uri.n; i++)
		if ((unsigned char)uri.p[i] <= ' ' || (unsigned char)uri.p[i] >= 0x7f || uri.p[i] == '#')
			return false;
	if (!str_eq_nocase(scheme, STR("https")) && !str_eq_nocase(scheme, STR("http")))
		return true;
	host = str_starts(rest, STR("//")) ? host_of(rest) : STR_NONE;
	return host.n && (str_eq_nocase(scheme, STR("https")) || is_loopback(host));
}

/* Basic credentials are form-encoded before they are base64 (RFC 6749 section 2.3.1). */
static void read_basic(struct call *call, struct str *ret_id, struct str *ret_secret)
{
	struct str value = call_request_header(call, "Authorization"), scheme = str_cut(&value, ' ');
	struct str pair, id, secret;

	if (!value.p || !str_eq_nocase(scheme, STR("Basic")) ||
	    base64_decode(call->arena, str_trim(value), &pair) != OK)
		return;
	id = str_cut(&pair, ':');
	if (percent_decode(call->arena, id, true, &id) != OK ||
	    percent_decode(call->arena, pair, true, &secret) != OK)
		return;
	*ret_id = id;
	*ret_secret = secret;
}

int app_authenticate(struct call *call, struct view *view, struct app *ret_app)
{
	struct str id = call_param(call, "client_id"), secret = call_param(call, "client_secret");
	uint8_t hash[SHA256_BYTES];
	struct app app;
	int err;

	read_basic(call, &id, &secret);
	if (!id.n || !secret.n)
		return ERR_NOT_FOUND;
	err = apps_by_client_id(call->arena, view, id, &app);
	if (err != OK)
		return err;
	hash_sha256(secret, hash);
	if (!hash_equal(app.secret_hash, (struct str){ (const char *)hash, sizeof(hash) }))
		return ERR_NOT_FOUND;
	*ret_app = app;
	return OK;
}

static int refuse(struct call *call, const char *sentence)
{
	return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s", sentence);
}

/* One address a line, or an array; both at once too. */
static int read_redirect_uris(struct call *call, struct str_list *ret_uris)
{
	struct str *values, *uris = ARENA_ARRAY(call->arena, struct str, REDIRECT_URIS_MAX);
	size_t value_count = call_param_list(call, "redirect_uris", &values), count = 0;

	for (size_t i = 0; i < value_count; i++) {
		struct str rest = values[i];

		for (size_t from = 0, at = 0; at <= rest.n; at++) {
			struct str uri = str_sub(rest, from, at - from);

			if (at < rest.n && !strchr(" \t\r\n", rest.p[at]))
				continue;
			from = at + 1;
			if (!uri.n)
				continue;
			if (count == REDIRECT_URIS_MAX)
				return refuse(call, "Redirect URI: too many");
			if (!redirect_uri_allowed(uri))
				return refuse(call, "Redirect URI must be an HTTPS address, HTTP on loopback, or of the app's own scheme");
			uris[count++] = uri;
		}
	}
	*ret_uris = (struct str_list){ uris, count };
	return count ? OK : refuse(call, "Redirect URI can't be blank");
}

static bool is_web_address(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
			return false;
	return text.n <= ADDRESS_BYTES_MAX && utf8_valid(text) &&
	       (str_starts(text, STR("https://")) || str_starts(text, STR("http://")));
}

int apps_create_check(struct call *call, struct view *view)
{
	struct registration *registration = ARENA_NEW(call->arena, struct registration);
	struct app *app = &registration->app;
	struct str scopes = call_param(call, "scopes"), unknown = STR_NONE;
	uint8_t hash[SHA256_BYTES];
	int err;

	(void)view;
	app->name = str_trim(call_param(call, "client_name"));
	app->website = str_trim(call_param(call, "website"));
	if (!app->name.n)
		return refuse(call, "Application name can't be blank");
	if (!utf8_valid(app->name) || utf8_length(app->name) > NAME_CHARS_MAX)
		return refuse(call, "Application name is too long");
	if (app->website.n && !is_web_address(app->website))
		return refuse(call, "Application website must be a valid URL");
	err = read_redirect_uris(call, &app->redirect_uris);
	if (err != OK)
		return err;
	if (scopes.n > SCOPE_BYTES_MAX || scope_parse(scopes.n ? scopes : STR("read"), &app->scopes, &unknown) != OK)
		return refuse(call, "Scopes doesn't match configured on the server.");
	registration->secret = hash_token(call->arena);
	hash_sha256(registration->secret, hash);
	app->secret_hash = arena_str(call->arena, (struct str){ (const char *)hash, sizeof(hash) });
	call->state = registration;
	return OK;
}

/* The members of Application and CredentialApplication; `registration` (may be NULL) adds the credentials, which
 * are shown once. */
static struct str render(struct call *call, struct view *view, const struct app *app,
                         const struct registration *registration)
{
	struct json_writer w;
	struct buf buf, joined;
	struct str scopes = scope_render(call->arena, app->scopes);

	buf_init(&buf, call->arena, 0);
	buf_init(&joined, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_id(&w, "id", app->id);
	json_w_member_str(&w, "name", app->name);
	json_w_member_str_or_null(&w, "website", app->website);
	json_w_key(&w, "scopes");
	json_w_array(&w);
	while (scopes.p)
		json_w_str(&w, str_cut(&scopes, ' '));
	json_w_array_end(&w);
	json_w_key(&w, "redirect_uris");
	json_w_array(&w);
	for (size_t i = 0; i < app->redirect_uris.count; i++) {
		json_w_str(&w, app->redirect_uris.items[i]);
		buf_printf(&joined, "%s%.*s", i ? "\n" : "", STR_ARG(app->redirect_uris.items[i]));
	}
	json_w_array_end(&w);
	json_w_member_str(&w, "redirect_uri", buf_str(&joined));
	if (registration) {
		json_w_member_str(&w, "client_id", app->client_id);
		json_w_member_str(&w, "client_secret", registration->secret);
		json_w_member_u64(&w, "client_secret_expires_at", 0);
	}
	json_w_member_str(&w, "vapid_key", push_public_key(call->arena, view));
	json_w_object_end(&w);
	return buf_str(&buf);
}

int apps_create_write(struct call *call, struct txn *txn)
{
	const struct registration *registration = call->state;
	struct app app = registration->app;  /* a body may run again: the id is each run's own */
	int err;

	app.created_ms = txn_now_ms(txn);
	err = apps_put(call->arena, txn, &app);
	return err == OK ? call_reply_json(call, render(call, txn_view(txn), &app, registration)) : err;
}

int apps_verify_show(struct call *call, struct view *view)
{
	struct app app;
	int err = apps_get(call->arena, view, call->viewer.app_id, &app);

	/* A token of the command line belongs to no app. */
	if (err == ERR_NOT_FOUND)
		return call_fail(call, ERR_UNAUTHORIZED, "The access token is invalid");
	return err == OK ? call_reply_json(call, render(call, view, &app, NULL)) : err;
}
