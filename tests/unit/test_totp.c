/* Codes of authenticator apps against the vectors of the standards, and how long one is good. */
#include "node/accounts/totp.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "tests/unit/tap.h"

static const struct str secret = STR("12345678901234567890");

/* RFC 4226, appendix D. */
static void test_hotp(void)
{
	static const uint32_t codes[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489 };

	for (uint64_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		ok(totp_code(secret, i, 6) == codes[i], "RFC 4226, counter %llu", (unsigned long long)i);
}

/* RFC 6238, appendix B, the rows of SHA-1. */
static void test_totp(void)
{
	static const struct {
		uint64_t second;
		uint32_t code;
	} rows[] = {
		{ 59, 94287082 }, { 1111111109, 7081804 }, { 1111111111, 14050471 }, { 1234567890, 89005924 },
		{ 2000000000, 69279037 }, { 20000000000, 65353130 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(totp_code(secret, rows[i].second / TOTP_STEP_SECONDS, 8) == rows[i].code, "RFC 6238, second %llu",
		       (unsigned long long)rows[i].second);
}

static bool fits(const char *code, int64_t second, uint64_t used, uint64_t *step)
{
	return totp_fits(secret, str_of(code), second * SECOND_MS, used, step);
}

static void test_window(void)
{
	uint64_t step = 0;

	ok(fits("081804", 1111111109, 0, &step) && step == 37037036, "a code fits its step, leading zeros too");
	ok(fits("081804", 1111111109 + 30, 0, &step) && step == 37037036, "and 30 seconds later");
	ok(fits("081804", 1111111109 - 30, 0, &step), "and 30 seconds before, by a clock that is slow");
	ok(!fits("081804", 1111111109 + 61, 0, &step), "but not a minute later");
	ok(!fits("081804", 1111111109 - 61, 0, &step), "nor a minute before");
	ok(!fits("081804", 1111111109, 37037036, &step), "not once its step was used");
	ok(!fits("081804", 1111111109, 37037037, &step), "nor once a later one was");
	ok(fits("050471", 1111111109, 37037036, &step) && step == 37037037, "the next one then does");
	ok(!fits("81804", 1111111109, 0, &step) && !fits("0081804", 1111111109, 0, &step) && !fits("", 1111111109, 0, &step),
	   "six digits it has to be");
}

static void test_texts(void)
{
	struct arena *arena = arena_new();

	is_str(totp_text(arena, secret, false), STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "the secret in base32");
	is_str(totp_text(arena, STR("12345678"), true), STR("GEZD GNBV GY3T Q"), "in groups for people");
	is_str(base32_lower(arena, STR("foobar")), STR("mzxw6ytboi"), "RFC 4648 section 10, in small letters");
	is_str(totp_uri(arena, STR("Chez nous: Lyon"), STR("ana@a.example"), STR("foob")),
	       STR("otpauth://totp/Chez%20nous%3A%20Lyon:ana%40a.example?secret=MZXW6YQ&issuer=Chez%20nous%3A%20Lyon"
	           "&algorithm=SHA1&digits=6&period=30"), "what the QR code says");
	arena_free(arena);
}

int main(void)
{
	test_hotp();
	test_totp();
	test_window();
	test_texts();
	return done();
}
