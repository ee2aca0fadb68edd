/* Integrity proofs: the vector of FEP-8b32 to the byte, and that no change to what was signed goes through.
 */
#include "federation/proof.h"

#include "federation/jcs.h"
#include "federation/multikey.h"
#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "tests/unit/tap.h"
#include "tests/unit/vectors_signature.h"

#define ALICE  "https://server.example/users/alice"
#define KEY_ID ALICE "#ed25519-key"
#define SECRET "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
#define PUBLIC "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
#define VALUE  "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"

/* The vector's document in three pieces; it has no members in order. */
#define AS      "\"https://www.w3.org/ns/activitystreams\""
#define DI      "\"https://w3id.org/security/data-integrity/v2\""
#define CONTEXT "[" AS "," DI "]"
#define MEMBERS                                                                                               \
	"\"id\":\"https://server.example/activities/1\",\"type\":\"Create\",\"actor\":\"" ALICE "\","         \
	"\"object\":{\"id\":\"https://server.example/objects/1\",\"type\":\"Note\",\"attributedTo\":\"" ALICE \
	"\","                                                                                                 \
	"\"content\":\"Hello world\",\"location\":{\"type\":\"Place\",\"longitude\":-71.184902,\"latitude\":25.273962}}"
#define STATEMENT                                                                                             \
	"\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"eddsa-jcs-2022\",\"verificationMethod\":\"" KEY_ID \
	"\","                                                                                                 \
	"\"proofPurpose\":\"assertionMethod\",\"created\":\"2023-02-24T23:36:38Z\""
#define PROOF    "{\"@context\":" CONTEXT "," STATEMENT ",\"proofValue\":\"" VALUE "\"}"
#define DOCUMENT "{\"@context\":" CONTEXT "," MEMBERS "}"
#define SIGNED   "{\"@context\":" CONTEXT "," MEMBERS ",\"proof\":" PROOF "}"

static const int64_t created_ms = 1677281798000; /* 2023-02-24T23:36:38Z */

static struct arena *forever;
static struct pkey *secret, *open;

static struct pkey *rsa_key(void)
{
	struct pkey *key = NULL;

	pkey_parse_public(forever, str_of(rsa_public), &key);
	return key;
}

/* All the way from bytes to the verdict, as a receiver goes it. */
static int check_by(struct str text, const struct pkey *key, const char *controller, const char *owner)
{
	struct arena *arena = arena_new();
	const char *reason = NULL;
	struct proof proof;
	json_t *document;
	int r = json_parse(arena, text, &document);

	if (!r)
		r = proof_parse(arena, document, created_ms, &proof, &reason);
	if (!r)
		r = proof_verify(arena, &proof, key, str_of(controller), str_of(owner), &reason);
	if (r == ERR_UNAUTHORIZED && !reason)
		r = ERR_CORRUPT;
	arena_free(arena);
	return r;
}

static int check(const char *text)
{
	return check_by(str_of(text), open, ALICE, ALICE);
}

static struct str canonical(struct arena *arena, const char *text)
{
	struct str got = STR_NONE;
	json_t *value;

	if (json_parse(arena, str_of(text), &value) == OK)
		jcs_render(arena, value, &got);
	return got;
}

static struct str hash_hex(struct arena *arena, struct str text)
{
	uint8_t hash[SHA256_BYTES];

	hash_sha256(text, hash);
	return hex_encode(arena, (struct str){ (const char *)hash, sizeof(hash) });
}

static void test_vector(struct arena *arena)
{
	struct proof_order order = { secret, STR(KEY_ID), created_ms };
	struct str statement = canonical(arena, "{\"@context\":" CONTEXT "," STATEMENT "}");
	struct str document = canonical(arena, DOCUMENT), text;
	struct proof proof;
	const char *reason;
	json_t *tree;

	is_str(document,
	       STR("{\"@context\":" CONTEXT ",\"actor\":\"" ALICE
		   "\",\"id\":\"https://server.example/activities/1\","
		   "\"object\":{\"attributedTo\":\"" ALICE "\",\"content\":\"Hello world\",\"id\":"
		   "\"https://server.example/objects/1\",\"location\":{\"latitude\":25.273962,\"longitude\":-71.184902,"
		   "\"type\":\"Place\"},\"type\":\"Note\"},\"type\":\"Create\"}"),
	       "the document in its canonical form");
	is_str(statement,
	       STR("{\"@context\":" CONTEXT
		   ",\"created\":\"2023-02-24T23:36:38Z\",\"cryptosuite\":\"eddsa-jcs-2022\","
		   "\"proofPurpose\":\"assertionMethod\",\"type\":\"DataIntegrityProof\",\"verificationMethod\":\"" KEY_ID
		   "\"}"),
	       "the statement likewise");
	is_str(hash_hex(arena, statement),
	       STR("cf63e2308ce7d1137667192c5c5e751ba7b1c6e3d5e746a7b717d309654ad198"),
	       "the hash of the statement");
	is_str(hash_hex(arena, document),
	       STR("0793e8d97e2de4b989b2b2d7a5fae8cf941f102a03c0ecab00f03eaa2330c650"),
	       "the hash of the document");
	if (!ok(proof_add(arena, STR(DOCUMENT), &order, &text) == OK, "the document is signed"))
		return;
	ok(str_starts(text, STR("{\"@context\":" CONTEXT "," MEMBERS ",\"proof\":{")),
	   "its own bytes staying as they are");
	ok(str_find(text, STR("\"proofValue\":\"" VALUE "\"")) != SIZE_MAX, "with the value of the vector");
	is_int(check(text.p), OK, "what we sign is verified");
	is_int(check(SIGNED), OK, "so is the vector as it is published");
	json_parse(arena, STR(SIGNED), &tree);
	is_int(proof_parse(arena, tree, created_ms, &proof, &reason), OK, "it has a proof");
	is_str(proof.key_id, STR(KEY_ID), "which names its key");
	is_int(proof.signature.n, PROOF_SIGNATURE_BYTES, "and has a signature");
}

/* Every bit of the signed text turned, one at a time. */
static void test_bits(struct arena *arena)
{
	char *text = arena_cstr(arena, STR(SIGNED));
	size_t n = sizeof(SIGNED) - 1;
	int let_in = 0;

	for (size_t i = 0; i < 8 * n; i++) {
		text[i / 8] ^= (char)(1 << i % 8);
		if (check_by((struct str){ text, n }, open, ALICE, ALICE) == OK) {
			printf("# let in: %s\n", text);
			let_in++;
		}
		text[i / 8] ^= (char)(1 << i % 8);
	}
	is_str(str_of(text), STR(SIGNED), "every bit was turned back");
	is_int(let_in, 0, "no bit can be turned");
}

struct row {
	const char *text;
	int wanted;
	const char *name;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		is_int(check(rows[i].text), rows[i].wanted, rows[i].name);
}

#define ROWS(rows)                    (rows), sizeof(rows) / sizeof *(rows)
#define WITH(context, members, proof) "{\"@context\":" context "," members ",\"proof\":" proof "}"
#define VALUED(members)               "{" members ",\"proofValue\":\"" VALUE "\"}"
#define IN_CONTEXT                    "\"@context\":" CONTEXT ","

static void test_documents(void)
{
	static const struct row rows[] = {
		{ DOCUMENT, ERR_NOT_FOUND, "a document without a proof has none" },
		{ "[" SIGNED "]", ERR_NOT_FOUND, "an array has none" },
		{ "{\"object\":" SIGNED "}", ERR_NOT_FOUND, "nor has a document with a proof further down" },
		{ " {\"proof\" : " PROOF " ,\t" MEMBERS ",\n\"@context\":" CONTEXT " }\n", OK,
		  "order and white space mean nothing" },
		{ WITH(CONTEXT,
		       MEMBERS ",\"signature\":{\"type\":\"RsaSignature2017\",\"signatureValue\":\"x\"}",
		       PROOF),
		  OK, "a Linked Data signature may have been added" },
		{ WITH(CONTEXT, MEMBERS ",\"to\":[\"https://www.w3.org/ns/activitystreams#Public\"]", PROOF),
		  ERR_UNAUTHORIZED, "recipients may not" },
		{ WITH(CONTEXT, MEMBERS ",\"unknown\":null", PROOF), ERR_UNAUTHORIZED,
		  "nor may a member that nobody knows" },
		{ WITH(CONTEXT,
		       "\"id\":\"https://server.example/activities/1\",\"type\":\"Create\",\"actor\":\"" ALICE
		       "\"",
		       PROOF),
		  ERR_UNAUTHORIZED, "nor may anything be taken away" },
		{ WITH("[" AS "," DI ",{\"a\":\"b\"}]", MEMBERS, PROOF), OK,
		  "a context may have been added behind the signed ones" },
		{ WITH("[{\"a\":\"b\"}," AS "," DI "]", MEMBERS, PROOF), ERR_UNAUTHORIZED,
		  "but not before them" },
		{ WITH("[" AS "]", MEMBERS, PROOF), ERR_UNAUTHORIZED, "nor may one be missing" },
		{ WITH("[" DI "," AS "]", MEMBERS, PROOF), ERR_UNAUTHORIZED, "nor may they change places" },
		{ "{" MEMBERS ",\"proof\":" PROOF "}", ERR_UNAUTHORIZED, "nor may all be missing" },
		{ WITH(CONTEXT, MEMBERS, "{\"@context\":[]," STATEMENT ",\"proofValue\":\"" VALUE "\"}"),
		  ERR_UNAUTHORIZED, "a proof with an empty context fits nothing" },
		{ WITH(CONTEXT, MEMBERS, "{\"@context\":null," STATEMENT ",\"proofValue\":\"" VALUE "\"}"),
		  ERR_UNAUTHORIZED, "nor does one without a value there" },
		{ WITH(CONTEXT, MEMBERS, "{" STATEMENT ",\"proofValue\":\"" VALUE "\"}"), OK,
		  "a proof sent without its context was signed with the document's" },
		{ WITH("[" AS "]", MEMBERS, "{" STATEMENT ",\"proofValue\":\"" VALUE "\"}"), ERR_UNAUTHORIZED,
		  "which then may not change" },
	};

	check_rows(ROWS(rows));
}

static void test_statements(void)
{
	static const struct row rows[] = {
		{ WITH(CONTEXT, MEMBERS, "[" PROOF "]"), OK, "a proof may stand in an array" },
		{ WITH(CONTEXT, MEMBERS,
		       "[{\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"mldsa44-jcs-2024\"},7," PROOF
		       "]"),
		  OK, "beside those of other suites" },
		{ WITH(CONTEXT, MEMBERS, "[" PROOF "," PROOF "]"), ERR_UNAUTHORIZED,
		  "but not beside another one of ours" },
		{ WITH(CONTEXT, MEMBERS, "[1,2,3,4,5,6,7,8," PROOF "]"), ERR_UNAUTHORIZED,
		  "nor in an endless list" },
		{ WITH(CONTEXT, MEMBERS, "[]"), ERR_NOT_FOUND, "no proofs are none" },
		{ WITH(CONTEXT, MEMBERS, "\"" KEY_ID "\""), ERR_NOT_FOUND, "a text is none" },
		{ WITH(CONTEXT, MEMBERS,
		       VALUED("\"type\":\"Ed25519Signature2020\",\"verificationMethod\":\"" KEY_ID "\"")),
		  ERR_NOT_FOUND, "another type is not ours" },
		{ WITH(CONTEXT, MEMBERS,
		       VALUED("\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"eddsa-rdfc-2022\"")),
		  ERR_NOT_FOUND, "nor is another suite" },
		{ WITH(CONTEXT, MEMBERS, "{" IN_CONTEXT STATEMENT "}"), ERR_UNAUTHORIZED,
		  "a proof needs a value" },
		{ WITH(CONTEXT, MEMBERS, "{" IN_CONTEXT STATEMENT ",\"proofValue\":\"" PUBLIC "\"}"),
		  ERR_UNAUTHORIZED, "of the length of a signature" },
		{ WITH(CONTEXT, MEMBERS, "{" IN_CONTEXT STATEMENT ",\"proofValue\":\"z1" VALUE "\"}"),
		  ERR_UNAUTHORIZED, "written in one way only" },
		{ WITH(CONTEXT, MEMBERS,
		       VALUED("\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"eddsa-jcs-2022\","
			      "\"verificationMethod\":\"" KEY_ID "\"")),
		  ERR_UNAUTHORIZED, "a purpose" },
		{ WITH(CONTEXT, MEMBERS,
		       VALUED("\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"eddsa-jcs-2022\","
			      "\"proofPurpose\":\"assertionMethod\"")),
		  ERR_UNAUTHORIZED, "and a key" },
		{ WITH(CONTEXT, MEMBERS, VALUED(IN_CONTEXT STATEMENT ",\"previousProof\":\"urn:x\"")),
		  ERR_UNAUTHORIZED, "one that depends on another is refused" },
		{ WITH(CONTEXT, MEMBERS, VALUED(IN_CONTEXT STATEMENT ",\"nonce\":\"1\"")), ERR_UNAUTHORIZED,
		  "what stands in a proof was signed, too" },
	};

	check_rows(ROWS(rows));
}

static void test_owner(void)
{
	struct str text = STR(SIGNED), private_pem, public_text;
	struct pkey *other;

	is_int(check_by(text, open, ALICE, ALICE), OK, "the key is the owner's");
	is_int(check_by(text, open, ALICE, ALICE "2"), ERR_UNAUTHORIZED,
	       "a key of somebody else proves nothing");
	is_int(check_by(text, open, "https://server.example/users/Alice", ALICE), ERR_UNAUTHORIZED,
	       "names are compared to the byte");
	is_int(check_by(text, open, "", ""), ERR_UNAUTHORIZED, "nobody is not the owner");
	is_int(check_by(text, rsa_key(), ALICE, ALICE), ERR_UNAUTHORIZED,
	       "an RSA key does not fit the suite");
	pkey_generate_ed25519(forever, &private_pem, &public_text);
	pkey_parse_multikey(forever, public_text, &other);
	is_int(check_by(text, other, ALICE, ALICE), ERR_UNAUTHORIZED, "nor does another key");
}

/* A proof over what the members say, by our own hand, since proof_add() makes only good ones. */
static int check_signed(const char *document, const char *statement)
{
	struct arena *arena = arena_new();
	uint8_t hashes[2 * SHA256_BYTES];
	struct str signature, text;
	int r;

	hash_sha256(canonical(arena, statement), hashes);
	hash_sha256(canonical(arena, document), hashes + SHA256_BYTES);
	pkey_sign(arena, secret, (struct str){ (const char *)hashes, sizeof(hashes) }, &signature);
	text = arena_printf(arena, "%.*s,\"proof\":%.*s,\"proofValue\":\"%s\"}}", (int)strlen(document) - 1,
			    document, (int)strlen(statement) - 1, statement,
			    multibase_encode(arena, signature).p);
	r = check(text.p);
	arena_free(arena);
	return r;
}

#define BASE                                                                                                   \
	"{\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"eddsa-jcs-2022\",\"verificationMethod\":\"" KEY_ID \
	"\""
#define FOR_US BASE ",\"proofPurpose\":\"assertionMethod\""

static void test_signed_statements(void)
{
	static const struct {
		const char *document, *statement;
		int wanted;
		const char *name;
	} rows[] = {
		{ "{\"a\":1}", FOR_US "}", OK, "neither date nor context are needed" },
		{ DOCUMENT, FOR_US "}", OK, "a proof may have been signed without a context" },
		{ "{\"@context\":\"x\"}", FOR_US ",\"@context\":\"x\"}", OK, "a context may be one value" },
		{ "{\"@context\":[\"x\"]}", FOR_US ",\"@context\":\"x\"}", ERR_UNAUTHORIZED,
		  "but that is not what was signed" },
		{ "{\"a\":1}", FOR_US ",\"@context\":\"x\"}", ERR_UNAUTHORIZED,
		  "a context of the proof alone is none of the document's" },
		{ "{\"a\":1}", BASE ",\"proofPurpose\":\"authentication\"}", ERR_UNAUTHORIZED,
		  "another purpose is refused" },
		{ "{\"a\":1}", FOR_US ",\"expires\":\"2023-02-24T23:36:39Z\"}", OK,
		  "it holds until it expires" },
		{ "{\"a\":1}", FOR_US ",\"expires\":\"2023-02-24T23:36:38Z\"}", ERR_UNAUTHORIZED,
		  "and not longer" },
		{ "{\"a\":1}", FOR_US ",\"expires\":\"never\"}", ERR_UNAUTHORIZED,
		  "an end that is no date ends it at once" },
		{ "{\"a\":1}", FOR_US ",\"expires\":null}", ERR_UNAUTHORIZED, "so does no value" },
		{ "{\"a\":1}", FOR_US ",\"created\":7}", ERR_UNAUTHORIZED, "a date is a text" },
		{ "{\"a\":1}", FOR_US ",\"created\":\"2023-02-25T00:36:38.123456+01:00\"}", OK,
		  "of any form that RFC 3339 allows" },
		{ "{\"n\":9007199254740993}", FOR_US "}", OK, "numbers are signed as the doubles they are" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof *rows; i++)
		is_int(check_signed(rows[i].document, rows[i].statement), rows[i].wanted, rows[i].name);
}

static void test_add(struct arena *arena)
{
	static const struct row rows[] = {
		{ "{}", OK, "an empty object is signed" },
		{ " { \"a\" : 1 } \n", OK, "white space around it is no part of it" },
		{ "{\"signature\":{},\"a\":1}", OK, "a Linked Data signature is left alone" },
		{ "{\"@context\":\"https://www.w3.org/ns/activitystreams\",\"content\":\"\\u00e9\\n\"}", OK,
		  "text is text" },
		{ SIGNED, ERR_INVALID, "no second proof is added" },
		{ "{\"proof\":null}", ERR_INVALID, "nor one beside its own absence" },
		{ "{\"@context\":[]}", ERR_INVALID, "an empty context is refused" },
		{ "[1]", ERR_INVALID, "an array is not signed" },
		{ "{\"a\":1", ERR_INVALID, "nor is half a document" },
	};
	struct proof_order order = { secret, STR(KEY_ID), created_ms };
	struct str text;

	for (size_t i = 0; i < sizeof(rows) / sizeof *rows; i++) {
		is_int(proof_add(arena, str_of(rows[i].text), &order, &text), rows[i].wanted, rows[i].name);
		if (rows[i].wanted == OK)
			is_int(check(text.p), OK, "and verified");
	}
	order.key = open;
	is_int(proof_add(arena, STR("{\"a\":1}"), &order, &text), ERR_INVALID, "a public key does not sign");
	order.key = rsa_key();
	is_int(proof_add(arena, STR("{\"a\":1}"), &order, &text), ERR_INVALID, "nor does an RSA key");
	order = (struct proof_order){ secret, STR_NONE, created_ms };
	is_int(proof_add(arena, STR("{\"a\":1}"), &order, &text), ERR_INVALID, "nor a key without a name");
}

int main(void)
{
	struct str seed;

	forever = arena_new();
	if (multikey_decode(forever, MULTIKEY_ED25519_SEED, STR(SECRET), &seed) ||
	    pkey_from_ed25519_seed(forever, seed, &secret) ||
	    pkey_parse_multikey(forever, STR(PUBLIC), &open))
		return 1;
	test_vector(forever);
	test_bits(forever);
	test_documents();
	test_statements();
	test_owner();
	test_signed_statements();
	test_add(forever);
	arena_free(forever);
	return done();
}
