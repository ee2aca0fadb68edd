/*
 * Web Push messages and VAPID over OpenSSL. Keys are made from their bytes for each use: a message is rare beside what
 * it costs to send it.
 */
#include "federation/webpush.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"

enum { SECRET_BYTES = 32, KEY_BYTES = 16, NONCE_BYTES = 12, TAG_BYTES = 16, RECORD_BYTES = 4096, HALF_BYTES = 32 };

static const char curve[] = "prime256v1";

static void insist(bool good)
{
	if (!good)
		abort();
}

static struct str bytes_of(const void *bytes, size_t n)
{
	return (struct str){ bytes, n };
}

void webpush_generate(struct webpush_pair *ret_pair)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
	BIGNUM *scalar = NULL;
	size_t n = 0;

	insist(pkey && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1);
	insist(BN_bn2binpad(scalar, ret_pair->private_key, WEBPUSH_PRIVATE_BYTES) == WEBPUSH_PRIVATE_BYTES);
	insist(EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, ret_pair->public_key, WEBPUSH_PUBLIC_BYTES,
	                                       &n) == 1 && n == WEBPUSH_PUBLIC_BYTES);
	BN_clear_free(scalar);
	EVP_PKEY_free(pkey);
}

/* A key from its bytes; `scalar` NULL: the public half alone. NULL: they are none. */
static EVP_PKEY *key_of(const uint8_t *scalar, struct str point)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *number = scalar ? BN_bin2bn(scalar, WEBPUSH_PRIVATE_BYTES, NULL) : NULL;
	int selection = scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	insist(builder && context && (number || !scalar));
	insist(OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1);
	insist(OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n) == 1);
	if (number)
		insist(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
	params = OSSL_PARAM_BLD_to_param(builder);
	insist(params && EVP_PKEY_fromdata_init(context) == 1);
	if (EVP_PKEY_fromdata(context, &pkey, selection, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	BN_clear_free(number);
	return pkey;
}

bool webpush_public_valid(struct str public_key)
{
	EVP_PKEY_CTX *context;
	EVP_PKEY *pkey;
	bool valid;

	if (public_key.n != WEBPUSH_PUBLIC_BYTES || public_key.p[0] != 4)
		return false;
	pkey = key_of(NULL, public_key);
	if (!pkey)
		return false;
	context = EVP_PKEY_CTX_new(pkey, NULL);
	insist(context);
	valid = EVP_PKEY_public_check(context) == 1;
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(pkey);
	return valid;
}

/* What both sides know once each has the other's public half. */
static int agree(const struct webpush_pair *pair, struct str public_key, uint8_t out[SECRET_BYTES])
{
	EVP_PKEY *ours = key_of(pair->private_key, bytes_of(pair->public_key, WEBPUSH_PUBLIC_BYTES));
	EVP_PKEY *theirs = webpush_public_valid(public_key) ? key_of(NULL, public_key) : NULL;
	EVP_PKEY_CTX *context = ours && theirs ? EVP_PKEY_CTX_new(ours, NULL) : NULL;
	size_t n = SECRET_BYTES;
	int r = ERR_INVALID;

	if (context && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, theirs) == 1 &&
	    EVP_PKEY_derive(context, out, &n) == 1 && n == SECRET_BYTES)
		r = OK;
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(theirs);
	return r;
}

/* --- keys of one message ---------------------------------------------------------------------------------------- */

/* HKDF (RFC 5869) with SHA-256, for up to 32 bytes. */
static void derive(struct arena *arena, struct str salt, struct str secret, struct str info, uint8_t *out, size_t n)
{
	uint8_t key[SHA256_BYTES], block[SHA256_BYTES];
	struct buf buf;

	hash_hmac_sha256(salt, secret, key);
	buf_init(&buf, arena, 0);
	buf_add(&buf, info);
	buf_add_char(&buf, 1);
	hash_hmac_sha256(bytes_of(key, sizeof(key)), buf_str(&buf), block);
	memcpy(out, block, n);
}

struct message_keys {
	uint8_t key[KEY_BYTES], nonce[NONCE_BYTES];
};

/* RFC 8291 section 3.4. */
static void standard_keys(struct arena *arena, const struct webpush_receiver *receiver, struct str public_key,
                          struct str secret, struct str salt, struct message_keys *ret_keys)
{
	uint8_t ikm[SECRET_BYTES];
	struct buf info;

	buf_init(&info, arena, 0);
	buf_add(&info, bytes_of("WebPush: info", sizeof("WebPush: info")));  /* the zero at the end belongs to it */
	buf_add(&info, receiver->public_key);
	buf_add(&info, public_key);
	derive(arena, receiver->auth, secret, buf_str(&info), ikm, sizeof(ikm));
	derive(arena, salt, bytes_of(ikm, sizeof(ikm)),
	       bytes_of("Content-Encoding: aes128gcm", sizeof("Content-Encoding: aes128gcm")), ret_keys->key, KEY_BYTES);
	derive(arena, salt, bytes_of(ikm, sizeof(ikm)),
	       bytes_of("Content-Encoding: nonce", sizeof("Content-Encoding: nonce")), ret_keys->nonce, NONCE_BYTES);
}

static struct str draft_info(struct arena *arena, const char *what, struct str receiver_key, struct str public_key)
{
	struct buf info;

	buf_init(&info, arena, 0);
	buf_printf(&info, "Content-Encoding: %s", what);
	buf_add_char(&info, 0);
	buf_add(&info, bytes_of("P-256", sizeof("P-256")));
	buf_add(&info, bytes_of("\0\x41", 2));
	buf_add(&info, receiver_key);
	buf_add(&info, bytes_of("\0\x41", 2));
	buf_add(&info, public_key);
	return buf_str(&info);
}

/* draft-ietf-webpush-encryption-04 section 4.2. */
static void draft_keys(struct arena *arena, const struct webpush_receiver *receiver, struct str public_key,
                       struct str secret, struct str salt, struct message_keys *ret_keys)
{
	uint8_t ikm[SECRET_BYTES];

	derive(arena, receiver->auth, secret, bytes_of("Content-Encoding: auth", sizeof("Content-Encoding: auth")), ikm,
	       sizeof(ikm));
	derive(arena, salt, bytes_of(ikm, sizeof(ikm)), draft_info(arena, "aesgcm", receiver->public_key, public_key),
	       ret_keys->key, KEY_BYTES);
	derive(arena, salt, bytes_of(ikm, sizeof(ikm)), draft_info(arena, "nonce", receiver->public_key, public_key),
	       ret_keys->nonce, NONCE_BYTES);
}

/* --- the message ------------------------------------------------------------------------------------------------ */

/* Appends the encrypted text and its tag. */
static void seal(struct buf *out, const struct message_keys *keys, struct str text)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t *sealed = (uint8_t *)buf_reserve(out, text.n + TAG_BYTES);
	int n = 0;

	insist(context && sealed);
	insist(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, keys->key, keys->nonce) == 1);
	insist(EVP_EncryptUpdate(context, sealed, &n, (const uint8_t *)text.p, (int)text.n) == 1 && (size_t)n == text.n);
	insist(EVP_EncryptFinal_ex(context, sealed + text.n, &n) == 1 && n == 0);
	insist(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, sealed + text.n) == 1);
	out->n += text.n + TAG_BYTES;
	EVP_CIPHER_CTX_free(context);
}

/* One record that is the last one (RFC 8188 section 2): salt, record size, key id, and the text behind which a 2 stands. */
static struct str standard_body(struct arena *arena, const struct message_keys *keys, struct str text, struct str salt,
                                struct str public_key)
{
	struct buf body, plain;

	buf_init(&plain, arena, 0);
	buf_add(&plain, text);
	buf_add_char(&plain, 2);
	buf_init(&body, arena, 0);
	buf_add(&body, salt);
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(&body, (char)(RECORD_BYTES >> shift & 0xff));
	buf_add_char(&body, WEBPUSH_PUBLIC_BYTES);
	buf_add(&body, public_key);
	seal(&body, keys, buf_str(&plain));
	return buf_str(&body);
}

/* The length of no padding, and the text. */
static struct str draft_body(struct arena *arena, const struct message_keys *keys, struct str text)
{
	struct buf body, plain;

	buf_init(&plain, arena, 0);
	buf_add(&plain, bytes_of("\0\0", 2));
	buf_add(&plain, text);
	buf_init(&body, arena, 0);
	seal(&body, keys, buf_str(&plain));
	return buf_str(&body);
}

int webpush_encrypt_with(struct arena *arena, const struct webpush_receiver *receiver, bool standard, struct str text,
                         const struct webpush_pair *pair, struct str salt, struct webpush_message *ret_message)
{
	struct str public_key = bytes_of(pair->public_key, WEBPUSH_PUBLIC_BYTES);
	struct message_keys keys;
	uint8_t secret[SECRET_BYTES];
	int r;

	if (text.n > WEBPUSH_TEXT_MAX)
		return ERR_LIMIT;
	if (receiver->auth.n != WEBPUSH_AUTH_BYTES || salt.n != WEBPUSH_SALT_BYTES)
		return ERR_INVALID;
	r = agree(pair, receiver->public_key, secret);
	if (r != OK)
		return r;
	(standard ? standard_keys : draft_keys)(arena, receiver, public_key, bytes_of(secret, sizeof(secret)), salt, &keys);
	ret_message->salt = arena_str(arena, salt);
	ret_message->public_key = arena_str(arena, public_key);
	ret_message->body = standard ? standard_body(arena, &keys, text, salt, public_key) : draft_body(arena, &keys, text);
	return OK;
}

int webpush_encrypt(struct arena *arena, const struct webpush_receiver *receiver, bool standard, struct str text,
                    struct webpush_message *ret_message)
{
	struct webpush_pair pair;
	uint8_t salt[WEBPUSH_SALT_BYTES];

	webpush_generate(&pair);
	hash_random(salt, sizeof(salt));
	return webpush_encrypt_with(arena, receiver, standard, text, &pair, bytes_of(salt, sizeof(salt)), ret_message);
}

/* --- VAPID ------------------------------------------------------------------------------------------------------ */

/* The two numbers of a signature, each with its leading zeros (RFC 7518 section 3.4). */
static int raw_signature(const uint8_t *der, size_t n, uint8_t out[2 * HALF_BYTES])
{
	const unsigned char *at = der;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)n);
	bool good = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, HALF_BYTES) == HALF_BYTES &&
	            BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + HALF_BYTES, HALF_BYTES) == HALF_BYTES;

	ECDSA_SIG_free(signature);
	return good ? OK : ERR_INVALID;
}

static int sign(const struct webpush_pair *pair, struct str text, uint8_t out[2 * HALF_BYTES])
{
	enum { DER_BYTES_MAX = 80 };
	EVP_PKEY *pkey = key_of(pair->private_key, bytes_of(pair->public_key, WEBPUSH_PUBLIC_BYTES));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[DER_BYTES_MAX];
	size_t n = sizeof(der);
	int r = ERR_INVALID;

	insist(context);
	if (pkey && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	    EVP_DigestSign(context, der, &n, (const uint8_t *)text.p, text.n) == 1)
		r = raw_signature(der, n, out);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	return r;
}

int webpush_jwt(struct arena *arena, const struct webpush_pair *pair, struct str audience, int64_t expires_ms,
                struct str subject, struct str *ret_jwt)
{
	uint8_t signature[2 * HALF_BYTES];
	struct json_writer w;
	struct buf claims, jwt;
	int r;

	buf_init(&claims, arena, 0);
	json_writer_init(&w, &claims);
	json_w_object(&w);
	json_w_member_str(&w, "aud", audience);
	json_w_member_u64(&w, "exp", (uint64_t)(expires_ms / SECOND_MS));
	json_w_member_str(&w, "sub", subject);
	json_w_object_end(&w);
	buf_init(&jwt, arena, 0);
	buf_add(&jwt, base64url_encode(arena, STR("{\"typ\":\"JWT\",\"alg\":\"ES256\"}")));
	buf_add_char(&jwt, '.');
	buf_add(&jwt, base64url_encode(arena, buf_str(&claims)));
	r = sign(pair, buf_str(&jwt), signature);
	if (r != OK)
		return r;
	buf_add_char(&jwt, '.');
	buf_add(&jwt, base64url_encode(arena, bytes_of(signature, sizeof(signature))));
	*ret_jwt = buf_str(&jwt);
	return OK;
}
