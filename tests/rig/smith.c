/*
 * Tokens by OpenSSL alone, so that libcjose is not asked about what it made itself.
 */
#include "tests/rig/smith.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { EC_HALF_BYTES = 32, BYTES_MAX = 1024 };

struct smith {
	EVP_PKEY *keys[SMITH_KEYS];
};

static void must(bool good)
{
	if (!good)
		abort();
}

struct smith *smith_new(unsigned keys)
{
	struct smith *smith = calloc(1, sizeof(*smith));

	must(smith != NULL);
	for (unsigned i = 0; i < SMITH_KEYS; i++) {
		if (!(keys & (1U << i)))
			continue;
		if (i == SMITH_EC || i == SMITH_EC_384)
			smith->keys[i] = EVP_EC_gen(i == SMITH_EC ? "P-256" : "P-384");
		else
			smith->keys[i] = EVP_RSA_gen(i == SMITH_RSA_SHORT ? 1024U : 2048U);
		must(smith->keys[i] != NULL);
	}
	return smith;
}

void smith_free(struct smith *smith)
{
	for (unsigned i = 0; i < SMITH_KEYS; i++)
		EVP_PKEY_free(smith->keys[i]);
	free(smith);
}

static struct str number(struct arena *arena, const EVP_PKEY *key, const char *name, int bytes)
{
	unsigned char *out = arena_alloc(arena, BYTES_MAX);
	BIGNUM *value = NULL;

	must(EVP_PKEY_get_bn_param(key, name, &value) == 1);
	if (!bytes)
		bytes = BN_num_bytes(value);
	must(BN_bn2binpad(value, out, bytes) == bytes);
	BN_free(value);
	return base64url_encode(arena, (struct str){ (const char *)out, (size_t)bytes });
}

struct str smith_public(struct arena *arena, const struct smith *smith, enum smith_key key)
{
	const EVP_PKEY *pkey = smith->keys[key];
	int half = key == SMITH_EC ? EC_HALF_BYTES : 48;

	if (key != SMITH_EC && key != SMITH_EC_384)
		return arena_printf(arena, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"",
		                    number(arena, pkey, OSSL_PKEY_PARAM_RSA_N, 0).p,
		                    number(arena, pkey, OSSL_PKEY_PARAM_RSA_E, 0).p);
	return arena_printf(arena, "\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"",
	                    key == SMITH_EC ? "P-256" : "P-384", number(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_X, half).p,
	                    number(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, half).p);
}

/* From DER to the two halves that a token has. */
static struct str raw_halves(struct arena *arena, const unsigned char *der, size_t n)
{
	unsigned char *out = arena_alloc(arena, (size_t)2 * EC_HALF_BYTES);
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);

	must(sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, EC_HALF_BYTES) == EC_HALF_BYTES &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + EC_HALF_BYTES, EC_HALF_BYTES) == EC_HALF_BYTES);
	ECDSA_SIG_free(sig);
	return (struct str){ (const char *)out, (size_t)2 * EC_HALF_BYTES };
}

static struct str sign(struct arena *arena, EVP_PKEY *key, const char *way, struct str text)
{
	unsigned char *out = arena_alloc(arena, BYTES_MAX);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context;
	size_t n = BYTES_MAX;

	must(digest && EVP_DigestSignInit(digest, &context, EVP_sha256(), NULL, key) == 1);
	if (way[0] == 'P')
		must(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
	must(EVP_DigestSign(digest, out, &n, (const unsigned char *)text.p, text.n) == 1);
	EVP_MD_CTX_free(digest);
	return way[0] == 'E' ? raw_halves(arena, out, n) : (struct str){ (const char *)out, n };
}

struct str smith_sign(struct arena *arena, const struct smith *smith, enum smith_key key, const char *way,
                      struct str secret, struct str header, struct str payload)
{
	struct str text = arena_printf(arena, "%s.%s", base64url_encode(arena, header).p, base64url_encode(arena, payload).p);
	uint8_t *mac = arena_alloc(arena, SHA256_BYTES);
	struct str signature = STR_NONE;

	if (way[0] == 'H') {
		hash_hmac_sha256(secret, text, mac);
		signature = (struct str){ (const char *)mac, SHA256_BYTES };
	} else if (way[0] != 'n') {
		signature = sign(arena, smith->keys[key], way, text);
	}
	return arena_printf(arena, "%s.%.*s", text.p, STR_ARG(base64url_encode(arena, signature)));
}
