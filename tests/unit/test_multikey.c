/* Multibase and Multikeys: the bytes behind the texts, and which keys of an actor count. */
#include "federation/multikey.h"

#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "tests/unit/tap.h"

#define PUBLIC "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
#define SECRET "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
#define ACTOR  "https://a.example/u/7"

static struct str decoded(struct arena *arena, const char *text)
{
	struct str data;

	return multibase_decode(arena, str_of(text), &data) == OK ? hex_encode(arena, data)
								  : STR("(refused)");
}

static void test_multibase(struct arena *arena)
{
	static const struct {
		const char *hex;
		struct str data;
		const char *text;
	} rows[] = {
		/* draft-msporny-base58, section 5 */
		{ "48656c6c6f20576f726c6421", { "Hello World!", 12 }, "z2NEpo7TZRRrLZSi2U" },
		{ "0000287fb4cd", { "\0\0\x28\x7f\xb4\xcd", 6 }, "z11233QC4" },
		{ "", { "", 0 }, "z" },
		{ "00", { "\0", 1 }, "z1" },
		{ "ff", { "\xff", 1 }, "z5Q" },
		{ "39", { "\x39", 1 }, "zz" },
	};
	struct str data;
	char longest[MULTIBASE_CHARS_MAX + 1];

	for (size_t i = 0; i < sizeof(rows) / sizeof *rows; i++) {
		is_str(multibase_encode(arena, rows[i].data), str_of(rows[i].text),
		       arena_printf(arena, "%s is encoded", rows[i].hex).p);
		is_str(decoded(arena, rows[i].text), str_of(rows[i].hex),
		       arena_printf(arena, "%s is decoded", rows[i].text).p);
	}
	is_str(decoded(arena, ""), STR("(refused)"), "nothing is no multibase");
	is_str(decoded(arena, "m2NEpo7T"), STR("(refused)"), "another base is refused");
	is_str(decoded(arena, "z0"), STR("(refused)"), "a zero is no digit");
	is_str(decoded(arena, "zO"), STR("(refused)"), "nor is a capital O");
	is_str(decoded(arena, "zIl"), STR("(refused)"), "nor are I and l");
	is_str(decoded(arena, "z2NEp o"), STR("(refused)"), "nor is a space");
	memset(longest, 'z', sizeof(longest));
	is_int(multibase_decode(arena, (struct str){ longest, MULTIBASE_CHARS_MAX }, &data), OK,
	       "the longest text is read");
	is_int(multibase_decode(arena, (struct str){ longest, sizeof(longest) }, &data), ERR_INVALID,
	       "a longer one is not");
	memset(longest + 1, '1', sizeof(longest) - 1);
	is_int(multibase_decode(arena, (struct str){ longest, MULTIBASE_CHARS_MAX }, &data), OK,
	       "so is one of zeros");
	is_int(data.n, MULTIBASE_CHARS_MAX - 1, "each of which is a byte");
}

static void test_round_trip(void)
{
	int wrong = 0;

	for (size_t n = 0; n <= 66; n++) {
		struct arena *arena = arena_new();
		struct str data = { ARENA_ARRAY(arena, char, n + 1), n }, again = STR("?");

		hash_random((char *)data.p, n);
		if (n > 2)
			((char *)data.p)[0] = '\0';
		multibase_decode(arena, multibase_encode(arena, data), &again);
		wrong += !str_eq(data, again);
		arena_free(arena);
	}
	is_int(wrong, 0, "any bytes come back from their text");
}

static void test_keys(struct arena *arena)
{
	struct str raw = STR_NONE, seed = STR_NONE, text, again, private_pem, signature;
	struct pkey *open, *secret, *key;

	is_int(multikey_decode(arena, MULTIKEY_ED25519_SEED, STR(SECRET), &seed), OK,
	       "the secret of the vector is read");
	is_str(hex_encode(arena, seed),
	       STR("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6"), "its seed");
	is_int(multikey_decode(arena, MULTIKEY_ED25519_PUBLIC, STR(PUBLIC), &raw), OK,
	       "so is the public key");
	is_str(multikey_encode(arena, MULTIKEY_ED25519_SEED, seed), STR(SECRET),
	       "the secret is written again");
	is_str(multikey_encode(arena, MULTIKEY_ED25519_PUBLIC, raw), STR(PUBLIC), "so is the public key");
	is_int(multikey_decode(arena, MULTIKEY_ED25519_PUBLIC, STR(SECRET), &text), ERR_INVALID,
	       "a secret is no public key");
	is_int(multikey_decode(arena, MULTIKEY_ED25519_SEED, STR(PUBLIC), &text), ERR_INVALID,
	       "nor the other way round");
	text = multikey_encode(arena, MULTIKEY_ED25519_PUBLIC, str_sub(raw, 1, SIZE_MAX));
	is_int(multikey_decode(arena, MULTIKEY_ED25519_PUBLIC, text, &again), ERR_INVALID,
	       "31 bytes are no key");
	text = multikey_encode(arena, MULTIKEY_ED25519_PUBLIC, arena_printf(arena, "%.*sx", STR_ARG(raw)));
	is_int(multikey_decode(arena, MULTIKEY_ED25519_PUBLIC, text, &again), ERR_INVALID, "nor are 33");

	is_int(pkey_from_ed25519_seed(arena, seed, &secret), OK, "a key is made of the seed");
	is_int(pkey_ed25519_public(arena, secret, &again), OK, "and has a public half");
	is_str(again, raw, "which is the published one");
	is_int(pkey_from_ed25519_public(arena, raw, &open), OK, "a key is made of the public bytes");
	is_int(pkey_parse_multikey(arena, STR(PUBLIC), &key), OK, "and of their text");
	is_int(pkey_type(key), PKEY_ED25519, "being of the right type");
	is_int(pkey_sign(arena, secret, STR("text"), &signature), OK, "the seed signs");
	ok(pkey_verify(open, PKEY_SHA256, STR("text"), signature) &&
		   pkey_verify(key, PKEY_SHA256, STR("text"), signature),
	   "and both verify");
	is_int(pkey_from_ed25519_public(arena, str_sub(raw, 0, 31), &key), ERR_INVALID,
	       "31 bytes make no key");
	is_int(pkey_from_ed25519_seed(arena, STR_NONE, &key), ERR_INVALID, "no bytes make no key");
	is_int(pkey_parse_multikey(arena, STR("z6MkrJVnaZke"), &key), ERR_INVALID,
	       "nor does a piece of the text");

	is_int(pkey_generate_ed25519(arena, &private_pem, &text), OK, "a pair is made");
	is_int(pkey_parse_private(arena, private_pem, &secret), OK, "its private half is read");
	is_int(pkey_parse_multikey(arena, text, &open), OK, "its public half is read");
	is_int(pkey_sign(arena, secret, STR("text"), &signature), OK, "the one signs");
	ok(pkey_verify(open, PKEY_SHA256, STR("text"), signature), "the other verifies");
	is_int(pkey_sign(arena, open, STR("text"), &signature), ERR_INVALID, "a public half does not sign");
}

static void test_cache(struct arena *arena)
{
	struct key_cache *cache = key_cache_new(4);
	struct pkey *first, *key;
	struct str raw;

	is_int(key_cache_multikey(cache, arena, STR("a#k"), STR(PUBLIC), &first), OK,
	       "a Multikey enters the cache");
	is_int(key_cache_multikey(cache, arena, STR("a#k"), STR(PUBLIC), &key), OK, "and is found there");
	ok(key == first, "being the same one");
	is_int(key_cache_public(cache, arena, STR("a#k"), STR(PUBLIC), &key), ERR_INVALID, "but is no PEM");
	is_int(key_cache_multikey(cache, arena, STR("a#k"), STR(SECRET), &key), ERR_INVALID,
	       "a secret does not enter");
	key_cache_free(cache);
	is_int(pkey_ed25519_public(arena, first, &raw), OK, "it outlives the cache");
}

#define KEY(id, controller, text)                                               \
	"{\"id\":\"" id "\",\"type\":\"Multikey\",\"controller\":\"" controller \
	"\",\"publicKeyMultibase\":\"" text "\"}"

#define ENDING(when)                                                                                                   \
	"{\"id\":\"" ACTOR "#k\",\"type\":\"Multikey\",\"controller\":\"" ACTOR "\"," when ",\"publicKeyMultibase\":\"" PUBLIC "\"}"

static void test_actor(struct arena *arena)
{
	static const struct {
		const char *keys;
		const char *key_id;
		int wanted;
		const char *name;
	} rows[] = {
		{ "[" KEY(ACTOR "#k", ACTOR, PUBLIC) "]", ACTOR "#k", OK, "a key of his own is found" },
		{ KEY(ACTOR "#k", ACTOR, PUBLIC), ACTOR "#k", OK, "also when it does not stand in an array" },
		{ "[" KEY(ACTOR "#k", ACTOR, PUBLIC) "]", "", OK, "any key will do when none is asked for" },
		{ "[7,null,\"" ACTOR
		  "#i\",{}," KEY(ACTOR "#j", ACTOR, "z6Mk") "," KEY(ACTOR "#k", ACTOR, PUBLIC) "]",
		  "", OK, "what is malformed does not hide the rest" },
		{ "[" KEY(ACTOR "#k", ACTOR, PUBLIC) "]", ACTOR "#j", ERR_NOT_FOUND,
		  "another id is not found" },
		{ "[" KEY(ACTOR "#k", "https://a.example/u/8", PUBLIC) "]", "", ERR_NOT_FOUND,
		  "a key under another's control is not his" },
		{ "[" KEY("https://b.example/u/7#k", ACTOR, PUBLIC) "]", "", ERR_NOT_FOUND,
		  "nor is one of another origin" },
		{ "[" KEY(ACTOR "#k", ACTOR, SECRET) "]", "", ERR_NOT_FOUND, "a secret is no public key" },
		{ "[{\"id\":\"" ACTOR "#k\",\"controller\":\"" ACTOR "\",\"publicKeyMultibase\":\"" PUBLIC
		  "\"}]",
		  "", ERR_NOT_FOUND, "a key without its type does not count" },
		{ "[{\"id\":\"" ACTOR "#k\",\"type\":\"Multikey\",\"publicKeyMultibase\":\"" PUBLIC "\"}]",
		  "", ERR_NOT_FOUND, "nor without a controller" },
		{ "[{\"type\":\"Multikey\",\"controller\":\"" ACTOR "\",\"publicKeyMultibase\":\"" PUBLIC
		  "\"}]",
		  "", ERR_NOT_FOUND, "nor without an id" },
		{ "[{\"id\":\"" ACTOR "#k\",\"type\":\"Multikey\",\"controller\":[\"" ACTOR
		  "\",\"https://a.example/u/8\"],"
		  "\"publicKeyMultibase\":\"" PUBLIC "\"}]",
		  "", ERR_NOT_FOUND, "nor with two controllers" },
		{ "[" ENDING("\"revoked\":\"2026-01-01T00:00:00Z\"") "]", "", ERR_NOT_FOUND, "a revoked one does not count" },
		{ "[" ENDING("\"expires\":\"2020-01-01T00:00:00Z\"") "]", "", ERR_NOT_FOUND, "nor one that expired" },
		{ "[" ENDING("\"expires\":7") "]", "", ERR_NOT_FOUND, "or says something like it" },
		{ "[" ENDING("\"expires\":\"2999-01-01T00:00:00Z\"") "]", "", OK, "one that expires later counts" },
		{ "[0,1,2,3,4,5,6,7,8,9," KEY(ACTOR "#k", ACTOR, PUBLIC) "]", "", ERR_NOT_FOUND,
		  "an endless list is not read to its end" },
		{ "\"" ACTOR "#k\"", "", ERR_NOT_FOUND, "a key that is only named is not there" },
		{ "null", "", ERR_NOT_FOUND, "an actor may have none" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof *rows; i++) {
		struct str text =
			arena_printf(arena, "{\"id\":\"" ACTOR "\",\"assertionMethod\":%s}", rows[i].keys);
		struct multikey key = { 0 };
		json_t *document;

		if (!ok(json_parse(arena, text, &document) == OK, "row %zu is JSON", i))
			continue;
		is_int(multikey_of_actor(arena, document, STR(ACTOR), str_of(rows[i].key_id), &key),
		       rows[i].wanted, rows[i].name);
		if (rows[i].wanted == OK)
			is_str(key.id, STR(ACTOR "#k"), "being the right one");
	}
}

int main(void)
{
	struct arena *arena = arena_new();

	test_multibase(arena);
	test_round_trip();
	test_keys(arena);
	test_cache(arena);
	test_actor(arena);
	arena_free(arena);
	return done();
}
