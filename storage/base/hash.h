/*
 * Digests, random tokens, text forms of bytes, comparison in constant time. Over OpenSSL. Any thread.
 */
#ifndef STORAGE_BASE_HASH_H
#define STORAGE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;

enum { SHA1_BYTES = 20, SHA256_BYTES = 32, SHA512_BYTES = 64 };

/* Only where a standard asks for it and nothing depends on its strength: the WebSocket handshake. */
void hash_sha1(struct str data, uint8_t out[SHA1_BYTES]);
void hash_sha256(struct str data, uint8_t out[SHA256_BYTES]);
void hash_sha512(struct str data, uint8_t out[SHA512_BYTES]);
/* For codes of authenticator apps (RFC 4226 asks for it). */
void hash_hmac_sha1(struct str key, struct str data, uint8_t out[SHA1_BYTES]);
void hash_hmac_sha256(struct str key, struct str data, uint8_t out[SHA256_BYTES]);
/* Random bytes from the kernel's generator; aborts if there are none. */
void hash_random(void *out, size_t n);
/* A random token of 43 base64url characters (256 bits). */
struct str hash_token(struct arena *arena);
/* true when equal; time depends on the lengths only. */
bool hash_equal(struct str a, struct str b);

struct str hex_encode(struct arena *arena, struct str data);
/* Digits of either case, two for each byte. ERR_INVALID otherwise. */
int hex_decode(struct arena *arena, struct str text, struct str *ret_data);
struct str base64_encode(struct arena *arena, struct str data);      /* RFC 4648 section 4, padded */
struct str base64url_encode(struct arena *arena, struct str data);   /* section 5, no padding */
/* Both alphabets, padding optional, no white space. ERR_INVALID otherwise. */
int base64_decode(struct arena *arena, struct str text, struct str *ret_data);

#endif
