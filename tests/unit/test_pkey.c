/* Keys: which are read, which are refused, and that the cache gives the same key again. */
#include "federation/pkey.h"

#include <pthread.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "tests/unit/tap.h"
#include "tests/unit/vectors_signature.h"

static void test_parse(struct arena *arena)
{
	struct buf big;
	struct pkey *key;

	is_int(pkey_parse_public(arena, str_of(rsa_public), &key), OK, "an RSA key in SubjectPublicKeyInfo is read");
	is_int(pkey_type(key), PKEY_RSA, "and is an RSA key");
	is_int(pkey_parse_public(arena, str_of(rsa_public_pkcs1), &key), OK, "an RSA key in PKCS #1 is read");
	is_int(pkey_parse_public(arena, str_of(ed25519_public), &key), OK, "an Ed25519 key is read");
	is_int(pkey_type(key), PKEY_ED25519, "and is an Ed25519 key");
	is_int(pkey_parse_private(arena, str_of(rsa_private), &key), OK, "a private RSA key in PKCS #8 is read");
	is_int(pkey_parse_private(arena, str_of(rsa_private_pkcs1), &key), OK, "a private RSA key in PKCS #1 is read");
	is_int(pkey_parse_private(arena, str_of(ed25519_private), &key), OK, "a private Ed25519 key is read");
	is_int(pkey_parse_public(arena, str_of(rsa_weak_public), &key), ERR_INVALID, "1024 bits are too few");
	is_int(pkey_parse_public(arena, str_of(ec_public), &key), ERR_INVALID, "an elliptic curve key is refused");
	is_int(pkey_parse_public(arena, str_of(rsa_private), &key), ERR_INVALID, "a private key is no public key");
	is_int(pkey_parse_private(arena, str_of(rsa_public), &key), ERR_INVALID, "a public key is no private key");
	is_int(pkey_parse_private(arena, str_of(rsa_private_locked), &key), ERR_INVALID, "an encrypted key asks for nothing");
	is_int(pkey_parse_public(arena, STR_NONE, &key), ERR_INVALID, "nothing is no key");
	is_int(pkey_parse_public(arena, STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), &key), ERR_INVALID,
	       "rubbish in PEM is no key");
	buf_init(&big, arena, 0);
	buf_add(&big, str_of(rsa_public));
	while (big.n <= PKEY_PEM_MAX)
		buf_add_char(&big, '\n');
	is_int(pkey_parse_public(arena, buf_str(&big), &key), ERR_INVALID, "a PEM without bounds is refused");
}

static void test_sign(struct arena *arena)
{
	struct str private_pem, public_pem, signature;
	struct pkey *secret, *open;

	is_int(pkey_generate_rsa2048(arena, &private_pem, &public_pem), OK, "a pair is made");
	is_int(pkey_parse_private(arena, private_pem, &secret), OK, "its private half is read");
	is_int(pkey_parse_public(arena, public_pem, &open), OK, "its public half is read");
	is_int(pkey_sign(arena, secret, STR("text"), &signature), OK, "the private half signs");
	ok(pkey_verify(open, PKEY_SHA256, STR("text"), signature), "the public half verifies");
	ok(!pkey_verify(open, PKEY_SHA256, STR("texT"), signature), "but not another text");
	ok(!pkey_verify(open, PKEY_SHA512, STR("text"), signature), "nor another hash");
	ok(!pkey_verify(open, PKEY_SHA256, STR("text"), str_sub(signature, 1, SIZE_MAX)), "nor a part of the signature");
	ok(!pkey_verify(open, PKEY_SHA256, STR("text"), STR_NONE), "nor no signature");
	is_int(pkey_sign(arena, open, STR("text"), &signature), ERR_INVALID, "a public key does not sign");
}

static void test_cache(struct arena *arena)
{
	struct key_cache *cache = key_cache_new(2);
	struct arena *other = arena_new();
	struct pkey *first, *key;
	bool forgotten = false;

	is_int(key_cache_public(cache, arena, STR("a#k"), str_of(rsa_public), &first), OK, "a key enters the cache");
	is_int(key_cache_public(cache, other, STR("a#k"), str_of(rsa_public), &key), OK, "and is found there");
	ok(key == first, "being the same one");
	is_int(key_cache_public(cache, other, STR("a#k"), str_of(ed25519_public), &key), OK, "a new PEM under the same id");
	ok(key != first && pkey_type(key) == PKEY_ED25519, "is a new key");
	is_int(key_cache_private(cache, other, STR("a#k"), str_of(rsa_public), &key), ERR_INVALID,
	       "a public key is not found as a private one");
	is_int(key_cache_public(cache, other, STR("b#k"), STR("rubbish"), &key), ERR_INVALID, "rubbish does not enter");
	for (int i = 0; i < 100; i++) {
		struct str id = arena_printf(other, "https://a.example/u/%d#main-key", i);

		forgotten = forgotten || key_cache_public(cache, other, id, str_of(ed25519_public), &key) != OK;
		forgotten = forgotten || key_cache_public(cache, other, id, str_of(ed25519_public), &key) != OK;
	}
	ok(!forgotten, "many keys pass through a small cache");
	arena_free(other);
	key_cache_free(cache);
	is_int(pkey_type(first), PKEY_RSA, "a key outlives the cache as long as its arena");
}

static void *use_cache(void *context)
{
	struct key_cache *cache = context;
	struct arena *arena = arena_new();
	struct str bytes;
	long bad = 0;

	base64_decode(arena, str_of(post_ed25519), &bytes);
	for (int i = 0; i < 400; i++) {
		struct arena *turn = arena_new();
		struct pkey *key;

		bad += key_cache_public(cache, turn, arena_printf(turn, "k%d", i % 7), str_of(ed25519_public), &key) != OK;
		bad += pkey_verify(key, PKEY_SHA256, STR("x"), bytes);
		arena_free(turn);
	}
	arena_free(arena);
	return (void *)bad;
}

static void test_threads(void)
{
	struct key_cache *cache = key_cache_new(3);
	pthread_t threads[4];
	long bad = 0;
	void *result;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, use_cache, cache);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		bad += (long)result;
	}
	is_int(bad, 0, "four threads share a cache smaller than what they need");
	key_cache_free(cache);
}

int main(void)
{
	struct arena *arena = arena_new();

	test_parse(arena);
	test_sign(arena);
	test_cache(arena);
	test_threads();
	arena_free(arena);
	return done();
}
