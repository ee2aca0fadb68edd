/*
 * Any bytes as Signature-Input, Signature, Content-Digest and Accept-Signature: no crash, nothing verifies, and what we
 * sign because a peer asked for it can be read again.
 */
#include "federation/signature.h"

#include <stdlib.h>

#include "federation/accept_signature.h"
#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const int64_t now_ms = 1795507200000;

static struct pkey *fuzz_key(struct arena *arena, bool private)
{
	static const char private_pem[] = "-----BEGIN PRIVATE KEY-----\n"
	                                  "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n"
	                                  "-----END PRIVATE KEY-----\n";
	static const char public_pem[] = "-----BEGIN PUBLIC KEY-----\n"
	                                 "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
	                                 "-----END PUBLIC KEY-----\n";
	struct pkey *key;

	if (private ? pkey_parse_private(arena, str_of(private_pem), &key)
	            : pkey_parse_public(arena, str_of(public_pem), &key))
		abort();
	return key;
}

/* OK when all steps agree. */
static int judge(struct arena *arena, const struct signature_request *request)
{
	const struct str host = STR("a.example");
	struct signature_policy policy = { &host, 1, now_ms, SIGNATURE_TOLERANCE_MS };
	struct signature signature;
	const char *reason;
	int err = signature_parse(arena, request, &signature, &reason);

	if (err)
		return err;
	err = signature_check_request(arena, request, &signature, &policy, NULL, &reason);
	return signature_verify(arena, request, &signature, fuzz_key(arena, false), &reason) || err;
}

static void grant(struct arena *arena, struct str accept)
{
	struct header made[SIGNATURE_MADE_HEADERS + 1] = { [SIGNATURE_MADE_HEADERS] = { STR("Host"), STR("a.example") } };
	struct signature_wish wish;
	struct signature_order order = {
		.method = STR("POST"), .target = STR("/inbox?x"), .host = STR("a.example"), .body = STR("{}"), .secure = true,
		.key_id = STR("https://b.example/u/1#main-key"), .key = fuzz_key(arena, true), .now_ms = now_ms,
		.scheme = SIGNATURE_MESSAGE, .wish = &wish,
	};
	struct signature_request request = {
		.method = order.method, .target = order.target, .headers = made, .header_count = SIGNATURE_MADE_HEADERS + 1,
		.body = order.body, .origin = STR("https://a.example"),
	};

	if (accept_signature_parse(arena, accept, &wish) || signature_make(arena, &order, made))
		return;
	if (made[1].value.n <= SIGNATURE_BYTES_MAX && judge(arena, &request) != OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new();
	struct str rest = { n ? (const char *)data : "", n };
	struct str input = str_cut(&rest, '\n'), signature = str_cut(&rest, '\n'), digest = str_cut(&rest, '\n');
	struct header headers[] = { { STR("Host"), STR("a.example") }, { STR("Signature-Input"), input },
		                    { STR("Content-Digest"), digest }, { STR("Signature"), signature } };
	struct signature_request request = { STR("POST"), STR("/inbox?x"), headers, 4, STR("{}"),
		                             STR("https://a.example") };

	if (judge(arena, &request) == OK)
		abort();
	grant(arena, input);
	arena_free(arena);
	return 0;
}
