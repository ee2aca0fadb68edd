/* What a browser brings of a passkey: read, verified, and refused in all the ways in which it can be wrong. */
#include "node/accounts/webauthn.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "tests/unit/tap.h"
#include "tests/unit/vectors_webauthn.h"

static struct arena *arena;
static const struct webauthn_party party = { STR("localhost"), STR("http://localhost:8080") };

static const struct kind {
	const char *name;
	uint8_t algorithm;
	size_t key_bytes;
	const char *credential, *create, *get, *signature;
} kinds[] = {
	{ "ES256", PASSKEY_ES256, 64, VECTOR_ES256_CREDENTIAL, VECTOR_ES256_AUTH_CREATE, VECTOR_ES256_AUTH_GET,
	  VECTOR_ES256_SIGNATURE },
	{ "EdDSA", PASSKEY_EDDSA, 32, VECTOR_EDDSA_CREDENTIAL, VECTOR_EDDSA_AUTH_CREATE, VECTOR_EDDSA_AUTH_GET,
	  VECTOR_EDDSA_SIGNATURE },
};

static struct str bytes(const char *text)
{
	struct str data = STR_NONE;

	base64_decode(arena, str_of(text), &data);
	return data;
}

/* A copy with the byte at `at` changed. */
static struct str bent(struct str data, size_t at, uint8_t by)
{
	char *copy = arena_alloc(arena, data.n);

	memcpy(copy, data.p, data.n);
	copy[at] = (char)((uint8_t)copy[at] ^ by);
	return (struct str){ copy, data.n };
}

static struct str joined(struct str a, struct str b)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, a);
	buf_add(&buf, b);
	return buf_str(&buf);
}

static int party_of(const char *url, struct webauthn_party *ret)
{
	return webauthn_party(&(struct instance){ .url = str_of(url) }, ret);
}

static void test_party(void)
{
	struct webauthn_party ours;

	is_int(party_of("https://social.a.example", &ours), OK, "a name with https has passkeys");
	is_str(ours.id, STR("social.a.example"), "under its host");
	is_str(ours.origin, STR("https://social.a.example"), "from its address");
	is_int(party_of("https://social.a.example:8443", &ours), OK, "with a port too");
	is_str(ours.id, STR("social.a.example"), "which is no part of the name");
	is_int(party_of("http://localhost:8080", &ours), OK, "so has localhost without");
	is_int(party_of("http://social.a.example", &ours), ERR_INVALID, "but no other");
	is_int(party_of("https://127.0.0.1", &ours), ERR_INVALID, "an IP address has none");
	is_int(party_of("https://[::1]:8080", &ours), ERR_INVALID, "of either kind");
}

static void test_client_data(void)
{
#define HEAD "{\"type\":\"webauthn.get\",\"challenge\":\"" VECTOR_CHALLENGE "\",\"origin\":\"http://localhost:8080\""
	static const struct {
		const char *json, *name;
		int err;
	} cases[] = {
		{ HEAD "}", "that says no more than it has to", OK },
		{ HEAD ",\"crossOrigin\":false,\"other\":{\"x\":[1]}}", "with members that nobody knows", OK },
		{ HEAD ",\"crossOrigin\":true}", "from within a page of another", ERR_INVALID },
		{ HEAD ",\"crossOrigin\":0}", "that does not say whether", ERR_INVALID },
		{ HEAD ",\"topOrigin\":\"https://evil.example\"}", "that names another page", ERR_INVALID },
		{ HEAD ",\"type\":\"webauthn.get\"}", "that says a thing twice", ERR_INVALID },
		{ "{\"type\":\"webauthn.create\",\"challenge\":\"" VECTOR_CHALLENGE "\",\"origin\":\"http://localhost:8080\"}",
		  "of another ceremony", ERR_INVALID },
		{ "{\"type\":\"webauthn.get\",\"challenge\":\"" VECTOR_CHALLENGE "\",\"origin\":\"http://localhost:8081\"}",
		  "from another port", ERR_INVALID },
		{ "{\"type\":\"webauthn.get\",\"challenge\":\"" VECTOR_CHALLENGE "\",\"origin\":\"http://localhost:8080.evil.example\"}",
		  "from an origin that begins like ours", ERR_INVALID },
		{ "{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"http://localhost:8080\"}", "with a short challenge",
		  ERR_INVALID },
		{ "{\"type\":\"webauthn.get\",\"challenge\":[],\"origin\":\"http://localhost:8080\"}", "with a challenge of another kind",
		  ERR_INVALID },
		{ "[]", "that is an array", ERR_INVALID },
		{ "null", "that is nothing", ERR_INVALID },
		{ "", "that is empty", ERR_INVALID },
	};
	struct str challenge = STR_NONE;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(webauthn_read_client(arena, &party, WEBAUTHN_GET, str_of(cases[i].json), &challenge) == cases[i].err,
		   "client data %s: %s", cases[i].name, cases[i].err == OK ? "read" : "refused");
	is_str(challenge, STR(VECTOR_CHALLENGE), "what was signed is its challenge");
}

static void test_auth_data(void)
{
	struct str create = bytes(VECTOR_ES256_AUTH_CREATE), get = bytes(VECTOR_ES256_AUTH_GET);
	struct webauthn_auth auth;
	size_t read = 0;

	is_int(webauthn_read_auth(&party, get, &auth), OK, "authenticator data are read");
	ok(auth.flags == (WEBAUTHN_PRESENT | WEBAUTHN_VERIFIED) && auth.counter == 7, "flags and counter");
	is_int(webauthn_read_auth(&party, create, &auth), OK, "and those of a new key");
	is_str(auth.credential_id, bytes(VECTOR_ES256_CREDENTIAL), "with its name");
	for (size_t n = 0; n < create.n; n++)
		read += webauthn_read_auth(&party, str_sub(create, 0, n), &auth) == OK;
	is_int(read, 0, "cut anywhere they are refused");
	is_int(webauthn_read_auth(&party, joined(create, STR("\0")), &auth), ERR_INVALID, "with something behind them too");
	is_int(webauthn_read_auth(&party, joined(bent(get, 32, 0x80), STR("\xa1\x61x\xf5")), &auth), OK,
	       "extensions may follow");
	is_int(webauthn_read_auth(&party, joined(bent(get, 32, 0x80), STR("\xbb\0\0\0\x0b\xab\xa6\x8c\xa0")), &auth), ERR_INVALID,
	       "but not as many as a number says");
	is_int(webauthn_read_auth(&party, joined(bent(get, 32, 0x80), STR("\xbf\xff")), &auth), ERR_INVALID, "nor without end");
	is_int(webauthn_read_auth(&party, joined(bent(get, 32, 0x80), STR("\x9b\x80\0\0\0\0\0\0\0")), &auth), ERR_INVALID,
	       "nor by a number that turns over");
	is_int(webauthn_read_auth(&party, joined(bent(get, 32, 0x80), STR("\x82\x81\x81")), &auth), ERR_INVALID,
	       "nor nested and cut");
	is_int(webauthn_read_auth(&party, bent(get, 3, 1), &auth), ERR_INVALID, "of another party they are refused");
	is_int(webauthn_read_auth(&party, bent(get, 32, 0x40), &auth), ERR_INVALID, "with a key that is not there");
	is_int(webauthn_read_auth(&party, bent(create, 32, 0x40), &auth), ERR_INVALID, "with one that is not said");
	is_int(webauthn_read_auth(&party, bent(get, 32, 0x10), &auth), ERR_INVALID, "synced and not to be synced");
	is_int(webauthn_read_auth(&party, bent(create, 37 + 16, 0xff), &auth), ERR_INVALID, "with a name that is too long");
	is_int(webauthn_read_auth(&party, bent(create, 37 + 17, 16), &auth), ERR_INVALID, "or empty");
}

static void test_kind(const struct kind *kind)
{
	struct webauthn_creation creation = { bytes(VECTOR_CLIENT_CREATE), bytes(kind->create) };
	struct webauthn_assertion assertion = {
		bytes(kind->credential), bytes(VECTOR_CLIENT_GET), bytes(kind->get), bytes(kind->signature),
	}, changed;
	struct passkey passkey = { 0 }, other;
	struct str challenge;
	uint64_t counter = 0;
	size_t wrong = 0;

	ok(webauthn_create(arena, &party, &creation, &passkey, &challenge) == OK && passkey.algorithm == kind->algorithm &&
	   passkey.public_key.n == kind->key_bytes && str_eq(passkey.credential_id, assertion.credential_id),
	   "a key of %s is taken", kind->name);
	ok(webauthn_verify(arena, &party, &passkey, &assertion, true, &challenge, &counter) == OK && counter == 7 &&
	   str_eq(challenge, STR(VECTOR_CHALLENGE)), "and verifies what it signed");
	for (size_t i = 0; i < assertion.auth_data.n; i++) {
		changed = assertion;
		changed.auth_data = bent(assertion.auth_data, i, 1);
		wrong += webauthn_verify(arena, &party, &passkey, &changed, false, &challenge, &counter) == OK;
	}
	for (size_t i = 0; i < assertion.signature.n; i++) {
		changed = assertion;
		changed.signature = bent(assertion.signature, i, 1);
		wrong += webauthn_verify(arena, &party, &passkey, &changed, false, &challenge, &counter) == OK;
	}
	is_int(wrong, 0, "no bit of data or signature can be another");
	changed = assertion;
	changed.client_data = bytes(VECTOR_CLIENT_CREATE);
	is_int(webauthn_verify(arena, &party, &passkey, &changed, false, &challenge, &counter), ERR_INVALID,
	       "nor other client data");
	other = passkey;
	other.public_key = bent(passkey.public_key, 0, 1);
	is_int(webauthn_verify(arena, &party, &other, &assertion, false, &challenge, &counter), ERR_INVALID, "nor another key");
	other = passkey;
	other.algorithm = (uint8_t)(3 - passkey.algorithm);
	is_int(webauthn_verify(arena, &party, &other, &assertion, false, &challenge, &counter), ERR_INVALID,
	       "nor another algorithm");
	creation.auth_data = str_sub(creation.auth_data, 0, creation.auth_data.n - 1);
	is_int(webauthn_create(arena, &party, &creation, &other, &challenge), ERR_INVALID, "a key that is cut is none");
}

/* Where the keys stand in the vectors: alg is the value of label 3. */
static void test_bad_keys(void)
{
	struct str create = bytes(VECTOR_ES256_AUTH_CREATE);
	struct webauthn_creation creation = { bytes(VECTOR_CLIENT_CREATE), STR_NONE };
	size_t key = 37 + 18 + 16;
	struct passkey passkey;
	struct str challenge;

	creation.auth_data = bent(create, key + 4, 0x26 ^ 0x38);
	is_int(webauthn_create(arena, &party, &creation, &passkey, &challenge), ERR_INVALID, "RSA and others are refused");
	creation.auth_data = bent(create, key + 20, 1);
	is_int(webauthn_create(arena, &party, &creation, &passkey, &challenge), ERR_INVALID, "a point beside its curve too");
	creation.auth_data = bent(create, 32, WEBAUTHN_PRESENT);
	is_int(webauthn_create(arena, &party, &creation, &passkey, &challenge), ERR_INVALID, "and one that nobody made");
}

static void test_counter(void)
{
	ok(webauthn_counter_fits(&(struct passkey){ .counter = 0 }, 0), "a device that does not count is believed");
	ok(webauthn_counter_fits(&(struct passkey){ .counter = 6 }, 7), "a counter goes up");
	ok(!webauthn_counter_fits(&(struct passkey){ .counter = 7 }, 7), "and does not stand still");
	ok(!webauthn_counter_fits(&(struct passkey){ .counter = 7 }, 0), "nor begin again");
}

int main(void)
{
	arena = arena_new();
	test_party();
	test_client_data();
	test_auth_data();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		test_kind(&kinds[i]);
	test_bad_keys();
	test_counter();
	arena_free(arena);
	return done();
}
