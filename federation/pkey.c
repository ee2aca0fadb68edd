/*
 * Keys over OpenSSL's EVP_PKEY, and the cache that spares us the parsing.
 *
 * The cache is a hash table over a fixed array of slots. When all are taken, a hand goes round (the clock
 * algorithm): a slot used since its last visit is passed over once, the first other one is emptied.
 */
#include "federation/pkey.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "federation/multikey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

struct pkey {
	EVP_PKEY *pkey;
	enum pkey_type type;
	atomic_uint users;
};

struct slot {
	uint8_t name[SHA256_BYTES]; /* of form, key id and text */
	struct pkey *key;
	uint32_t next;              /* in the chain of the bucket; 0 ends it, else index + 1 */
	bool used;                  /* since the hand passed last */
};

struct key_cache {
	pthread_mutex_t lock;
	uint8_t secret[SHA256_BYTES]; /* strangers cannot choose which bucket their key falls into */
	size_t capacity, count;
	size_t hand;
	uint32_t *buckets;            /* `capacity` heads of chains, as slot.next */
	struct slot *slots;
};

typedef EVP_PKEY *der_reader(const unsigned char *der, long n, const char *label);

static EVP_PKEY *read_public(const unsigned char *der, long n, const char *label)
{
	if (strcmp(label, PEM_STRING_PUBLIC) == 0)
		return d2i_PUBKEY(NULL, &der, n);
	if (strcmp(label, PEM_STRING_RSA_PUBLIC) == 0)
		return d2i_PublicKey(EVP_PKEY_RSA, NULL, &der, n);
	return NULL;
}

static EVP_PKEY *read_private(const unsigned char *der, long n, const char *label)
{
	if (strcmp(label, PEM_STRING_PKCS8INF) && strcmp(label, PEM_STRING_RSA))
		return NULL;
	return d2i_AutoPrivateKey(NULL, &der, n);
}

/* The first block of the PEM text through `read`; never asks for a password. */
static EVP_PKEY *pem_read(struct str pem, der_reader *read)
{
	EVP_PKEY *pkey = NULL;
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	BIO *bio;

	if (pem.n == 0 || pem.n > PKEY_PEM_MAX)
		return NULL;
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio)
		abort();
	if (PEM_read_bio(bio, &label, &header, &der, &n) == 1 && header[0] == '\0')
		pkey = read(der, n, label);
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_clear_free(der, (size_t)n);
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

/* The texts a key is read from. The letters keep them apart in the cache. */
enum form { FORM_PUBLIC_PEM = 'p', FORM_PRIVATE_PEM = 's', FORM_MULTIKEY = 'm' };

static EVP_PKEY *text_read(struct arena *arena, struct str text, enum form form)
{
	struct str raw;

	if (form == FORM_PUBLIC_PEM)
		return pem_read(text, read_public);
	if (form == FORM_PRIVATE_PEM)
		return pem_read(text, read_private);
	if (multikey_decode(arena, MULTIKEY_ED25519_PUBLIC, text, &raw))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)raw.p, raw.n);
}

static bool pkey_acceptable(const EVP_PKEY *pkey, enum pkey_type *ret_type)
{
	int bits = EVP_PKEY_get_bits(pkey);

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_RSA:
		*ret_type = PKEY_RSA;
		return bits >= PKEY_RSA_BITS_MIN && bits <= PKEY_RSA_BITS_MAX;
	case EVP_PKEY_ED25519:
		*ret_type = PKEY_ED25519;
		return true;
	default:
		return false;
	}
}

/* A key with one user, or NULL. Takes `pkey` over, which may be NULL. */
static struct pkey *pkey_new(EVP_PKEY *pkey)
{
	enum pkey_type type;
	struct pkey *key;

	if (!pkey || !pkey_acceptable(pkey, &type)) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return NULL;
	}
	key = malloc(sizeof(*key));
	if (!key)
		abort();
	key->pkey = pkey;
	key->type = type;
	atomic_init(&key->users, 1);
	return key;
}

static void pkey_release(void *object)
{
	struct pkey *key = object;

	if (atomic_fetch_sub(&key->users, 1) > 1)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* Takes `pkey` over, which may be NULL. */
static int pkey_give(struct arena *arena, EVP_PKEY *pkey, struct pkey **ret_key)
{
	struct pkey *key = pkey_new(pkey);

	if (!key)
		return ERR_INVALID;
	arena_defer(arena, pkey_release, key);
	*ret_key = key;
	return OK;
}

int pkey_parse_public(struct arena *arena, struct str pem, struct pkey **ret_key)
{
	return pkey_give(arena, text_read(arena, pem, FORM_PUBLIC_PEM), ret_key);
}

int pkey_parse_private(struct arena *arena, struct str pem, struct pkey **ret_key)
{
	return pkey_give(arena, text_read(arena, pem, FORM_PRIVATE_PEM), ret_key);
}

int pkey_parse_multikey(struct arena *arena, struct str multibase, struct pkey **ret_key)
{
	return pkey_give(arena, text_read(arena, multibase, FORM_MULTIKEY), ret_key);
}

int pkey_from_ed25519_public(struct arena *arena, struct str raw, struct pkey **ret_key)
{
	const unsigned char *p = (const unsigned char *)raw.p;

	return pkey_give(arena, EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, p, raw.n), ret_key);
}

int pkey_from_ed25519_seed(struct arena *arena, struct str seed, struct pkey **ret_key)
{
	const unsigned char *p = (const unsigned char *)seed.p;

	return pkey_give(arena, EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, p, seed.n), ret_key);
}

void pkey_hold(struct arena *arena, struct pkey *key)
{
	atomic_fetch_add(&key->users, 1);
	arena_defer(arena, pkey_release, key);
}

enum pkey_type pkey_type(const struct pkey *key)
{
	return key->type;
}

/* The caller knows that it is one. */
static struct str raw_public(struct arena *arena, EVP_PKEY *pkey)
{
	size_t n = MULTIKEY_ED25519_BYTES;
	unsigned char *raw = arena_alloc(arena, n);

	if (EVP_PKEY_get_raw_public_key(pkey, raw, &n) != 1)
		abort();
	return (struct str){ (const char *)raw, n };
}

int pkey_ed25519_public(struct arena *arena, const struct pkey *key, struct str *ret_raw)
{
	if (key->type != PKEY_ED25519)
		return ERR_INVALID;
	*ret_raw = raw_public(arena, key->pkey);
	return OK;
}

static const EVP_MD *digest_of(const struct pkey *key, enum pkey_hash hash)
{
	if (key->type == PKEY_ED25519)
		return NULL;
	return hash == PKEY_SHA256 ? EVP_sha256() : EVP_sha512();
}

/* `ctx` belongs to the operation that was begun. */
static bool set_padding(const struct pkey *key, enum pkey_hash hash, EVP_PKEY_CTX *ctx)
{
	if (key->type != PKEY_RSA || hash != PKEY_PSS_SHA512)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha512()) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool pkey_verify(const struct pkey *key, enum pkey_hash hash, struct str data, struct str signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *operation; /* of ctx */
	bool good;

	if (!ctx)
		abort();
	good = EVP_DigestVerifyInit(ctx, &operation, digest_of(key, hash), NULL, key->pkey) == 1 &&
	       set_padding(key, hash, operation) &&
	       EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
	                        (const unsigned char *)data.p, data.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good)
		ERR_clear_error();
	return good;
}

int pkey_sign(struct arena *arena, const struct pkey *key, struct str data, struct str *ret_signature)
{
	size_t n = (size_t)EVP_PKEY_get_size(key->pkey);
	unsigned char *out = arena_alloc(arena, n);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	if (!ctx)
		abort();
	good = EVP_DigestSignInit(ctx, NULL, digest_of(key, PKEY_SHA256), NULL, key->pkey) == 1 &&
	       EVP_DigestSign(ctx, out, &n, (const unsigned char *)data.p, data.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good) {
		ERR_clear_error();
		return ERR_INVALID;
	}
	*ret_signature = (struct str){ (const char *)out, n };
	return OK;
}

static struct str bio_text(struct arena *arena, BIO *bio)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);

	return arena_str(arena, (struct str){ p, (size_t)n });
}

int pkey_generate_rsa2048(struct arena *arena, struct str *ret_private_pem, struct str *ret_public_pem)
{
	EVP_PKEY *pkey = EVP_RSA_gen(PKEY_RSA_BITS_MIN);
	BIO *secret = BIO_new(BIO_s_secmem()), *open = BIO_new(BIO_s_mem());
	int err = ERR_INVALID;

	if (!secret || !open)
		abort();
	if (pkey && PEM_write_bio_PKCS8PrivateKey(secret, pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
	    PEM_write_bio_PUBKEY(open, pkey) == 1) {
		*ret_private_pem = bio_text(arena, secret);
		*ret_public_pem = bio_text(arena, open);
		err = OK;
	}
	BIO_free(secret);
	BIO_free(open);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return err;
}

int pkey_generate_ed25519(struct arena *arena, struct str *ret_private_pem, struct str *ret_public_multibase)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *secret = BIO_new(BIO_s_secmem());
	int err = ERR_INVALID;

	if (!secret)
		abort();
	if (pkey && PEM_write_bio_PKCS8PrivateKey(secret, pkey, NULL, NULL, 0, NULL, NULL) == 1) {
		*ret_private_pem = bio_text(arena, secret);
		*ret_public_multibase = multikey_encode(arena, MULTIKEY_ED25519_PUBLIC, raw_public(arena, pkey));
		err = OK;
	}
	BIO_free(secret);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return err;
}

struct key_cache *key_cache_new(size_t capacity)
{
	struct key_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		abort();
	cache->capacity = capacity ? capacity : 1;
	cache->buckets = calloc(cache->capacity, sizeof(*cache->buckets));
	cache->slots = calloc(cache->capacity, sizeof(*cache->slots));
	if (!cache->buckets || !cache->slots)
		abort();
	hash_random(cache->secret, sizeof(cache->secret));
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void key_cache_free(struct key_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->count; i++)
		pkey_release(cache->slots[i].key);
	pthread_mutex_destroy(&cache->lock);
	free(cache->buckets);
	free(cache->slots);
	free(cache);
}

static uint32_t *bucket_of(const struct key_cache *cache, const uint8_t name[SHA256_BYTES])
{
	uint64_t n;

	memcpy(&n, name, sizeof(n));
	return &cache->buckets[n % cache->capacity];
}

/* Under the lock. The key and one more user of it, or NULL. */
static struct pkey *cache_find(struct key_cache *cache, const uint8_t name[SHA256_BYTES])
{
	for (uint32_t at = *bucket_of(cache, name); at; at = cache->slots[at - 1].next) {
		struct slot *slot = &cache->slots[at - 1];

		if (memcmp(slot->name, name, SHA256_BYTES))
			continue;
		slot->used = true;
		atomic_fetch_add(&slot->key->users, 1);
		return slot->key;
	}
	return NULL;
}

/* Under the lock. An empty slot, in no chain. */
static struct slot *cache_make_room(struct key_cache *cache)
{
	struct slot *slot;
	uint32_t *link;

	if (cache->count < cache->capacity)
		return &cache->slots[cache->count++];
	while (cache->slots[cache->hand].used) {
		cache->slots[cache->hand].used = false;
		cache->hand = (cache->hand + 1) % cache->capacity;
	}
	slot = &cache->slots[cache->hand];
	for (link = bucket_of(cache, slot->name); *link != cache->hand + 1; link = &cache->slots[*link - 1].next)
		;
	*link = slot->next;
	cache->hand = (cache->hand + 1) % cache->capacity;
	pkey_release(slot->key);
	return slot;
}

/* Under the lock. Takes one user of `key` over. */
static void cache_insert(struct key_cache *cache, const uint8_t name[SHA256_BYTES], struct pkey *key)
{
	struct slot *slot = cache_make_room(cache);
	uint32_t *bucket = bucket_of(cache, name);

	memcpy(slot->name, name, SHA256_BYTES);
	slot->key = key;
	slot->used = false;
	slot->next = *bucket;
	*bucket = (uint32_t)(slot - cache->slots) + 1;
}

static int cache_get(struct key_cache *cache, struct arena *arena, struct str key_id, struct str text,
                     enum form form, struct pkey **ret_key)
{
	struct str whole = arena_printf(arena, "%c%.*s\n%.*s", (char)form, STR_ARG(key_id), STR_ARG(text));
	uint8_t name[SHA256_BYTES];
	struct pkey *key, *rival;

	hash_hmac_sha256((struct str){ (const char *)cache->secret, SHA256_BYTES }, whole, name);
	pthread_mutex_lock(&cache->lock);
	key = cache_find(cache, name);
	pthread_mutex_unlock(&cache->lock);
	if (!key) {
		key = pkey_new(text_read(arena, text, form));
		if (!key)
			return ERR_INVALID;
		pthread_mutex_lock(&cache->lock);
		rival = cache_find(cache, name);
		if (!rival) {
			atomic_fetch_add(&key->users, 1);
			cache_insert(cache, name, key);
		}
		pthread_mutex_unlock(&cache->lock);
		if (rival) {
			pkey_release(key);
			key = rival;
		}
	}
	arena_defer(arena, pkey_release, key);
	*ret_key = key;
	return OK;
}

int key_cache_public(struct key_cache *cache, struct arena *arena, struct str key_id, struct str pem,
                     struct pkey **ret_key)
{
	return cache_get(cache, arena, key_id, pem, FORM_PUBLIC_PEM, ret_key);
}

int key_cache_private(struct key_cache *cache, struct arena *arena, struct str key_id, struct str pem,
                      struct pkey **ret_key)
{
	return cache_get(cache, arena, key_id, pem, FORM_PRIVATE_PEM, ret_key);
}

int key_cache_multikey(struct key_cache *cache, struct arena *arena, struct str key_id, struct str multibase,
                       struct pkey **ret_key)
{
	return cache_get(cache, arena, key_id, multibase, FORM_MULTIKEY, ret_key);
}
