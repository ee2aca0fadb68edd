/*
 * Cookies in and out, and the form tokens made from one of them. Knows nothing of sessions. HTTP threads.
 */
#include "node/accounts/cookies.h"

#include <inttypes.h>

#include "storage/base/clock.h"
#include "storage/base/hash.h"

/* A browser that keeps a form open longer gets it shown again. */
enum { FORM_SECRET_DAYS = 30, FORM_SECRET_BYTES = 43 };

static bool is_https(const struct instance *instance)
{
	return str_starts(instance->url, STR("https://"));
}

static struct str full_name(struct arena *arena, const struct instance *instance, const char *name)
{
	return arena_printf(arena, "%s%s", is_https(instance) ? "__Host-" : "", name);
}

/* The cookie in one Cookie header: "a=1; b=2". */
static struct str find_in_header(struct str header, struct str name)
{
	while (header.p) {
		struct str value = str_trim(str_cut(&header, ';'));
		struct str key = str_cut(&value, '=');

		if (str_eq(key, name))
			return value.p ? value : STR("");
	}
	return STR_NONE;
}

struct str cookie_get(struct call *call, const struct instance *instance, const char *name)
{
	struct str wanted = full_name(call->arena, instance, name), found = STR_NONE;

	/* HTTP/2 proxies may hand on several Cookie headers. */
	for (size_t i = 0; i < call->request.header_count && !found.p; i++)
		if (str_eq_nocase(call->request.headers[i].name, STR("Cookie")))
			found = find_in_header(call->request.headers[i].value, wanted);
	return found;
}

void cookie_set(struct call *call, const struct instance *instance, const char *name, struct str value,
                int64_t seconds)
{
	struct str full = full_name(call->arena, instance, name);

	call_header(call, "Set-Cookie",
	            arena_printf(call->arena, "%.*s=%.*s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Lax%s",
	                         STR_ARG(full), STR_ARG(value), seconds, is_https(instance) ? "; Secure" : ""));
}

struct str form_secret(struct call *call, const struct instance *instance)
{
	struct str secret = cookie_get(call, instance, "form");

	/* One that is too short to be ours was planted, or cut. */
	if (secret.n == FORM_SECRET_BYTES)
		return secret;
	secret = hash_token(call->arena);
	cookie_set(call, instance, "form", secret, (int64_t)FORM_SECRET_DAYS * DAY_MS / SECOND_MS);
	return secret;
}

struct str form_token(struct arena *arena, struct str secret, struct str purpose, uint64_t account_id)
{
	uint8_t mac[SHA256_BYTES];
	struct str text = arena_printf(arena, "%" PRIu64 "\n%.*s", account_id, STR_ARG(purpose));

	hash_hmac_sha256(secret, text, mac);
	return base64url_encode(arena, (struct str){ (const char *)mac, sizeof(mac) });
}

bool form_token_fits(struct call *call, const struct instance *instance, struct str purpose, uint64_t account_id)
{
	struct str secret = cookie_get(call, instance, "form");

	return secret.n == FORM_SECRET_BYTES &&
	       hash_equal(call_param(call, "form_token"), form_token(call->arena, secret, purpose, account_id));
}
