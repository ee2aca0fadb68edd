/*
 * Signatures of tokens, by libcjose. The library neither pins algorithms nor minds a header that says things twice, and
 * takes keys of any size: so header and key are read by our own rules first, and it sees no more than the public members of
 * one key that fits.
 */
#include "node/oidc/jose.h"

#include <cjose/cjose.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

/* Of an RSA modulus; an exponent of more than four bytes makes a check slow and nothing safer. */
enum { MODULUS_BYTES_MIN = 256, MODULUS_BYTES_MAX = 1024, EXPONENT_BYTES_MAX = 4, COORDINATE_BYTES = 32, KID_BYTES_MAX = 512 };

static const struct algorithm {
	struct str name, kty;
} algorithms[] = {
	{ STR("RS256"), STR("RSA") },
	{ STR("PS256"), STR("RSA") },
	{ STR("ES256"), STR("EC") },
};

static const struct algorithm *algorithm_of(struct str name)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (str_eq(name, algorithms[i].name))
			return &algorithms[i];
	return NULL;
}

static bool is_base64url(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return text.n > 0;
}

/* An object in base64url; NULL: it is none. */
static json_t *read_part(struct arena *arena, struct str part)
{
	struct str text;
	json_t *value;

	if (!is_base64url(part) || base64_decode(arena, part, &text) != OK || json_parse(arena, text, &value) != OK)
		return NULL;
	return json_is_object(value) ? value : NULL;
}

/* --- keys ------------------------------------------------------------------------------------------------------- */

/* The bytes of a member of a key; empty: it is not there, or no base64url. */
static struct str key_bytes(struct arena *arena, const json_t *key, const char *name)
{
	struct str text = json_member_str(key, name), bytes;

	if (text.n > 2 * MODULUS_BYTES_MAX || !is_base64url(text) || base64_decode(arena, text, &bytes) != OK)
		return STR_NONE;
	while (bytes.n && !bytes.p[0] && str_eq(json_member_str(key, "kty"), STR("RSA")))
		bytes = str_sub(bytes, 1, SIZE_MAX);
	return bytes;
}

/* May the key be used for this at all, as its owner says and by our measure? */
static bool key_fits(struct arena *arena, const json_t *key, const struct algorithm *algorithm)
{
	struct str use = json_member_str(key, "use"), alg = json_member_str(key, "alg"), modulus, exponent;

	if (!str_eq(json_member_str(key, "kty"), algorithm->kty))
		return false;
	if ((use.p && !str_eq(use, STR("sig"))) || (alg.p && !str_eq(alg, algorithm->name)))
		return false;
	if (str_eq(algorithm->kty, STR("EC")))
		return str_eq(json_member_str(key, "crv"), STR("P-256")) &&
		       key_bytes(arena, key, "x").n == COORDINATE_BYTES && key_bytes(arena, key, "y").n == COORDINATE_BYTES;
	modulus = key_bytes(arena, key, "n");
	exponent = key_bytes(arena, key, "e");
	return modulus.n >= MODULUS_BYTES_MIN && modulus.n <= MODULUS_BYTES_MAX && exponent.n &&
	       exponent.n <= EXPONENT_BYTES_MAX && (exponent.p[exponent.n - 1] & 1) && !(exponent.n == 1 && exponent.p[0] == 1);
}

/* Its public members alone. */
static struct str key_text(struct arena *arena, const json_t *key, const struct algorithm *algorithm)
{
	static const char *const rsa[] = { "n", "e", NULL }, *const ec[] = { "crv", "x", "y", NULL };
	const char *const *names = str_eq(algorithm->kty, STR("EC")) ? ec : rsa;
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "kty", algorithm->kty);
	for (; *names; names++)
		json_w_member_str(&w, *names, json_member_str(key, *names));
	json_w_object_end(&w);
	return buf_str(&buf);
}

size_t jose_usable(struct arena *arena, const json_t *keys)
{
	const json_t *list = json_member(keys, "keys");
	size_t usable = 0;

	for (size_t i = 0; json_is_array(list) && i < json_array_size(list) && i < JOSE_KEYS_MAX; i++) {
		bool fits = false;

		for (size_t k = 0; k < sizeof(algorithms) / sizeof(algorithms[0]); k++)
			fits |= key_fits(arena, json_array_get(list, i), &algorithms[k]);
		usable += fits;
	}
	return usable;
}

/* --- tokens ----------------------------------------------------------------------------------------------------- */

static bool signed_by(struct arena *arena, struct str token, const json_t *key, const struct algorithm *algorithm)
{
	struct str text = key_text(arena, key, algorithm);
	cjose_err error = { 0 };
	cjose_jwk_t *jwk = cjose_jwk_import(text.p, text.n, &error);
	cjose_jws_t *jws = jwk ? cjose_jws_import(token.p, token.n, &error) : NULL;
	bool right = jws && cjose_jws_verify(jws, jwk, &error);

	if (jws)
		cjose_jws_release(jws);
	if (jwk)
		cjose_jwk_release(jwk);
	return right;
}

static const char *header_fault(const json_t *header)
{
	/* Extensions that must be understood: we understand none, neither an unencoded payload. */
	if (json_object_get(header, "crit") || json_object_get(header, "b64"))
		return "its header has extensions";
	if (json_object_get(header, "kid") && !json_is_string(json_object_get(header, "kid")))
		return "its header names a key by what is no text";
	if (json_member_str(header, "kid").n > KID_BYTES_MAX)
		return "its header names a key by too long a text";
	if (!algorithm_of(json_member_str(header, "alg")))
		return "its algorithm is none of RS256, PS256 and ES256";
	return NULL;
}

/* The keys of that id, or those of the type when the token names none. */
static int verify(struct arena *arena, struct str token, const json_t *header, const json_t *keys)
{
	const struct algorithm *algorithm = algorithm_of(json_member_str(header, "alg"));
	const json_t *list = json_member(keys, "keys");
	struct str kid = json_member_str(header, "kid");
	size_t tries = 0;

	for (size_t i = 0; json_is_array(list) && i < json_array_size(list) && i < JOSE_KEYS_MAX; i++) {
		const json_t *key = json_array_get(list, i);

		if (kid.p && !str_eq(json_member_str(key, "kid"), kid))
			continue;
		if (!key_fits(arena, key, algorithm))
			continue;
		if (signed_by(arena, token, key, algorithm))
			return OK;
		if (++tries == JOSE_TRIES_MAX)
			break;
	}
	return tries ? ERR_UNAUTHORIZED : ERR_NOT_FOUND;
}

int jose_verify(struct arena *arena, struct str token, const json_t *keys, struct jose *ret_jose, const char **ret_fault)
{
	struct str rest = token, head, body;
	json_t *header;
	int err;

	*ret_fault = "it is longer than a token may be";
	if (token.n > JOSE_BYTES_MAX)
		return ERR_INVALID;
	head = str_cut(&rest, '.');
	body = str_cut(&rest, '.');
	header = read_part(arena, head);
	*ret_fault = "it is no signed token";
	if (!header || !is_base64url(body) || !is_base64url(rest))
		return ERR_INVALID;
	*ret_fault = header_fault(header);
	if (*ret_fault)
		return ERR_INVALID;
	err = verify(arena, token, header, keys);
	*ret_fault = err == ERR_NOT_FOUND ? "there is no key of that id and type" : "its signature is not that key's";
	if (err != OK)
		return err;
	/* Only what is signed is read at all. */
	*ret_jose = (struct jose){ .type = json_member_str(header, "typ"), .key_id = json_member_str(header, "kid"),
	                           .claims = read_part(arena, body) };
	*ret_fault = ret_jose->claims ? NULL : "its payload is no JSON object, or has members twice";
	return ret_jose->claims ? OK : ERR_INVALID;
}
