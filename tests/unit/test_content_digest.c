/* Content-Digest: the examples of RFC 9530, and what is not the body's. */
#include "federation/content_digest.h"

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

#define SHA256 "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
#define SHA512 "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:"

static const struct str body = { "{\"hello\": \"world\"}\n", 19 };

static void test_check(struct arena *arena)
{
	static const struct {
		const char *value;
		const char *wanted;  /* in the reason; NULL: good */
	} rows[] = {
		{ SHA256, NULL },
		{ SHA512, NULL },
		{ SHA256 ", " SHA512, NULL },
		{ "md5=:YQ==:, " SHA256 ",unixsum=:AA==:", NULL },
		{ "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", "not that" },
		{ SHA256 ", sha-512=:YQ==:", "not that" },
		{ "sha-256=:YQ==:, " SHA512, "not that" },
		{ "sha-256=::", "not that" },
		{ "sha-256", "not that" },
		{ "sha-256=\"RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=\"", "not that" },
		{ "sha-256=(:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:)", "not that" },
		{ "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", "malformed" },
		{ "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", "malformed" },
		{ SHA256 "," SHA256, "malformed" },
		{ "sha-384=:YQ==:", "no SHA-256" },
		{ "", "no SHA-256" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *reason = content_digest_check(arena, str_of(rows[i].value), body);

		ok(rows[i].wanted ? reason && strstr(reason, rows[i].wanted) : !reason, "%s (%s)", rows[i].value,
		   reason ? reason : "good");
	}
	ok(content_digest_check(arena, STR_NONE, body), "no header is no digest");
	ok(content_digest_check(arena, STR(SHA256), STR_NONE), "nothing is another body");
}

int main(void)
{
	struct arena *arena = arena_new();

	test_check(arena);
	is_str(content_digest_make(arena, body), STR(SHA256), "we write it as the RFC does");
	is_str(content_digest_make(arena, STR_NONE), STR("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
	       "of nothing, too");
	arena_free(arena);
	return done();
}
