/*
 * The claims of tokens. A token that is not wholly for us is not for us at all: nothing of it is used.
 */
#include "node/oidc/claims.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

static const struct str logout_event = STR("http://schemas.openid.net/event/backchannel-logout");

/* NumericDate: seconds, maybe with a fraction. false: absent, no number, or no time that we live to see. */
static bool read_time(const json_t *json, const char *name, int64_t *ret_ms)
{
	const json_t *value = json_member(json, name);
	double seconds = json_is_number(value) ? json_number_value(value) : 0;

	if (!(seconds >= 1 && seconds < 1e11))
		return false;
	*ret_ms = (int64_t)(seconds * SECOND_MS);
	return true;
}

static struct str short_text(const json_t *json, const char *name)
{
	struct str text = json_member_str(json, name);

	return text.n <= CLAIMS_TEXT_BYTES_MAX ? text : STR_NONE;
}

/* One text that is ours, or a list of texts in which we are; then `azp` has to say that it was made for us. */
static const char *audience_fault(const json_t *json, struct str client_id)
{
	const json_t *audience = json_member(json, "aud"), *party = json_object_get(json, "azp");
	size_t count = json_count(audience);
	bool ours = false;

	if (count > CLAIMS_LIST_MAX)
		return "it is for too many";
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_at(audience, i);

		if (!json_is_string(value))
			return "its audience is no text";
		ours |= str_eq(json_str_of(value), client_id);
	}
	if (!ours)
		return "it is for somebody else (aud)";
	if (count > 1 && !party)
		return "it is for several and does not say who asked (azp)";
	if (party && !str_eq(json_str_of(party), client_id))
		return "somebody else asked for it (azp)";
	return NULL;
}

static const char *time_fault(const json_t *json, int64_t now_ms, int64_t age_ms, bool must_expire, int64_t *ret_iat_ms)
{
	const int64_t tolerance_ms = CLAIMS_TOLERANCE_SECONDS * (int64_t)SECOND_MS;
	int64_t time_ms;

	if (read_time(json, "exp", &time_ms)) {
		if (time_ms + tolerance_ms <= now_ms)
			return "it has expired (exp)";
	} else if (must_expire || json_object_get(json, "exp")) {
		return "it does not say when it expires (exp)";
	}
	if (!read_time(json, "iat", ret_iat_ms))
		return "it does not say when it was made (iat)";
	if (*ret_iat_ms > now_ms + tolerance_ms)
		return "it was made in the future (iat)";
	if (*ret_iat_ms + age_ms + tolerance_ms < now_ms)
		return "it was made too long ago (iat)";
	if (json_object_get(json, "nbf") && (!read_time(json, "nbf", &time_ms) || time_ms > now_ms + tolerance_ms))
		return "it is not valid yet (nbf)";
	return NULL;
}

/* What both kinds have in common. */
static int read_common(struct arena *arena, struct str token, const struct claims_wanted *wanted, struct jose *ret_jose,
                       struct claims *ret_claims, const char **ret_fault)
{
	int err = jose_verify(arena, token, wanted->keys, ret_jose, ret_fault);
	const json_t *json, *subject;

	if (err != OK)
		return err;
	json = ret_jose->claims;
	subject = json_object_get(json, "sub");
	*ret_claims = (struct claims){ .json = ret_jose->claims, .subject = json_str_of(subject),
	                               .sid = short_text(json, "sid"), .acr = short_text(json, "acr"),
	                               .jti = short_text(json, "jti") };
	*ret_fault = audience_fault(json, wanted->client_id);
	if (!str_eq(json_member_str(json, "iss"), wanted->issuer))
		*ret_fault = "it is of another issuer (iss)";
	else if (subject && (!ret_claims->subject.n || ret_claims->subject.n > CLAIMS_SUBJECT_BYTES_MAX))
		*ret_fault = "its subject is no text, or too long (sub)";
	return *ret_fault ? ERR_INVALID : OK;
}

/* The left half of the hash of what came with it (3.1.3.6); all our algorithms are about SHA-256. */
static bool access_hash_fits(struct arena *arena, const json_t *json, struct str access_token)
{
	struct str wanted = json_member_str(json, "at_hash");
	uint8_t hash[SHA256_BYTES];

	if (!json_object_get(json, "at_hash") || !access_token.n)
		return true;
	hash_sha256(access_token, hash);
	return hash_equal(wanted, base64url_encode(arena, (struct str){ (const char *)hash, sizeof(hash) / 2 }));
}

int id_token_read(struct arena *arena, struct str token, const struct claims_wanted *wanted, struct claims *ret_claims,
                  const char **ret_fault)
{
	const int64_t age_ms = ID_TOKEN_SECONDS * (int64_t)SECOND_MS;
	struct jose jose;
	int err = read_common(arena, token, wanted, &jose, ret_claims, ret_fault);
	const json_t *json = ret_claims->json;

	if (err != OK)
		return err;
	if (!ret_claims->subject.n)
		*ret_fault = "it is about nobody (sub)";
	else if (json_object_get(json, "events"))
		*ret_fault = "it is no ID token (events)";
	else if (!wanted->nonce.n || !hash_equal(json_member_str(json, "nonce"), wanted->nonce))
		*ret_fault = "it answers another request (nonce)";
	else if (!access_hash_fits(arena, json, wanted->access_token))
		*ret_fault = "it came with another access token (at_hash)";
	else
		*ret_fault = time_fault(json, wanted->now_ms, age_ms, true, &ret_claims->iat_ms);
	return *ret_fault ? ERR_INVALID : OK;
}

int logout_token_read(struct arena *arena, struct str token, const struct claims_wanted *wanted,
                      struct claims *ret_claims, const char **ret_fault)
{
	const int64_t age_ms = LOGOUT_TOKEN_SECONDS * (int64_t)SECOND_MS;
	struct jose jose;
	int err = read_common(arena, token, wanted, &jose, ret_claims, ret_fault);
	const json_t *json = ret_claims->json;

	if (err != OK)
		return err;
	if (jose.type.n && !str_eq_nocase(jose.type, STR("logout+jwt")) && !str_eq_nocase(jose.type, STR("JWT")))
		*ret_fault = "its type is another (typ)";
	else if (!json_is_object(json_member(json_member(json, "events"), logout_event.p)))
		*ret_fault = "it is no logout token (events)";
	else if (json_object_get(json, "nonce"))
		*ret_fault = "it has a nonce, which belongs into ID tokens";
	else if (!ret_claims->jti.n)
		*ret_fault = "it has no id of its own (jti)";
	else if (!ret_claims->subject.n && !ret_claims->sid.n)
		*ret_fault = "it is about nobody (sub, sid)";
	else
		*ret_fault = time_fault(json, wanted->now_ms, age_ms, false, &ret_claims->iat_ms);
	return *ret_fault ? ERR_INVALID : OK;
}

/* --- about the person ------------------------------------------------------------------------------------------- */

void claims_person(const json_t *json, struct claims_person *ret_person)
{
	*ret_person = (struct claims_person){
		.email = short_text(json, "email"), .name = short_text(json, "name"),
		.user_name = short_text(json, "preferred_username"),
		/* some say it as a text */
		.email_verified = json_is_true(json_member(json, "email_verified")) ||
		                  str_eq(json_member_str(json, "email_verified"), STR("true")),
	};
}

static const json_t *find(struct arena *arena, const json_t *json, struct str name)
{
	const json_t *value = name.n ? json_member(json, arena_cstr(arena, name)) : NULL;

	if (value || str_find_char(name, '.') == SIZE_MAX)
		return value;
	value = json;
	while (value && name.p)
		value = json_member(value, arena_cstr(arena, str_cut(&name, '.')));
	return value;
}

bool claims_have(struct arena *arena, const json_t *json, struct str name)
{
	return find(arena, json, name) != NULL;
}

bool claims_hold(struct arena *arena, const json_t *json, struct str name, struct str value)
{
	const json_t *claim = find(arena, json, name);
	size_t count = json_count(claim);

	for (size_t i = 0; i < count && i < CLAIMS_LIST_MAX; i++)
		if (json_is_string(json_at(claim, i)) && str_eq(json_str_of(json_at(claim, i)), value))
			return true;
	return false;
}
