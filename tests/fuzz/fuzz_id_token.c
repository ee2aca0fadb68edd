/* Any bytes as a token, as the claims of one that is signed, and as a set of keys: what is read is whole, or nothing is. */
#include "node/oidc/claims.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/rig/smith.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_both(struct arena *arena, struct str token, const json_t *keys)
{
	struct claims_wanted wanted = { .keys = keys, .issuer = STR("https://i.example"), .client_id = STR("node"),
	                                .nonce = STR("n"), .now_ms = 1800000000000 };
	struct claims_person person;
	struct claims claims;
	const char *fault;

	if (id_token_read(arena, token, &wanted, &claims, &fault) == OK && (!claims.subject.n || !claims.iat_ms))
		abort();
	if (logout_token_read(arena, token, &wanted, &claims, &fault) != OK)
		return;
	if (!claims.jti.n || (!claims.subject.n && !claims.sid.n))
		abort();
	claims_person(claims.json, &person);
	claims_hold(arena, claims.json, STR("a.b"), STR("c"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct smith *smith;
	struct str text = { (const char *)data, n };
	struct arena *arena = arena_new();
	json_t *keys;

	if (!smith)
		smith = smith_new(1U << SMITH_EC);
	if (json_parse(arena, arena_printf(arena, "{\"keys\":[{%s}]}", smith_public(arena, smith, SMITH_EC).p), &keys) != OK)
		abort();
	read_both(arena, text, keys);
	read_both(arena, smith_sign(arena, smith, SMITH_EC, "ES256", STR_NONE, STR("{\"alg\":\"ES256\"}"), text), keys);
	if (json_parse(arena, text, &keys) == OK) {
		read_both(arena, smith_sign(arena, smith, SMITH_EC, "ES256", STR_NONE, STR("{\"alg\":\"ES256\"}"), text), keys);
		jose_usable(arena, keys);
	}
	arena_free(arena);
	return 0;
}
