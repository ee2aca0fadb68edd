/*
 * Every key layout of the database.
 *
 * Variable parts (names, words) stand in front of a NUL and are followed by a part of fixed length or by the
 * end, so that no two different keys have the same bytes. Pure; any thread.
 */
#include "storage/keys.h"

#include <assert.h>

#include "storage/base/hash.h"

enum { U64_BYTES = 8, HASH_BYTES = 16 };

const struct engine_space space_names[SPACE_COUNT] = {
#define SPACE_NAME(name, text, key, value) [SPACE_##name] = { text },
	SPACE_LIST(SPACE_NAME)
#undef SPACE_NAME
};

static_assert(SPACE_META == 0, "engine/store reads its own values from space 0");
static_assert((int)SPACE_COUNT <= (int)ENGINE_SPACES_MAX, "the engine opens no more spaces");

const char *space_key_text(enum space space)
{
	static const char *const texts[SPACE_COUNT] = {
#define SPACE_KEY(name, text, key, value) [SPACE_##name] = key,
		SPACE_LIST(SPACE_KEY)
#undef SPACE_KEY
	};

	return texts[space];
}

const char *space_value_text(enum space space)
{
	static const char *const texts[SPACE_COUNT] = {
#define SPACE_VALUE(name, text, key, value) [SPACE_##name] = value,
		SPACE_LIST(SPACE_VALUE)
#undef SPACE_VALUE
	};

	return texts[space];
}

static void add_u64(struct key *key, uint64_t a)
{
	assert(key->n + U64_BYTES <= ENGINE_KEY_MAX);
	for (int shift = 56; shift >= 0; shift -= 8)
		key->bytes[key->n++] = (uint8_t)(a >> shift);
}

static void add_hash(struct key *key, struct str text, size_t bytes)
{
	uint8_t digest[SHA256_BYTES];

	assert(key->n + bytes <= ENGINE_KEY_MAX);
	hash_sha256(text, digest);
	memcpy(key->bytes + key->n, digest, bytes);
	key->n += bytes;
}

/* Adds `text`, cut so that `reserve` bytes still fit behind it. */
static void add_text(struct key *key, struct str text, size_t reserve)
{
	struct str part = str_sub(text, 0, ENGINE_KEY_MAX - reserve - key->n);

	if (part.n)
		memcpy(key->bytes + key->n, part.p, part.n);
	key->n += part.n;
}

/* Keys that compare without ASCII case. */
static void lower(struct key *key)
{
	for (size_t i = 0; i < key->n; i++)
		if (key->bytes[i] >= 'A' && key->bytes[i] <= 'Z')
			key->bytes[i] += 'a' - 'A';
}

static struct str key_str(const struct key *key)
{
	return (struct str){ (const char *)key->bytes, key->n };
}

struct str key_u64(struct key *key, uint64_t a)
{
	key->n = 0;
	add_u64(key, a);
	return key_str(key);
}

struct str key_u64_u64(struct key *key, uint64_t a, uint64_t b)
{
	key->n = 0;
	add_u64(key, a);
	add_u64(key, b);
	return key_str(key);
}

struct str key_u64_u64_u64(struct key *key, uint64_t a, uint64_t b, uint64_t c)
{
	key_u64_u64(key, a, b);
	add_u64(key, c);
	return key_str(key);
}

struct str key_u64_hash(struct key *key, uint64_t a, struct str text)
{
	key->n = 0;
	add_u64(key, a);
	add_hash(key, text, HASH_BYTES);
	return key_str(key);
}

struct str key_u64_u64_hash(struct key *key, uint64_t a, uint64_t b, struct str text)
{
	key->n = 0;
	add_u64(key, a);
	add_u64(key, b);
	add_hash(key, text, HASH_BYTES);
	return key_str(key);
}

/* Where behind `at` something other than a variation selector of emojis stands. */
static size_t skip_selectors(struct str text, size_t at)
{
	while (at + 2 < text.n && memcmp(text.p + at, "\xef\xb8", 2) == 0 && ((uint8_t)text.p[at + 2] & 0xfe) == 0x8e)
		at += 3;
	return at;
}

bool emoji_same(struct str a, struct str b)
{
	size_t i = skip_selectors(a, 0), k = skip_selectors(b, 0);

	while (i < a.n && k < b.n && a.p[i] == b.p[k]) {
		i = skip_selectors(a, i + 1);
		k = skip_selectors(b, k + 1);
	}
	return i == a.n && k == b.n;
}

struct str key_u64_u64_emoji(struct key *key, uint64_t a, uint64_t b, struct str emoji)
{
	struct key folded = { 0 };

	for (size_t at = skip_selectors(emoji, 0); at < emoji.n; at = skip_selectors(emoji, at + 1))
		add_text(&folded, str_sub(emoji, at, 1), 0);
	return key_u64_u64_hash(key, a, b, key_str(&folded));
}

struct str key_hash(struct key *key, struct str text)
{
	key->n = 0;
	add_hash(key, text, HASH_BYTES);
	return key_str(key);
}

struct str key_hash_u64(struct key *key, struct str text, uint64_t a)
{
	key->n = 0;
	add_hash(key, text, HASH_BYTES);
	add_u64(key, a);
	return key_str(key);
}

struct str key_sha256(struct key *key, struct str secret)
{
	key->n = 0;
	add_hash(key, secret, SHA256_BYTES);
	return key_str(key);
}

struct str key_bytes_u64(struct key *key, struct str hash, uint64_t a)
{
	key->n = 0;
	add_text(key, hash, U64_BYTES);
	add_u64(key, a);
	return key_str(key);
}

struct str key_u64_bytes(struct key *key, uint64_t a, struct str hash)
{
	key->n = 0;
	add_u64(key, a);
	add_text(key, hash, 0);
	return key_str(key);
}

struct str key_name_host(struct key *key, struct str name, struct str host)
{
	key->n = 0;
	add_text(key, name, 1);
	key->bytes[key->n++] = '\0';
	add_text(key, host, 0);
	lower(key);
	return key_str(key);
}

struct str key_word_u64(struct key *key, struct str folded_word, uint64_t a)
{
	key->n = 0;
	add_text(key, folded_word, 1 + U64_BYTES);
	key->bytes[key->n++] = '\0';
	add_u64(key, a);
	return key_str(key);
}

struct str key_text(struct key *key, struct str text)
{
	key->n = 0;
	add_text(key, text, 0);
	return key_str(key);
}

struct str key_text_lower(struct key *key, struct str text)
{
	key_text(key, text);
	lower(key);
	return key_str(key);
}

struct str key_notice_of(struct key *key, uint64_t account_id, uint8_t kind, uint64_t actor_id,
                         uint64_t post_id)
{
	key->n = 0;
	add_u64(key, account_id);
	key->bytes[key->n++] = kind;
	add_u64(key, actor_id);
	add_u64(key, post_id);
	return key_str(key);
}

struct str key_named(struct key *key, uint64_t account_id, uint8_t kind, struct str name)
{
	key->n = 0;
	add_u64(key, account_id);
	key->bytes[key->n++] = kind;
	add_text(key, name, 0);
	return key_str(key);
}

uint64_t key_read_u64(struct str key, size_t offset)
{
	uint64_t a = 0;

	if (key.n < U64_BYTES || offset > key.n - U64_BYTES)
		return 0;
	for (size_t i = 0; i < U64_BYTES; i++)
		a = a << 8 | (uint8_t)key.p[offset + i];
	return a;
}

struct str value_u64(uint8_t out[8], uint64_t a)
{
	for (size_t i = 0; i < U64_BYTES; i++)
		out[i] = (uint8_t)(a >> (56 - 8 * i));
	return (struct str){ (const char *)out, U64_BYTES };
}

struct engine_range key_range_u64(struct key *from, struct key *to, uint64_t prefix, uint64_t after,
                                  uint64_t before, bool reverse)
{
	struct engine_range range = { .from = STR_NONE, .to = STR_NONE, .reverse = reverse };

	/* Nothing is after the highest id: such a range begins where it ends. */
	if (after == UINT64_MAX)
		range.to = range.from = key_u64_u64(from, prefix, after);
	else
		range.from = key_u64_u64(from, prefix, after ? after + 1 : 0);
	if (before)
		range.to = key_u64_u64(to, prefix, before);
	else if (after != UINT64_MAX && prefix != UINT64_MAX)
		range.to = key_u64(to, prefix + 1);
	return range;
}
