/*
 * The checks of WebAuthn that are ours to make, around libfido2, which reads the keys and verifies the signatures.
 */
#include "node/accounts/webauthn.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"
#include "storage/passkeys.h"

enum { HEAD_BYTES = SHA256_BYTES + 1 + 4, AAGUID_BYTES = 16, LENGTH_BYTES = 2, CHALLENGE_CHARS = 43 };
enum { ES256_BYTES = 64, EDDSA_BYTES = 32 };

static const struct {
	uint8_t algorithm;
	int cose;
	size_t bytes;
} algorithms[] = {
	{ PASSKEY_ES256, COSE_ES256, ES256_BYTES },
	{ PASSKEY_EDDSA, COSE_EDDSA, EDDSA_BYTES },
};
enum { ALGORITHM_COUNT = sizeof(algorithms) / sizeof(algorithms[0]) };

static void start_fido(void)
{
	fido_init(0);
}

static void need_fido(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start_fido);
}

/* --- us --------------------------------------------------------------------------------------------------------- */

static bool is_address(struct str host)
{
	char text[INET_ADDRSTRLEN];
	unsigned char bytes[4];

	if (!host.n || host.p[0] == '[')
		return true;
	if (host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return inet_pton(AF_INET, text, bytes) == 1;
}

int webauthn_party(const struct instance *instance, struct webauthn_party *ret_party)
{
	size_t at = str_find(instance->url, STR("://"));
	struct str rest = at == SIZE_MAX ? STR_NONE : str_sub(instance->url, at + 3, SIZE_MAX), host = str_cut(&rest, ':');
	bool secure = str_starts(instance->url, STR("https://"));

	if (is_address(host) || !(secure || str_eq(host, STR("localhost"))))
		return ERR_INVALID;
	*ret_party = (struct webauthn_party){ host, instance->url };
	return OK;
}

/* --- what the browser says -------------------------------------------------------------------------------------- */

int webauthn_read_client(struct arena *arena, const struct webauthn_party *party, enum webauthn_ceremony ceremony,
                         struct str client_data, struct str *ret_challenge)
{
	struct str type = ceremony == WEBAUTHN_CREATE ? STR("webauthn.create") : STR("webauthn.get"), challenge;
	json_t *data;

	if (client_data.n > WEBAUTHN_CLIENT_DATA_MAX || json_parse(arena, client_data, &data) != OK)
		return ERR_INVALID;
	challenge = json_member_str(data, "challenge");
	if (!str_eq(json_member_str(data, "type"), type) || challenge.n != CHALLENGE_CHARS)
		return ERR_INVALID;
	/* The browser writes the serialised origin: letters of the host are small on both sides. */
	if (!str_eq(json_member_str(data, "origin"), party->origin))
		return ERR_INVALID;
	if (json_member(data, "topOrigin") || (json_member(data, "crossOrigin") && !json_is_false(json_member(data, "crossOrigin"))))
		return ERR_INVALID;
	*ret_challenge = arena_str(arena, challenge);
	return OK;
}

static unsigned byte_at(struct str data, size_t at)
{
	return (uint8_t)data.p[at];
}

/* Behind the head: AAGUID, length and credential id, then the key. */
static int read_credential(struct webauthn_auth *auth)
{
	size_t n;

	if (auth->rest.n < AAGUID_BYTES + LENGTH_BYTES)
		return ERR_INVALID;
	n = byte_at(auth->rest, AAGUID_BYTES) << 8 | byte_at(auth->rest, AAGUID_BYTES + 1);
	auth->credential_id = str_sub(auth->rest, AAGUID_BYTES + LENGTH_BYTES, n);
	auth->rest = str_sub(auth->rest, AAGUID_BYTES + LENGTH_BYTES + n, SIZE_MAX);
	return n && n <= PASSKEY_CREDENTIAL_MAX && auth->credential_id.n == n && auth->rest.n ? OK : ERR_INVALID;
}

/* The head of a CBOR item (RFC 8949 section 3) with its argument; false: cut short, or of an indefinite length. */
static bool read_cbor_head(struct str *rest, unsigned *ret_major, uint64_t *ret_argument)
{
	unsigned head, n;

	if (!rest->n)
		return false;
	head = byte_at(*rest, 0);
	*ret_major = head >> 5;
	*ret_argument = head & 31;
	n = *ret_argument < 24 ? 0 : 1u << (*ret_argument - 24);
	if (*ret_argument > 27 || rest->n < 1 + n)
		return false;
	if (n)
		*ret_argument = 0;
	for (unsigned i = 1; i <= n; i++)
		*ret_argument = *ret_argument << 8 | byte_at(*rest, i);
	*rest = str_sub(*rest, 1 + n, SIZE_MAX);
	return true;
}

/* Is this so many CBOR items, and nothing else? The libraries below take room for as many as an item says it holds, before they
 * look whether they are there; here it cannot say more than it has bytes. */
static bool is_cbor(struct str data, uint64_t items)
{
	enum { BYTES = 2, TEXT, ARRAY, MAP, TAG };

	while (items > 0) {
		unsigned major;
		uint64_t argument;

		if (!read_cbor_head(&data, &major, &argument) || (major >= BYTES && major <= MAP && argument > data.n))
			return false;
		items--;
		if (major == BYTES || major == TEXT)
			data = str_sub(data, argument, SIZE_MAX);
		else if (major == ARRAY || major == MAP)
			items += major == MAP ? 2 * argument : argument;
		else if (major == TAG)
			items++;
		if (items > data.n)
			return false;
	}
	return data.n == 0;
}

int webauthn_read_auth(const struct webauthn_party *party, struct str data, struct webauthn_auth *ret_auth)
{
	uint8_t hash[SHA256_BYTES];
	struct webauthn_auth auth = { 0 };

	if (data.n < HEAD_BYTES || data.n > WEBAUTHN_AUTH_DATA_MAX)
		return ERR_INVALID;
	hash_sha256(party->id, hash);
	if (!hash_equal(str_sub(data, 0, SHA256_BYTES), (struct str){ (const char *)hash, sizeof(hash) }))
		return ERR_INVALID;
	auth.flags = (uint8_t)byte_at(data, SHA256_BYTES);
	for (size_t i = SHA256_BYTES + 1; i < HEAD_BYTES; i++)
		auth.counter = auth.counter << 8 | byte_at(data, i);
	auth.rest = str_sub(data, HEAD_BYTES, SIZE_MAX);
	/* What cannot be synced is not. */
	if ((auth.flags & WEBAUTHN_SYNCED) && !(auth.flags & WEBAUTHN_SYNCABLE))
		return ERR_INVALID;
	if ((auth.flags & WEBAUTHN_CREDENTIAL) && read_credential(&auth) != OK)
		return ERR_INVALID;
	if (!is_cbor(auth.rest, ((auth.flags & WEBAUTHN_CREDENTIAL) != 0) + ((auth.flags & WEBAUTHN_EXTENSIONS) != 0)))
		return ERR_INVALID;
	*ret_auth = auth;
	return OK;
}

/* --- a new key -------------------------------------------------------------------------------------------------- */

static const unsigned char *bytes_of(struct str text)
{
	return (const unsigned char *)text.p;
}

/* Reads the key as one of that algorithm; false: it is none. */
static bool read_key(struct arena *arena, struct str auth_data, int cose, size_t bytes, struct str *ret_key)
{
	fido_cred_t *cred = fido_cred_new();
	bool good;

	if (!cred)
		abort();
	good = fido_cred_set_type(cred, cose) == FIDO_OK &&
	       fido_cred_set_authdata_raw(cred, bytes_of(auth_data), auth_data.n) == FIDO_OK &&
	       fido_cred_pubkey_len(cred) == bytes && fido_cred_pubkey_ptr(cred);
	if (good)
		*ret_key = arena_str(arena, (struct str){ (const char *)fido_cred_pubkey_ptr(cred), bytes });
	fido_cred_free(&cred);
	return good;
}

/* Is it a key at all? A point beside its curve could be stored and would never verify. */
static bool is_key(const struct passkey *passkey)
{
	es256_pk_t *es256 = es256_pk_new();
	eddsa_pk_t *eddsa = eddsa_pk_new();
	bool good;

	if (!es256 || !eddsa)
		abort();
	good = passkey->algorithm == PASSKEY_ES256
	               ? es256_pk_from_ptr(es256, passkey->public_key.p, passkey->public_key.n) == FIDO_OK
	               : eddsa_pk_from_ptr(eddsa, passkey->public_key.p, passkey->public_key.n) == FIDO_OK;
	es256_pk_free(&es256);
	eddsa_pk_free(&eddsa);
	return good;
}

int webauthn_create(struct arena *arena, const struct webauthn_party *party, const struct webauthn_creation *creation,
                    struct passkey *ret_passkey, struct str *ret_challenge)
{
	struct webauthn_auth auth;
	struct str key = STR_NONE;
	int err = webauthn_read_client(arena, party, WEBAUTHN_CREATE, creation->client_data, ret_challenge);

	if (err == OK)
		err = webauthn_read_auth(party, creation->auth_data, &auth);
	if (err != OK)
		return err;
	if (!(auth.flags & WEBAUTHN_PRESENT) || !(auth.flags & WEBAUTHN_CREDENTIAL))
		return ERR_INVALID;
	need_fido();
	for (size_t i = 0; i < ALGORITHM_COUNT && !key.n; i++) {
		ret_passkey->algorithm = algorithms[i].algorithm;
		if (!read_key(arena, creation->auth_data, algorithms[i].cose, algorithms[i].bytes, &key))
			key = STR_NONE;
	}
	ret_passkey->public_key = key;
	ret_passkey->credential_id = arena_str(arena, auth.credential_id);
	ret_passkey->counter = auth.counter;
	ret_passkey->synced = auth.flags & WEBAUTHN_SYNCABLE;
	return key.n && is_key(ret_passkey) ? OK : ERR_INVALID;
}

/* --- a signature ------------------------------------------------------------------------------------------------ */

static bool verify_by(const fido_assert_t *assert, const struct passkey *passkey)
{
	es256_pk_t *es256 = es256_pk_new();
	eddsa_pk_t *eddsa = eddsa_pk_new();
	bool good = false;

	if (!es256 || !eddsa)
		abort();
	if (passkey->algorithm == PASSKEY_ES256)
		good = es256_pk_from_ptr(es256, passkey->public_key.p, passkey->public_key.n) == FIDO_OK &&
		       fido_assert_verify(assert, 0, COSE_ES256, es256) == FIDO_OK;
	else if (passkey->algorithm == PASSKEY_EDDSA)
		good = eddsa_pk_from_ptr(eddsa, passkey->public_key.p, passkey->public_key.n) == FIDO_OK &&
		       fido_assert_verify(assert, 0, COSE_EDDSA, eddsa) == FIDO_OK;
	es256_pk_free(&es256);
	eddsa_pk_free(&eddsa);
	return good;
}

static bool is_signed(struct arena *arena, const struct webauthn_party *party, const struct passkey *passkey,
                      const struct webauthn_assertion *assertion, bool verified)
{
	uint8_t hash[SHA256_BYTES];
	fido_assert_t *assert = fido_assert_new();
	bool good;

	if (!assert)
		abort();
	hash_sha256(assertion->client_data, hash);
	good = fido_assert_set_clientdata_hash(assert, hash, sizeof(hash)) == FIDO_OK &&
	       fido_assert_set_rp(assert, arena_cstr(arena, party->id)) == FIDO_OK &&
	       fido_assert_set_count(assert, 1) == FIDO_OK &&
	       fido_assert_set_authdata_raw(assert, 0, bytes_of(assertion->auth_data), assertion->auth_data.n) == FIDO_OK &&
	       fido_assert_set_up(assert, FIDO_OPT_TRUE) == FIDO_OK &&
	       fido_assert_set_uv(assert, verified ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) == FIDO_OK &&
	       fido_assert_set_sig(assert, 0, bytes_of(assertion->signature), assertion->signature.n) == FIDO_OK &&
	       verify_by(assert, passkey);
	fido_assert_free(&assert);
	return good;
}

int webauthn_verify(struct arena *arena, const struct webauthn_party *party, const struct passkey *passkey,
                    const struct webauthn_assertion *assertion, bool verified, struct str *ret_challenge,
                    uint64_t *ret_counter)
{
	struct webauthn_auth auth;
	int err = webauthn_read_client(arena, party, WEBAUTHN_GET, assertion->client_data, ret_challenge);

	if (err == OK)
		err = webauthn_read_auth(party, assertion->auth_data, &auth);
	if (err != OK)
		return err;
	if (!str_eq(assertion->credential_id, passkey->credential_id) || !assertion->signature.n ||
	    assertion->signature.n > WEBAUTHN_SIGNATURE_MAX)
		return ERR_INVALID;
	if (!(auth.flags & WEBAUTHN_PRESENT) || (verified && !(auth.flags & WEBAUTHN_VERIFIED)))
		return ERR_INVALID;
	need_fido();
	if (!is_signed(arena, party, passkey, assertion, verified))
		return ERR_INVALID;
	*ret_counter = auth.counter;
	return OK;
}

bool webauthn_counter_fits(const struct passkey *passkey, uint64_t counter)
{
	return (!counter && !passkey->counter) || counter > passkey->counter;
}
