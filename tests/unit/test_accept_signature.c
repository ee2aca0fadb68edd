/* Wishes of peers about signatures: those we can grant are read, the others passed over. */
#include "federation/accept_signature.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static void test_outcomes(struct arena *arena)
{
	static const struct {
		const char *value;
		int err;
		const char *label;
	} rows[] = {
		{ "sig1=(\"@method\" \"@target-uri\" \"@authority\" \"content-digest\")", OK, "sig1" },
		{ "a=()", OK, "a" },
		{ "a=(\"@method\");created;expires;keyid=\"k\";alg=\"rsa-v1_5-sha256\";nonce=\"n\";tag=\"t\"", OK, "a" },
		{ "a=();other=1", OK, "a" },
		{ "a=(\"@status\"), b=(\"@path\")", OK, "b" },
		{ "a=();alg=\"ecdsa-p256-sha256\", b=()", OK, "b" },
		{ "a=();alg=\"rsa-pss-sha512\"", ERR_NOT_FOUND, NULL },
		{ "a=(\"date\")", ERR_NOT_FOUND, NULL },
		{ "a=(\"@method\";req)", ERR_NOT_FOUND, NULL },
		{ "a=(\"@query-param\";name=\"x\")", ERR_NOT_FOUND, NULL },
		{ "a=(method)", ERR_NOT_FOUND, NULL },
		{ "a", ERR_NOT_FOUND, NULL },
		{ "a=();nonce", ERR_NOT_FOUND, NULL },
		{ "a=();nonce=1", ERR_NOT_FOUND, NULL },
		{ "a=();nonce=\"\\\"\"", ERR_NOT_FOUND, NULL },
		{ "a=();keyid", ERR_NOT_FOUND, NULL },
		{ "", ERR_NOT_FOUND, NULL },
		{ "a=(", ERR_INVALID, NULL },
		{ "a=(), a=()", ERR_INVALID, NULL },
		{ "keyId=\"x\"", ERR_INVALID, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct signature_wish wish = { .label = STR_NONE };

		is_int(accept_signature_parse(arena, str_of(rows[i].value), &wish), rows[i].err, rows[i].value);
		is_str(wish.label, str_of(rows[i].label), "its label");
	}
}

static void test_wish(struct arena *arena)
{
	struct signature_wish wish;

	accept_signature_parse(arena, STR("a=(\"@path\" \"@method\");keyid=\"k\";alg=\"ed25519\";nonce=\"n\";tag=\"t\""), &wish);
	is_int(wish.components, 1 << WISH_PATH | 1 << WISH_METHOD, "its components are known");
	is_str(wish.key_id, STR("k"), "its key");
	is_str(wish.nonce, STR("n"), "its nonce");
	is_str(wish.tag, STR("t"), "its tag");
	ok(wish.ed25519 && !wish.rsa, "its algorithm");
	ok(!wish.expires, "and that it wants no end");
	accept_signature_parse(arena, STR("a=();expires"), &wish);
	ok(wish.ed25519 && wish.rsa && wish.expires, "one that names no algorithm leaves it to us");
	for (unsigned i = 0; i < WISH_COMPONENTS; i++)
		ok(accept_signature_parse(arena, arena_printf(arena, "a=(\"%.*s\")", STR_ARG(wish_component_name(i))),
		                          &wish) == OK && wish.components == 1u << i,
		   "we can sign %.*s", STR_ARG(wish_component_name(i)));
}

int main(void)
{
	struct arena *arena = arena_new();
	struct signature_wish wish;

	test_outcomes(arena);
	test_wish(arena);
	is_int(accept_signature_parse(arena, accept_signature_make(false), &wish), OK, "our own wish makes sense");
	is_int(wish.components, 1 << WISH_METHOD | 1 << WISH_TARGET_URI, "for a GET");
	accept_signature_parse(arena, accept_signature_make(true), &wish);
	is_int(wish.components, 1 << WISH_METHOD | 1 << WISH_TARGET_URI | 1 << WISH_CONTENT_DIGEST, "and for a POST");
	arena_free(arena);
	return done();
}
