/* Any bytes as what a browser brings of a passkey. The first byte says what the rest is: client data, authenticator data
 * behind the hash of our name, a new key, a signature. What is read lies within what was given; nothing forged verifies. */
#include "node/accounts/webauthn.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/passkeys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define CLIENT(type) STR("{\"type\":\"" type "\",\"challenge\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"," \
                         "\"origin\":\"http://localhost:8080\"}")

static const struct webauthn_party party = { STR("localhost"), STR("http://localhost:8080") };

static void insist(bool good)
{
	if (!good)
		abort();
}

/* As an authenticator begins: with the hash of our name. */
static struct str behind_hash(struct arena *arena, struct str text)
{
	uint8_t hash[SHA256_BYTES];
	struct buf buf;

	hash_sha256(party.id, hash);
	buf_init(&buf, arena, 0);
	buf_add(&buf, (struct str){ (const char *)hash, sizeof(hash) });
	buf_add(&buf, text);
	return buf_str(&buf);
}

static void read_client(struct arena *arena, struct str text)
{
	struct str challenge;

	if (webauthn_read_client(arena, &party, WEBAUTHN_GET, text, &challenge) == OK)
		insist(challenge.n == 43 && str_find(text, party.origin) != SIZE_MAX);
}

static void read_auth(struct arena *arena, struct str text)
{
	struct str whole = behind_hash(arena, text);
	struct webauthn_auth auth;

	if (webauthn_read_auth(&party, whole, &auth) != OK)
		return;
	insist(auth.credential_id.n <= PASSKEY_CREDENTIAL_MAX && auth.credential_id.n + auth.rest.n < whole.n);
	insist(!auth.rest.n || auth.rest.p + auth.rest.n == whole.p + whole.n);
}

static void create(struct arena *arena, struct str text)
{
	struct webauthn_creation creation = { CLIENT("webauthn.create"), behind_hash(arena, text) };
	struct passkey passkey = { 0 };
	struct str challenge;

	if (webauthn_create(arena, &party, &creation, &passkey, &challenge) == OK)
		insist(passkey.credential_id.n && passkey.public_key.n == (passkey.algorithm == PASSKEY_ES256 ? 64 : 32));
}

/* The generator of P-256, and a key of Ed25519 that nobody has. */
static void verify(struct arena *arena, struct str text, uint8_t algorithm)
{
	static const struct str head = STR("\x05\0\0\0\1");
	static const struct str generator = STR(
		"\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45"
		"\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce"
		"\xcb\xb6\x40\x68\x37\xbf\x51\xf5");
	struct passkey passkey = {
		.algorithm = algorithm, .credential_id = STR("x"),
		.public_key = str_sub(generator, 0, algorithm == PASSKEY_ES256 ? 64 : 32),
	};
	struct webauthn_assertion assertion = { STR("x"), CLIENT("webauthn.get"), behind_hash(arena, head), text };
	struct str challenge;
	uint64_t counter;

	webauthn_verify(arena, &party, &passkey, &assertion, true, &challenge, &counter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new();
	struct str text = { (const char *)data + 1, n ? n - 1 : 0 };

	switch (n ? data[0] : 0) {
	case 'j': read_client(arena, text); break;
	case 'a': read_auth(arena, text); break;
	case 'c': create(arena, text); break;
	case 's': verify(arena, text, PASSKEY_ES256); break;
	case 'd': verify(arena, text, PASSKEY_EDDSA); break;
	default: break;
	}
	arena_free(arena);
	return 0;
}
