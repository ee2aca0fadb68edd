/*
 * Any bytes as a document with a proof, as an actor with keys, as multibase: no crash; what verifies with the key of
 * FEP-8b32's vector is the vector's document; what we sign verifies.
 */
#include "federation/proof.h"

#include <stdlib.h>

#include "federation/jcs.h"
#include "federation/multikey.h"
#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

#define ALICE "https://server.example/users/alice"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The document of the vector without its context, to which values may be added. */
static const char vector[] =
	"{\"actor\":\"" ALICE "\",\"id\":\"https://server.example/activities/1\",\"object\":{"
	"\"attributedTo\":\"" ALICE "\",\"content\":\"Hello world\",\"id\":\"https://server.example/objects/1\","
	"\"location\":{\"latitude\":25.273962,\"longitude\":-71.184902,\"type\":\"Place\"},\"type\":\"Note\"},\"type\":\"Create\"}";

static struct arena *forever;
static struct pkey *vector_key, *secret, *open;

static void make_keys(void)
{
	struct str private_pem, public_text;

	forever = arena_new();
	if (pkey_parse_multikey(forever, STR("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"), &vector_key) ||
	    pkey_generate_ed25519(forever, &private_pem, &public_text) ||
	    pkey_parse_private(forever, private_pem, &secret) || pkey_parse_multikey(forever, public_text, &open))
		abort();
}

static int check(struct arena *arena, const json_t *document, const struct pkey *key)
{
	struct proof proof;
	const char *reason;
	int r = proof_parse(arena, document, 0, &proof, &reason);

	return r ? r : proof_verify(arena, &proof, key, STR(ALICE), STR(ALICE), &reason);
}

static void check_vector(struct arena *arena, json_t *document)
{
	struct str text;

	if (check(arena, document, vector_key))
		return;
	json_object_del(document, "proof");
	json_object_del(document, "signature");
	json_object_del(document, "@context");
	if (jcs_render(arena, document, &text) || !str_eq(text, str_of(vector)))
		abort();
}

static void check_signed(struct arena *arena, struct str text)
{
	struct proof_order order = { secret, STR(ALICE "#k"), 0 };
	json_t *document;

	/* A context as deep as a document may be is too deep in its proof. */
	if (proof_add(arena, text, &order, &text) || json_parse(arena, text, &document))
		return;
	if (check(arena, document, open))
		abort();
}

static void check_multibase(struct arena *arena, struct str text)
{
	struct str data;

	if (multibase_decode(arena, text, &data) == OK && !str_eq(multibase_encode(arena, data), text))
		abort();
	data = str_sub(text, 0, MULTIBASE_CHARS_MAX / 2);
	if (multibase_decode(arena, multibase_encode(arena, data), &text) || !str_eq(text, data))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { n ? (const char *)data : "", n };
	struct arena *arena = arena_new();
	struct multikey multikey;
	json_t *document;

	if (!forever)
		make_keys();
	check_multibase(arena, text);
	check_signed(arena, text);
	if (json_parse(arena, text, &document) == OK) {
		multikey_of_actor(arena, document, STR(ALICE), STR_NONE, &multikey);
		check_vector(arena, document);
	}
	arena_free(arena);
	return 0;
}
