/* storage/base/hash: digests by their published vectors, tokens, text forms of bytes. */
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "tests/unit/tap.h"

static struct str hex_of(struct arena *arena, const uint8_t digest[SHA256_BYTES])
{
	return hex_encode(arena, (struct str){ (const char *)digest, SHA256_BYTES });
}

static void digest(struct arena *arena)
{
	uint8_t out[SHA256_BYTES];
	char long_key[131];

	hash_sha256(STR("abc"), out);
	is_str(hex_of(arena, out), STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	       "SHA-256 of \"abc\" (FIPS 180-4)");
	hash_sha256(STR_NONE, out);
	is_str(hex_of(arena, out), STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	       "SHA-256 of nothing");
	hash_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
	is_str(hex_of(arena, out), STR("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
	       "HMAC-SHA-256 (RFC 4231, case 2)");
	memset(long_key, 0xaa, sizeof(long_key));
	hash_hmac_sha256((struct str){ long_key, sizeof(long_key) },
	                 STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
	is_str(hex_of(arena, out), STR("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
	       "HMAC-SHA-256 (RFC 4231, case 6)");
	hash_hmac_sha256(STR_NONE, STR_NONE, out);
	is_str(hex_of(arena, out), STR("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
	       "HMAC-SHA-256 of nothing with an empty key");
}

static void make_tokens(struct arena *arena)
{
	struct str a = hash_token(arena), b = hash_token(arena), back = STR_NONE;
	uint8_t random[2][64] = { { 0 } };

	is_int(a.n, 43, "a token has 43 characters");
	ok(!str_eq(a, b), "two tokens differ");
	ok(base64_decode(arena, a, &back) == OK && back.n == 32, "a token holds 256 bits");
	hash_random(random[0], sizeof(random[0]));
	hash_random(random[1], sizeof(random[1]));
	ok(memcmp(random[0], random[1], sizeof(random[0])) != 0, "random bytes differ each time");
	hash_random(random[0], 0);
}

static void compare(void)
{
	ok(hash_equal(STR("secret"), STR("secret")), "equal secrets are equal");
	ok(!hash_equal(STR("secret"), STR("secreT")) && !hash_equal(STR("secret"), STR("secre")), "others are not");
	ok(hash_equal(STR_NONE, STR("")), "nothing equals nothing");
}

/* RFC 4648, section 10, and bytes that need the last two digits of the alphabet. */
static void encode(struct arena *arena)
{
	static const struct {
		struct str data, padded, url;
	} cases[] = {
		{ STR(""), STR(""), STR("") },
		{ STR("f"), STR("Zg=="), STR("Zg") },
		{ STR("fo"), STR("Zm8="), STR("Zm8") },
		{ STR("foo"), STR("Zm9v"), STR("Zm9v") },
		{ STR("foob"), STR("Zm9vYg=="), STR("Zm9vYg") },
		{ STR("fooba"), STR("Zm9vYmE="), STR("Zm9vYmE") },
		{ STR("foobar"), STR("Zm9vYmFy"), STR("Zm9vYmFy") },
		{ STR("\xfb\xff\xfe"), STR("+//+"), STR("-__-") },
		{ STR("\0\0"), STR("AAA="), STR("AAA") },
	};
	struct str bytes = STR_NONE;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str back = STR_NONE;

		is_str(base64_encode(arena, cases[i].data), cases[i].padded, "base64 is padded");
		is_str(base64url_encode(arena, cases[i].data), cases[i].url, "base64url is not padded");
		ok(base64_decode(arena, cases[i].padded, &back) == OK && str_eq(back, cases[i].data), "padded decodes");
		ok(base64_decode(arena, cases[i].url, &back) == OK && str_eq(back, cases[i].data), "unpadded decodes");
	}
	is_str(hex_encode(arena, STR("\x00\x7f\xff")), STR("007fff"), "hex is lower case");
	is_str(hex_encode(arena, STR_NONE), STR(""), "hex of nothing is empty");
	is_int(hex_decode(arena, STR("007fFf"), &bytes), OK, "hex of either case is read");
	is_str(bytes, STR("\x00\x7f\xff"), "to its bytes");
	is_int(hex_decode(arena, STR("007"), &bytes), ERR_INVALID, "half a byte is none");
	is_int(hex_decode(arena, STR("0g"), &bytes), ERR_INVALID, "nor is a letter beyond f");
}

static void refuse(struct arena *arena)
{
	static const struct str bad[] = {
		STR("A"), STR("Zg="), STR("Zg==="), STR("=Zg="), STR("Zm8=Zm8="), STR("Zm9v===="), STR("Zm 9v"), STR("Zm9v\n"),
		STR("Zh=="), STR("Zm9="), STR("Zm\0v"), STR("Zm9\xc3"), STR("===="), STR("="), STR("Zm9v="), STR("Zm8=="),
	};
	struct str data = STR("untouched");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(base64_decode(arena, bad[i], &data) == ERR_INVALID, "broken base64 %zu is refused", i);
	is_str(data, STR("untouched"), "a failure leaves the result alone");
}

static void come_back(struct arena *arena)
{
	unsigned char bytes[200];
	bool same = true;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct str data = { (const char *)bytes, n }, back = STR_NONE;

		same = same && base64_decode(arena, base64url_encode(arena, data), &back) == OK && str_eq(back, data);
		same = same && base64_decode(arena, base64_encode(arena, data), &back) == OK && str_eq(back, data);
	}
	ok(same, "bytes of any length come back");
}

int main(void)
{
	struct arena *arena = arena_new();

	digest(arena);
	make_tokens(arena);
	compare();
	encode(arena);
	refuse(arena);
	come_back(arena);
	arena_free(arena);
	return done();
}
