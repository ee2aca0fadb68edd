/* Tokens of providers: the honest ones are read, and every forgery that we know of is refused, whoever made it. */
#include "node/oidc/claims.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "tests/rig/smith.h"
#include "tests/unit/tap.h"

enum { NOW = 1800000000 };

static struct arena *arena;
static struct smith *smith;
static json_t *keys;
static struct claims_wanted wanted;

#define ISSUER "https://id.orme.example"
#define RS "{\"alg\":\"RS256\",\"kid\":\"r\"}"
/* A whole ID token but for its last brace. */
#define HEAD "\"iss\":\"" ISSUER "\",\"sub\":\"0042\",\"aud\":\"node\",\"exp\":1800000300,\"iat\":1800000000"
#define WHOLE "{" HEAD ",\"nonce\":\"n-1\"}"

static json_t *json(struct str text)
{
	json_t *value = NULL;

	if (json_parse(arena, text, &value) != OK)
		abort();
	return value;
}

static struct str public_key(enum smith_key key)
{
	return smith_public(arena, smith, key);
}

static struct str key_set(void)
{
	return arena_printf(arena, "{\"keys\":[{\"kid\":\"x\"},{%s,\"kid\":\"r\",\"use\":\"sig\"},{%s,\"kid\":\"e\",\"alg\":\"ES256\"},"
	                    "{%s,\"kid\":\"short\"},{%s,\"kid\":\"e384\"},{%s,\"kid\":\"enc\",\"use\":\"enc\"},"
	                    "{\"kty\":\"oct\",\"kid\":\"o\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\"},7]}",
	                    public_key(SMITH_RSA).p, public_key(SMITH_EC).p, public_key(SMITH_RSA_SHORT).p,
	                    public_key(SMITH_EC_384).p, public_key(SMITH_RSA_OTHER).p);
}

static struct str make(enum smith_key key, const char *way, const char *header, const char *payload)
{
	return smith_sign(arena, smith, key, way, STR("secret"), str_of(header), str_of(payload));
}

static int read_id(struct str token, const char **ret_fault)
{
	struct claims claims;

	return id_token_read(arena, token, &wanted, &claims, ret_fault);
}

static void refused(struct str token, int err, const char *why, const char *name)
{
	const char *fault = NULL;
	int got = read_id(token, &fault);

	ok(got == err && fault && strstr(fault, why), "refused: %s (%s)", name, fault ? fault : "it was read");
}

static void test_honest(void)
{
	struct claims claims = { 0 };
	const char *fault;
	struct str token = make(SMITH_RSA, "RS256", RS, WHOLE);

	is_int(id_token_read(arena, token, &wanted, &claims, &fault), OK, "an RS256 token is read");
	is_str(claims.subject, STR("0042"), "with its subject");
	is_int(claims.iat_ms, NOW * (int64_t)SECOND_MS, "and its time");
	is_int(read_id(make(SMITH_RSA, "PS256", "{\"alg\":\"PS256\",\"kid\":\"r\"}", WHOLE), &fault), OK, "PS256 too");
	is_int(read_id(make(SMITH_EC, "ES256", "{\"alg\":\"ES256\",\"kid\":\"e\"}", WHOLE), &fault), OK, "and ES256");
	is_int(read_id(make(SMITH_EC, "ES256", "{\"alg\":\"ES256\"}", WHOLE), &fault), OK,
	       "without a key id the keys of the type are tried");
	is_int(read_id(make(SMITH_RSA, "RS256", RS, "{" HEAD ",\"nonce\":\"n-1\",\"azp\":\"node\"}"), &fault), OK, "azp may be us");
	is_int(read_id(make(SMITH_RSA, "RS256", RS, "{\"iss\":\"" ISSUER "\",\"sub\":\"1\",\"aud\":[\"a\",\"node\"],\"azp\":\"node\","
	                    "\"exp\":1799999950,\"iat\":1800000050.5,\"nonce\":\"n-1\"}"), &fault), OK,
	       "clocks may differ by a minute, and azp says for whom of two");
}

static void test_forged(void)
{
	struct str right = make(SMITH_RSA, "RS256", RS, WHOLE), modulus, flipped = arena_str(arena, right);
	char *bytes = (char *)flipped.p;

	refused(make(SMITH_RSA, "none", "{\"alg\":\"none\"}", WHOLE), ERR_INVALID, "no signed token", "none, without signature");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"none\",\"kid\":\"r\"}", WHOLE), ERR_INVALID, "algorithm", "none, with one");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"nOnE\"}", WHOLE), ERR_INVALID, "algorithm", "nOnE");
	modulus = smith_public(arena, smith, SMITH_RSA);
	refused(smith_sign(arena, smith, SMITH_RSA, "HS256", modulus, STR("{\"alg\":\"HS256\",\"kid\":\"r\"}"), STR(WHOLE)),
	        ERR_INVALID, "algorithm", "HS256 with the public key as secret");
	base64_decode(arena, json_member_str(json_at(json_member(keys, "keys"), 1), "n"), &modulus);
	refused(smith_sign(arena, smith, SMITH_RSA, "HS256", modulus, STR("{\"alg\":\"HS256\",\"kid\":\"r\"}"), STR(WHOLE)),
	        ERR_INVALID, "algorithm", "HS256 with the public modulus as secret");
	refused(smith_sign(arena, smith, SMITH_RSA, "HS256", modulus, STR(RS), STR(WHOLE)), ERR_UNAUTHORIZED, "signature",
	        "the same, called RS256");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"RS512\",\"kid\":\"r\"}", WHOLE), ERR_INVALID, "algorithm", "RS512");
	refused(make(SMITH_RSA_OTHER, "RS256", RS, WHOLE), ERR_UNAUTHORIZED, "signature", "the key of somebody else");
	bytes[flipped.n - 20] = bytes[flipped.n - 20] == 'A' ? 'B' : 'A';
	refused(flipped, ERR_UNAUTHORIZED, "signature", "a flipped bit of the signature");
	flipped = arena_str(arena, right);
	((char *)flipped.p)[str_find_char(flipped, '.') + 20] ^= 1;
	refused(flipped, ERR_UNAUTHORIZED, "signature", "a flipped bit of the payload");
	refused(make(SMITH_RSA, "PS256", RS, WHOLE), ERR_UNAUTHORIZED, "signature", "PS256 called RS256");
	refused(make(SMITH_EC, "ES256", "{\"alg\":\"ES256\",\"kid\":\"r\"}", WHOLE), ERR_NOT_FOUND, "type", "ES256 by an RSA key");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":\"e\"}", WHOLE), ERR_NOT_FOUND, "type", "RS256 by an EC key");
	refused(make(SMITH_RSA, "PS256", "{\"alg\":\"PS256\",\"kid\":\"e\"}", WHOLE), ERR_NOT_FOUND, "type", "PS256 by an EC key");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":\"o\"}", WHOLE), ERR_NOT_FOUND, "type", "RS256 by an oct key");
	refused(make(SMITH_RSA_SHORT, "RS256", "{\"alg\":\"RS256\",\"kid\":\"short\"}", WHOLE), ERR_NOT_FOUND, "type",
	        "a key of 1024 bits");
	refused(make(SMITH_RSA_OTHER, "RS256", "{\"alg\":\"RS256\",\"kid\":\"enc\"}", WHOLE), ERR_NOT_FOUND, "type",
	        "a key for encryption");
	refused(make(SMITH_EC, "ES256", "{\"alg\":\"ES256\",\"kid\":\"e384\"}", WHOLE), ERR_NOT_FOUND, "type", "ES256 by P-384");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":\"new\"}", WHOLE), ERR_NOT_FOUND, "key", "an unknown key id");
}

static void test_headers(void)
{
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"r\"}", WHOLE), ERR_INVALID, "no signed token",
	        "a header that says alg twice");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"b64\"],\"b64\":false}", WHOLE), ERR_INVALID,
	        "extensions", "an extension that has to be understood");
	refused(make(SMITH_RSA, "RS256", "{\"alg\":\"RS256\",\"kid\":7}", WHOLE), ERR_INVALID, "no text", "a key id that is a number");
	refused(make(SMITH_RSA, "RS256", "[]", WHOLE), ERR_INVALID, "no signed token", "a header that is a list");
	refused(smith_sign(arena, smith, SMITH_RSA_OTHER, "RS256", STR_NONE,
	                   arena_printf(arena, "{\"alg\":\"RS256\",\"jwk\":{%s}}", public_key(SMITH_RSA_OTHER).p), STR(WHOLE)),
	        ERR_UNAUTHORIZED, "signature", "a key that the token brings along");
	refused(make(SMITH_RSA_OTHER, "RS256", "{\"alg\":\"RS256\",\"kid\":\"r\",\"jku\":\"https://evil.example/keys\"}", WHOLE),
	        ERR_UNAUTHORIZED, "signature", "or an address of keys");
}

static void test_garbage(void)
{
	char *huge = arena_alloc(arena, JOSE_BYTES_MAX + 2);
	struct str right = make(SMITH_RSA, "RS256", RS, WHOLE);

	memset(huge, 'a', JOSE_BYTES_MAX + 1);
	refused((struct str){ huge, JOSE_BYTES_MAX + 1 }, ERR_INVALID, "longer", "a huge one");
	refused(STR_NONE, ERR_INVALID, "no signed token", "nothing");
	refused(STR(".."), ERR_INVALID, "no signed token", "two dots");
	refused(STR("a.b.c"), ERR_INVALID, "no signed token", "letters");
	refused(STR("\xff\xfe.\x80.\x00"), ERR_INVALID, "no signed token", "bytes");
	refused(arena_printf(arena, "%s.%s", right.p, "AAAA"), ERR_INVALID, "no signed token", "a fourth part");
	refused(arena_printf(arena, "%s==", right.p), ERR_INVALID, "no signed token", "padding");
	refused(arena_printf(arena, "%s\n", right.p), ERR_INVALID, "no signed token", "a line break");
	refused(make(SMITH_RSA, "RS256", RS, "[1]"), ERR_INVALID, "payload", "a payload that is a list");
	refused(make(SMITH_RSA, "RS256", RS, "{\"sub\":\"1\",\"sub\":\"2\"}"), ERR_INVALID, "payload", "a claim that is there twice");
	refused(make(SMITH_RSA, "RS256", RS, "{" HEAD ",\"nonce\":\"n-1\",\"sub\":\"0001\"}"), ERR_INVALID, "payload",
	        "two subjects");
	refused(make(SMITH_RSA, "RS256", RS, "\xff"), ERR_INVALID, "payload", "a payload that is no JSON");
}

#define CLAIMS(iss, sub, aud, exp, iat, rest) \
	"{\"iss\":" iss ",\"sub\":" sub ",\"aud\":" aud ",\"exp\":" exp ",\"iat\":" iat ",\"nonce\":\"n-1\"" rest "}"
#define I "\"" ISSUER "\""

static void test_claims(void)
{
	static const struct { const char *payload, *why, *name; } rows[] = {
		{ CLAIMS("\"https://evil.example\"", "\"1\"", "\"node\"", "1800000300", "1800000000", ""), "iss", "another issuer" },
		{ CLAIMS("\"" ISSUER "/\"", "\"1\"", "\"node\"", "1800000300", "1800000000", ""), "iss", "an issuer with a slash more" },
		{ CLAIMS("[" I "]", "\"1\"", "\"node\"", "1800000300", "1800000000", ""), "iss", "an issuer in a list" },
		{ CLAIMS(I, "\"\"", "\"node\"", "1800000300", "1800000000", ""), "sub", "an empty subject" },
		{ CLAIMS(I, "42", "\"node\"", "1800000300", "1800000000", ""), "sub", "a subject that is a number" },
		{ CLAIMS(I, "null", "\"node\"", "1800000300", "1800000000", ""), "sub", "no subject" },
		{ CLAIMS(I, "\"1\"", "\"other\"", "1800000300", "1800000000", ""), "aud", "another audience" },
		{ CLAIMS(I, "\"1\"", "\"NODE\"", "1800000300", "1800000000", ""), "aud", "an audience in capitals" },
		{ CLAIMS(I, "\"1\"", "[]", "1800000300", "1800000000", ""), "aud", "an audience of nobody" },
		{ CLAIMS(I, "\"1\"", "{\"node\":1}", "1800000300", "1800000000", ""), "audience", "an audience that is an object" },
		{ CLAIMS(I, "\"1\"", "[\"node\",7]", "1800000300", "1800000000", ""), "audience", "an audience with a number in it" },
		{ CLAIMS(I, "\"1\"", "[\"node\",\"other\"]", "1800000300", "1800000000", ""), "azp", "two audiences without azp" },
		{ CLAIMS(I, "\"1\"", "[\"node\",\"other\"]", "1800000300", "1800000000", ",\"azp\":\"other\""), "azp",
		  "two audiences, made for the other" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000000", ",\"azp\":\"other\""), "azp", "another azp" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000000", ",\"azp\":null"), "azp", "an azp that is null" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1799999939", "1799999900", ""), "exp", "one that expired a minute ago" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "\"1800000300\"", "1800000000", ""), "exp", "an expiry in a text" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1e300", "1800000000", ""), "exp", "one that never expires" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "-1", "1800000000", ""), "exp", "one that expired before there was time" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000061", ""), "iat", "one of the future" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1799999300", ""), "iat", "one that was lying about" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "true", ""), "iat", "one without a time" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000000", ",\"nbf\":1800000100"), "nbf", "one for later" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000000", ",\"at_hash\":\"AAAAAAAAAAAAAAAAAAAAAA\""), "at_hash",
		  "another access token's" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000000", ",\"at_hash\":7"), "at_hash", "a hash that is a number" },
		{ CLAIMS(I, "\"1\"", "\"node\"", "1800000300", "1800000000",
		         ",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}"), "events", "a logout token" },
		{ "{" HEAD "}", "nonce", "no nonce" },
		{ "{" HEAD ",\"nonce\":\"n-2\"}", "nonce", "another nonce" },
		{ "{" HEAD ",\"nonce\":null}", "nonce", "a nonce that is null" },
	};
	struct claims_wanted before = wanted;
	const char *fault;

	wanted.access_token = STR("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(make(SMITH_RSA, "RS256", RS, rows[i].payload), ERR_INVALID, rows[i].why, rows[i].name);
	is_int(read_id(make(SMITH_RSA, "RS256", RS, "{" HEAD ",\"nonce\":\"n-1\",\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\"}"), &fault),
	       OK, "the hash of Core 1.0's example fits");
	wanted.nonce = STR_NONE;
	refused(make(SMITH_RSA, "RS256", RS, "{" HEAD ",\"nonce\":\"\"}"), ERR_INVALID, "nonce", "an empty nonce where none was sent");
	wanted = before;
}

static int read_logout(const char *header, const char *payload, const char **ret_fault)
{
	struct claims claims;

	return logout_token_read(arena, make(SMITH_RSA, "RS256", header, payload), &wanted, &claims, ret_fault);
}

#define EVENT ",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}"
#define OUT "\"iss\":\"" ISSUER "\",\"aud\":\"node\",\"iat\":1800000000,\"exp\":1800000120"

static void test_logout(void)
{
	static const struct { const char *payload, *why, *name; } rows[] = {
		{ "{" OUT ",\"jti\":\"j\",\"sub\":\"1\"}", "events", "without the event" },
		{ "{" OUT ",\"jti\":\"j\",\"sub\":\"1\",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":true}}",
		  "events", "with an event that is no object" },
		{ "{" OUT ",\"jti\":\"j\",\"sub\":\"1\",\"events\":[]}", "events", "with a list of events" },
		{ "{" OUT ",\"jti\":\"j\",\"sub\":\"1\",\"nonce\":\"n-1\"" EVENT "}", "nonce", "with a nonce" },
		{ "{" OUT ",\"sub\":\"1\"" EVENT "}", "jti", "without an id" },
		{ "{" OUT ",\"jti\":\"j\"" EVENT "}", "nobody", "about nobody" },
		{ "{\"iss\":\"" ISSUER "\",\"aud\":\"node\",\"iat\":1799999600,\"jti\":\"j\",\"sub\":\"1\"" EVENT "}", "iat", "an old one" },
		{ "{\"iss\":\"" ISSUER "\",\"aud\":\"other\",\"iat\":1800000000,\"jti\":\"j\",\"sub\":\"1\"" EVENT "}", "aud", "another's" },
		{ "{\"iss\":\"https://evil.example\",\"aud\":\"node\",\"iat\":1800000000,\"jti\":\"j\",\"sub\":\"1\"" EVENT "}", "iss",
		  "of another issuer" },
		{ WHOLE, "events", "an ID token" },
	};
	const char *fault = "";

	is_int(read_logout("{\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":\"logout+jwt\"}", "{" OUT ",\"jti\":\"j\",\"sid\":\"s\"" EVENT "}",
	                   &fault), OK, "a logout token about a session is read");
	is_int(read_logout(RS, "{" OUT ",\"jti\":\"j\",\"sub\":\"1\"" EVENT "}", &fault), OK, "and one about a person");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(read_logout(RS, rows[i].payload, &fault) == ERR_INVALID && strstr(fault, rows[i].why),
		   "refused as a logout token: %s (%s)", rows[i].name, fault);
	ok(read_logout("{\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":\"at+jwt\"}", "{" OUT ",\"jti\":\"j\",\"sub\":\"1\"" EVENT "}", &fault) ==
	   ERR_INVALID, "refused as a logout token: an access token");
}

/* Sets of keys as a provider, or who answers for it, may send them. */
static void test_keys(void)
{
	static const char *const sets[] = {
		"{}", "{\"keys\":null}", "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[null,1,\"r\",[]]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\"}]}", "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":7,\"e\":[]}]}",
	};
	json_t *before = keys;
	struct str modulus = json_member_str(json_at(json_member(keys, "keys"), 1), "n");
	struct str token = make(SMITH_RSA, "RS256", RS, WHOLE);

	is_int(jose_usable(arena, keys), 2, "two keys of the set would do");
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		wanted.keys = json(str_of(sets[i]));
		refused(token, ERR_NOT_FOUND, "no key", sets[i]);
		is_int(jose_usable(arena, wanted.keys), 0, "none of these would do");
	}
	wanted.keys = json(arena_printf(arena, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"%s\",\"e\":\"AQ\"}]}", modulus.p));
	refused(token, ERR_NOT_FOUND, "no key", "an exponent of 1");
	wanted.keys = json(arena_printf(arena, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"%s\",\"e\":\"%s\"}]}", modulus.p,
	                                modulus.p));
	refused(token, ERR_NOT_FOUND, "no key", "an exponent as long as the modulus");
	wanted.keys = json(STR("{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\","
	                       "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}]}"));
	refused(make(SMITH_EC, "ES256", "{\"alg\":\"ES256\",\"kid\":\"e\"}", WHOLE), ERR_UNAUTHORIZED, "signature",
	        "a point that is not on the curve");
	wanted.keys = before;
}

static void test_person(void)
{
	json_t *claims = json(STR("{\"email\":\"ana@orme.example\",\"email_verified\":\"true\",\"groups\":[\"a\",7,\"b\"],"
	                          "\"role\":\"chief\",\"realm\":{\"roles\":[\"r\"]},\"x.y\":\"z\"}"));
	struct claims_person person;

	claims_person(claims, &person);
	is_str(person.email, STR("ana@orme.example"), "an address is read");
	ok(person.email_verified, "and that it was verified, said in a text");
	ok(!person.name.n && !person.user_name.n, "what is not said is empty");
	ok(claims_hold(arena, claims, STR("groups"), STR("b")) && !claims_hold(arena, claims, STR("groups"), STR("7")),
	   "groups are the texts of a list");
	ok(claims_hold(arena, claims, STR("role"), STR("chief")), "or one text");
	ok(claims_hold(arena, claims, STR("realm.roles"), STR("r")), "a dot leads into a member");
	ok(claims_hold(arena, claims, STR("x.y"), STR("z")), "unless the claim has it in its name");
	ok(!claims_have(arena, claims, STR("nothing.here")) && !claims_have(arena, claims, STR_NONE), "or is not there");
	claims_person(json(STR("{\"email\":[\"a@b.example\"],\"email_verified\":1}")), &person);
	ok(!person.email.n && !person.email_verified, "other types count as absent");
}

int main(void)
{
	arena = arena_new();
	smith = smith_new(1U << SMITH_RSA | 1U << SMITH_RSA_OTHER | 1U << SMITH_RSA_SHORT | 1U << SMITH_EC | 1U << SMITH_EC_384);
	keys = json(key_set());
	wanted = (struct claims_wanted){ .keys = keys, .issuer = STR(ISSUER), .client_id = STR("node"), .nonce = STR("n-1"),
	                                 .now_ms = NOW * (int64_t)SECOND_MS };
	test_honest();
	test_forged();
	test_headers();
	test_garbage();
	test_claims();
	test_logout();
	test_keys();
	test_person();
	smith_free(smith);
	arena_free(arena);
	return done();
}
