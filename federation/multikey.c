/*
 * Multibase, Multikeys, and where actors keep them. Any thread.
 */
#include "federation/multikey.h"

#include "federation/property.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

enum { BASE = 58, PREFIX_BYTES = 2 };

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* A big number, its least digit first. */
struct number {
	uint8_t *digits;
	size_t count;
	unsigned base;
};

/* number = number * factor + addend. The caller knows how many digits there can be. */
static void number_push(struct number *number, unsigned factor, unsigned addend)
{
	unsigned carry = addend;

	for (size_t i = 0; i < number->count || carry; i++) {
		if (i == number->count)
			number->count++;
		carry += number->digits[i] * factor;
		number->digits[i] = (uint8_t)(carry % number->base);
		carry /= number->base;
	}
}

static size_t count_leading(struct str text, char c)
{
	size_t n = 0;

	while (n < text.n && text.p[n] == c)
		n++;
	return n;
}

struct str multibase_encode(struct arena *arena, struct str data)
{
	size_t zeros = count_leading(data, '\0');
	/* log 256 / log 58 is below 1.37 */
	struct number number = { ARENA_ARRAY(arena, uint8_t, data.n * 137 / 100 + 1), 0, BASE };
	char *out;
	size_t n = 0;

	for (size_t i = zeros; i < data.n; i++)
		number_push(&number, 256, (unsigned char)data.p[i]);
	out = ARENA_ARRAY(arena, char, 1 + zeros + number.count + 1);
	out[n++] = 'z';
	while (n < 1 + zeros)
		out[n++] = alphabet[0];
	for (size_t i = number.count; i > 0; i--)
		out[n++] = alphabet[number.digits[i - 1]];
	return (struct str){ out, n };
}

int multibase_decode(struct arena *arena, struct str text, struct str *ret_data)
{
	struct number number = { ARENA_ARRAY(arena, uint8_t, MULTIBASE_CHARS_MAX), 0, 256 };
	struct str digits = str_sub(text, 1, SIZE_MAX);
	size_t zeros = count_leading(digits, alphabet[0]), n = 0;
	char *out;

	if (text.n > MULTIBASE_CHARS_MAX || !str_starts(text, STR("z")))
		return ERR_INVALID;
	for (size_t i = zeros; i < digits.n; i++) {
		const char *at = memchr(alphabet, digits.p[i], BASE);

		if (!at)
			return ERR_INVALID;
		number_push(&number, BASE, (unsigned)(at - alphabet));
	}
	out = ARENA_ARRAY(arena, char, zeros + number.count + 1);
	n = zeros;
	for (size_t i = number.count; i > 0; i--)
		out[n++] = (char)number.digits[i - 1];
	*ret_data = (struct str){ out, n };
	return OK;
}

static struct str prefix_of(const char bytes[PREFIX_BYTES])
{
	return (struct str){ bytes, PREFIX_BYTES };
}

struct str multikey_encode(struct arena *arena, enum multikey_kind kind, struct str raw)
{
	const char prefix[PREFIX_BYTES] = { (char)(kind >> 8), (char)(kind & 0xFF) };
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, prefix_of(prefix));
	buf_add(&buf, raw);
	return multibase_encode(arena, buf_str(&buf));
}

int multikey_decode(struct arena *arena, enum multikey_kind kind, struct str text, struct str *ret_raw)
{
	const char prefix[PREFIX_BYTES] = { (char)(kind >> 8), (char)(kind & 0xFF) };
	struct str data;

	if (multibase_decode(arena, text, &data) || !str_starts(data, prefix_of(prefix)) ||
	    data.n != PREFIX_BYTES + MULTIKEY_ED25519_BYTES)
		return ERR_INVALID;
	*ret_raw = str_sub(data, PREFIX_BYTES, SIZE_MAX);
	return OK;
}

/* Its owner may say that it ends (Controlled Identifiers 1.0, section 2.2); what we cannot read ends it. */
static bool has_ended(const json_t *value)
{
	int64_t ms;

	return json_object_get(value, "revoked") ||
	       (json_object_get(value, "expires") &&
	        (!date_parse_iso(json_member_str(value, "expires"), &ms) || ms <= clock_now_ms()));
}

int multikey_parse(struct arena *arena, const json_t *value, struct multikey *ret_key)
{
	struct multikey key = {
		.id = json_member_str(value, "id"),
		.controller = property_uri(json_member(value, "controller")),
		.multibase = json_member_str(value, "publicKeyMultibase"),
	};
	struct str raw;

	if (!property_is_a(value, "Multikey") || !key.id.n || !key.controller.n ||
	    json_count(json_member(value, "controller")) != 1 || has_ended(value) ||
	    multikey_decode(arena, MULTIKEY_ED25519_PUBLIC, key.multibase, &raw))
		return ERR_INVALID;
	*ret_key = key;
	return OK;
}

int multikey_of_actor(struct arena *arena, const json_t *document, struct str actor_uri, struct str key_id,
                      struct multikey *ret_key)
{
	const json_t *keys = json_member(document, "assertionMethod");

	for (size_t i = 0; i < json_count(keys) && i < MULTIKEYS_MAX; i++) {
		struct multikey key;

		if (multikey_parse(arena, json_at(keys, i), &key) || !str_eq(key.controller, actor_uri) ||
		    !url_same_origin(arena, key.id, actor_uri) || (key_id.n && !str_eq(key.id, key_id)))
			continue;
		*ret_key = key;
		return OK;
	}
	return ERR_NOT_FOUND;
}
