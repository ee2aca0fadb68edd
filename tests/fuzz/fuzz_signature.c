/* Any bytes as signature header, digest and key text: no crash, and nothing verifies. */
#include "federation/signature.h"

#include <stdlib.h>

#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
	                          "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	                          "-----END PUBLIC KEY-----\n";
	struct arena *arena = arena_new();
	struct str rest = { n ? (const char *)data : "", n };
	struct str first = str_cut(&rest, '\n');
	struct header headers[] = { { STR("Host"), STR("a.example") }, { STR("Date"), STR("Tue, 24 Nov 2026 08:00:00 GMT") },
		                    { STR("Digest"), rest }, { STR("Signature"), first } };
	struct signature_request request = { STR("POST"), STR("/inbox?x"), headers, 4, STR("{}"), STR_NONE };
	const struct str host = STR("a.example");
	struct signature_policy policy = { &host, 1, 1795507200000, SIGNATURE_TOLERANCE_MS };
	struct signature signature;
	const char *reason;
	struct pkey *key;

	if (signature_parse(arena, &request, &signature, &reason) == OK) {
		signature_check_request(arena, &request, &signature, &policy, NULL, &reason);
		if (pkey_parse_public(arena, str_of(pem), &key))
			abort();
		if (signature_verify(arena, &request, &signature, key, &reason) == OK)
			abort();
	}
	pkey_parse_public(arena, rest, &key);
	arena_free(arena);
	return 0;
}
