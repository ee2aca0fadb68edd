/*
 * Digests and text forms of bytes. The only user of OpenSSL besides signatures and keys. Any thread.
 *
 * The algorithms are fetched once: OpenSSL 3 otherwise looks them up by name, under a lock, at each call.
 */
#include "storage/base/hash.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

enum { SHA256_BLOCK = 64 };  /* bytes it works on at once */

static EVP_MD *sha256, *sha512;

static void die(const char *what)
{
	fprintf(stderr, "%s failed\n", what);
	abort();
}

static void fetch_algorithms(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
	if (!sha256 || !sha512)
		die("SHA-2");
}

static pthread_once_t fetched = PTHREAD_ONCE_INIT;

/* The one SHA-256 of the process, and the one SHA-512. */
static const EVP_MD *get_sha256(void)
{
	pthread_once(&fetched, fetch_algorithms);
	return sha256;
}

static const EVP_MD *get_sha512(void)
{
	pthread_once(&fetched, fetch_algorithms);
	return sha512;
}

void hash_sha1(struct str data, uint8_t out[SHA1_BYTES])
{
	if (!EVP_Digest(data.n ? data.p : "", data.n, out, NULL, EVP_sha1(), NULL))
		die("SHA-1");
}

void hash_sha256(struct str data, uint8_t out[SHA256_BYTES])
{
	/* Fails for want of memory only. */
	if (!EVP_Digest(data.n ? data.p : "", data.n, out, NULL, get_sha256(), NULL))
		die("SHA-256");
}

void hash_sha512(struct str data, uint8_t out[SHA512_BYTES])
{
	if (!EVP_Digest(data.n ? data.p : "", data.n, out, NULL, get_sha512(), NULL))
		die("SHA-512");
}

/* The digest of one block, each byte of the key XOR `pad`, and of what follows it. */
static void digest_padded(EVP_MD_CTX *context, const uint8_t key[SHA256_BLOCK], uint8_t pad, struct str data,
                          uint8_t out[SHA256_BYTES])
{
	uint8_t block[SHA256_BLOCK];

	for (size_t i = 0; i < SHA256_BLOCK; i++)
		block[i] = key[i] ^ pad;
	if (!EVP_DigestInit_ex2(context, get_sha256(), NULL) || !EVP_DigestUpdate(context, block, sizeof(block)) ||
	    !EVP_DigestUpdate(context, data.n ? data.p : "", data.n) || !EVP_DigestFinal_ex(context, out, NULL))
		die("HMAC");
}

/* RFC 2104. OpenSSL's own looks up two algorithms by name at each call, which costs several times the digests. */
void hash_hmac_sha256(struct str key, struct str data, uint8_t out[SHA256_BYTES])
{
	uint8_t block[SHA256_BLOCK] = { 0 }, inner[SHA256_BYTES];
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context)
		die("HMAC");
	if (key.n > SHA256_BLOCK)
		hash_sha256(key, block);
	else if (key.n)
		memcpy(block, key.p, key.n);
	digest_padded(context, block, 0x36, data, inner);
	digest_padded(context, block, 0x5c, (struct str){ (const char *)inner, sizeof(inner) }, out);
	OPENSSL_cleanse(block, sizeof(block));
	EVP_MD_CTX_free(context);
}

void hash_hmac_sha1(struct str key, struct str data, uint8_t out[SHA1_BYTES])
{
	if (!HMAC(EVP_sha1(), key.n ? key.p : "", (int)key.n, (const uint8_t *)(data.n ? data.p : ""), data.n, out, NULL))
		die("HMAC");
}

void hash_random(void *out, size_t n)
{
	unsigned char *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			die("getrandom");
		p += got;
		n -= (size_t)got;
	}
}

struct str hash_token(struct arena *arena)
{
	uint8_t bytes[SHA256_BYTES];
	struct str token;

	hash_random(bytes, sizeof(bytes));
	token = base64url_encode(arena, (struct str){ (const char *)bytes, sizeof(bytes) });
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return token;
}

bool hash_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

struct str hex_encode(struct arena *arena, struct str data)
{
	static const char digits[] = "0123456789abcdef";
	char *out = ARENA_ARRAY(arena, char, 2 * data.n + 1);

	for (size_t i = 0; i < data.n; i++) {
		unsigned char c = (unsigned char)data.p[i];

		out[2 * i] = digits[c >> 4];
		out[2 * i + 1] = digits[c & 15];
	}
	return (struct str){ out, 2 * data.n };
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' ^ 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_decode(struct arena *arena, struct str text, struct str *ret_data)
{
	char *out = ARENA_ARRAY(arena, char, text.n / 2 + 1);

	for (size_t i = 0; i < text.n; i++) {
		int value = hex_value(text.p[i]);

		if (value < 0)
			return ERR_INVALID;
		out[i / 2] = (char)(i % 2 ? out[i / 2] | value : value << 4);
	}
	*ret_data = (struct str){ out, text.n / 2 };
	return text.n % 2 ? ERR_INVALID : OK;
}

/* The base64 digits of `data` in the given alphabet, padded to fours when `pad` is set. */
static struct str encode64(struct arena *arena, struct str data, const char *alphabet, bool pad)
{
	const unsigned char *p = (const unsigned char *)data.p;
	char *out = ARENA_ARRAY(arena, char, (data.n / 3 + 1) * 4 + 1);
	size_t n = 0, i = 0;

	for (; data.n - i >= 3; i += 3) {
		uint32_t group = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];

		out[n++] = alphabet[group >> 18];
		out[n++] = alphabet[group >> 12 & 63];
		out[n++] = alphabet[group >> 6 & 63];
		out[n++] = alphabet[group & 63];
	}
	if (i < data.n) {
		uint32_t group = (uint32_t)p[i] << 16 | (data.n - i == 2 ? (uint32_t)p[i + 1] << 8 : 0);

		out[n++] = alphabet[group >> 18];
		out[n++] = alphabet[group >> 12 & 63];
		if (data.n - i == 2)
			out[n++] = alphabet[group >> 6 & 63];
	}
	while (pad && n % 4)
		out[n++] = '=';
	out[n] = '\0';
	return (struct str){ out, n };
}

struct str base64_encode(struct arena *arena, struct str data)
{
	return encode64(arena, data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true);
}

struct str base64url_encode(struct arena *arena, struct str data)
{
	return encode64(arena, data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false);
}

/* 0 … 63, or -1. */
static int digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Padding may be missing, but where it stands it has to be whole. */
static int strip_padding(struct str *text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text->n && text->p[text->n - 1 - padding] == '=')
		padding++;
	if (padding && text->n % 4 != 0)
		return ERR_INVALID;
	text->n -= padding;
	return text->n % 4 == 1 ? ERR_INVALID : OK;
}

int base64_decode(struct arena *arena, struct str text, struct str *ret_data)
{
	uint32_t bits = 0;
	unsigned have = 0;  /* bits not yet written */
	size_t n = 0;
	char *out;

	if (strip_padding(&text))
		return ERR_INVALID;
	out = ARENA_ARRAY(arena, char, text.n / 4 * 3 + 4);
	for (size_t i = 0; i < text.n; i++) {
		int digit = digit64(text.p[i]);

		if (digit < 0)
			return ERR_INVALID;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xFF);
		}
	}
	/* One text per value: what the last digit has left over must be zero (RFC 4648 section 3.5). */
	if (bits & ((1u << have) - 1))
		return ERR_INVALID;
	*ret_data = (struct str){ out, n };
	return OK;
}
