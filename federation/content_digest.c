/*
 * A dictionary of byte sequences (RFC 9530 section 2), compared with the hashes of the body.
 */
#include "federation/content_digest.h"

#include "federation/structured.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

static struct str sha256(struct arena *arena, struct str body)
{
	uint8_t *hash = arena_alloc(arena, SHA256_BYTES);

	hash_sha256(body, hash);
	return (struct str){ (const char *)hash, SHA256_BYTES };
}

static struct str sha512(struct arena *arena, struct str body)
{
	uint8_t *hash = arena_alloc(arena, SHA512_BYTES);

	hash_sha512(body, hash);
	return (struct str){ (const char *)hash, SHA512_BYTES };
}

/* What is not here is insecure or unknown, and says nothing. */
static const struct {
	struct str name;
	struct str (*hash)(struct arena *arena, struct str body);
} algorithms[] = {
	{ { "sha-256", 7 }, sha256 },
	{ { "sha-512", 7 }, sha512 },
};

struct str content_digest_make(struct arena *arena, struct str body)
{
	return arena_printf(arena, "sha-256=:%.*s:", STR_ARG(base64_encode(arena, sha256(arena, body))));
}

const char *content_digest_check(struct arena *arena, struct str value, struct str body)
{
	struct structured_dictionary dictionary;
	bool found = false;

	if (structured_dictionary_parse(arena, value, &dictionary))
		return "the content digest is malformed";
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		const struct structured_member *member = structured_member(&dictionary, algorithms[i].name);

		if (!member)
			continue;
		if (member->value.kind != STRUCTURED_BYTES ||
		    !hash_equal(member->value.text, algorithms[i].hash(arena, body)))
			return "the content digest is not that of the body";
		found = true;
	}
	return found ? NULL : "the content digest has no SHA-256";
}
