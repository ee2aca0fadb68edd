/* Signatures of another implementation verify; what is forged, incomplete, stale or ambiguous does not. */
#include "federation/signature.h"

#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"
#include "tests/unit/vectors_signature.h"

#define DATE "Tue, 24 Nov 2026 08:00:00 GMT"
#define KEY_ID "https://a.example/u/7#main-key"
#define EMPTY_DIGEST "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define POST_COVERED "(request-target) host date digest content-type"

static const int64_t then_ms = 1795507200000;

enum { HEADERS_MAX = 8 };

/* A request under test; its header list is small and open to change. */
struct sample {
	struct header headers[HEADERS_MAX];
	struct signature_request request;
};

static struct arena *arena;

static void add(struct sample *sample, struct str name, struct str value)
{
	sample->headers[sample->request.header_count++] = (struct header){ name, value };
	sample->request.headers = sample->headers;
}

static void set(struct sample *sample, const char *name, struct str value)
{
	for (size_t i = 0; i < sample->request.header_count; i++)
		if (str_eq_nocase(sample->headers[i].name, str_of(name)))
			sample->headers[i].value = value;
}

static struct str header_text(const char *algorithm, const char *covered, const char *signature)
{
	return arena_printf(arena, "keyId=\"" KEY_ID "\",algorithm=\"%s\",headers=\"%s\",signature=\"%s\"", algorithm,
	                    covered, signature);
}

static void make_post(struct sample *sample, struct str signature)
{
	memset(sample, 0, sizeof(*sample));
	sample->request.method = STR("POST");
	sample->request.target = STR("/inbox?x=1");
	sample->request.body = str_of(post_body);
	add(sample, STR("Host"), STR("b.example"));
	add(sample, STR("Date"), STR(DATE));
	add(sample, STR("digest"), str_of(post_digest));
	add(sample, STR("Content-Type"), STR(" application/activity+json "));
	add(sample, STR("Signature"), signature);
}

static void make_get(struct sample *sample, struct str signature)
{
	memset(sample, 0, sizeof(*sample));
	sample->request.method = STR("GET");
	sample->request.target = STR("/u/9");
	add(sample, STR("host"), STR("b.example:8443"));
	add(sample, STR("date"), STR(DATE));
	add(sample, STR("digest"), STR(EMPTY_DIGEST));
	add(sample, STR("authorization"), arena_printf(arena, "Signature %.*s", STR_ARG(signature)));
}

/* parse, check and verify in a row, as an inbox does it; NULL when all agree, else the reason. */
static const char *judge(const struct sample *sample, const char *public_pem, int64_t now_ms)
{
	static const struct str hosts[] = { { "b.example:8443", 14 }, { "b.example", 9 } };
	struct signature_policy policy = { hosts, 2, now_ms, SIGNATURE_TOLERANCE_MS };
	struct signature signature;
	const char *reason = NULL;
	struct pkey *key;
	int err = signature_parse(arena, &sample->request, &signature, &reason);

	if (err == ERR_NOT_FOUND)
		return "unsigned";
	if (err == OK)
		err = signature_check_request(arena, &sample->request, &signature, &policy, NULL, &reason);
	if (err == OK && pkey_parse_public(arena, str_of(public_pem), &key))
		return "no key";
	if (err == OK)
		err = signature_verify(arena, &sample->request, &signature, key, &reason);
	return err ? reason : NULL;
}

static void good(const struct sample *sample, const char *public_pem, const char *name)
{
	const char *reason = judge(sample, public_pem, then_ms);

	ok(!reason, "%s%s%s", name, reason ? ": " : "", reason ? reason : "");
}

static void bad(const struct sample *sample, const char *public_pem, const char *wanted, const char *name)
{
	const char *reason = judge(sample, public_pem, then_ms);

	ok(reason && strstr(reason, wanted), "%s (%s)", name, reason ? reason : "accepted");
}

static void test_vectors(void)
{
	struct sample sample;

	make_post(&sample, header_text("rsa-sha256", POST_COVERED, post_rsa));
	good(&sample, rsa_public, "a POST signed with RSA verifies");
	good(&sample, rsa_public_pkcs1, "also with the key in PKCS #1");
	make_post(&sample, header_text("hs2019", POST_COVERED, post_rsa));
	good(&sample, rsa_public, "hs2019 may mean RSA with SHA-256");
	make_post(&sample, header_text("hs2019", POST_COVERED, post_rsa_sha512));
	good(&sample, rsa_public, "hs2019 may mean RSA with SHA-512");
	make_post(&sample, header_text("hs2019", POST_COVERED, post_ed25519));
	good(&sample, ed25519_public, "hs2019 may mean Ed25519");
	make_post(&sample, arena_printf(arena, "signature=\"%s\" , headers = \"" POST_COVERED "\", keyId=\"" KEY_ID
	                                "\",x=\"a,b\"", post_rsa));
	good(&sample, rsa_public, "order, blanks and foreign parameters do not matter, nor a missing algorithm");
	make_post(&sample, header_text("rsa-sha256", POST_COVERED, post_rsa_without_query));
	good(&sample, rsa_public, "a signature that leaves the query out verifies");
	make_get(&sample, header_text("rsa-sha256", "(request-target) host date digest", get_rsa));
	good(&sample, rsa_public, "a GET signed in the Authorization header verifies");
	make_get(&sample, header_text("ed25519", "(request-target) host date digest", get_ed25519));
	good(&sample, ed25519_public, "a GET signed with Ed25519 verifies");
	make_get(&sample, arena_printf(arena, "keyId=\"" KEY_ID "\",algorithm=\"hs2019\",created=1795507200,"
	                               "expires=1795507320,headers=\"(request-target) (created) (expires) host\","
	                               "signature=\"%s\"", created_rsa));
	good(&sample, rsa_public, "(created) and (expires) stand for the date");
}

static void test_forged(void)
{
	struct sample sample;
	struct str signature = header_text("rsa-sha256", POST_COVERED, post_rsa);

	make_post(&sample, signature);
	sample.request.target = STR("/inbox/2");
	bad(&sample, rsa_public, "does not verify", "another target is refused");
	make_post(&sample, signature);
	sample.request.method = STR("PUT");
	bad(&sample, rsa_public, "does not verify", "another method is refused");
	make_post(&sample, signature);
	sample.request.body = STR("{}");
	bad(&sample, rsa_public, "digest", "another body is refused");
	set(&sample, "digest", STR("SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="));
	bad(&sample, rsa_public, "does not verify", "another body with its own digest is refused");
	make_post(&sample, signature);
	set(&sample, "host", STR("c.example"));
	bad(&sample, rsa_public, "another host", "a request for another host is refused");
	set(&sample, "host", STR("b.example:8443"));
	bad(&sample, rsa_public, "does not verify", "a host header changed to another name of ours is refused");
	make_post(&sample, signature);
	set(&sample, "date", STR("Tue, 24 Nov 2026 08:00:01 GMT"));
	bad(&sample, rsa_public, "does not verify", "a changed date is refused");
	make_post(&sample, signature);
	bad(&sample, ed25519_public, "does not fit", "an RSA label with an Ed25519 key is refused");
	make_post(&sample, header_text("ed25519", POST_COVERED, post_rsa));
	bad(&sample, rsa_public, "does not fit", "an Ed25519 label with an RSA key is refused");
	make_post(&sample, header_text("hs2019", POST_COVERED, post_ed25519));
	bad(&sample, rsa_public, "does not verify", "a signature of another key is refused");
	make_post(&sample, header_text("rsa-sha256", POST_COVERED, post_rsa_sha512));
	bad(&sample, rsa_public, "does not verify", "SHA-512 under the label rsa-sha256 is refused");
	make_post(&sample, header_text("hmac-sha256", POST_COVERED, post_rsa));
	bad(&sample, rsa_public, "not supported", "a symmetric algorithm is refused");
}

static void test_malformed(void)
{
	static const char *const headers[] = {
		"", "x", "keyId", "keyId=", "keyId=\"a", "keyId=\"a\" signature=\"YQ==\"", "keyId=\"a\",", ",keyId=\"a\"",
		"keyId=\"a\"", "signature=\"YQ==\"", "keyId=\"\",signature=\"YQ==\"", "keyId=\"a\",signature=\"\"",
		"keyId=\"a\",signature=\"*\"", "keyId=a,signature=\"YQ==\"", "keyId=\"a\\\"\",signature=\"YQ==\"",
		"keyId=\"a\",keyId=\"a\",signature=\"YQ==\"", "keyId=\"a\",signature=\"YQ==\",signature=\"YQ==\"",
		"keyId=\"a\",signature=\"YQ==\",headers=\"\"", "keyId=\"a\",signature=\"YQ==\",headers=\" \"",
		"keyId=\"a\",signature=\"YQ==\",headers=\"date host date\"", "keyId=\"a\",signature=\"YQ==\",headers=\"Date date\"",
		"keyId=\"a\",signature=\"YQ==\",algorithm=\"\"", "keyId=\"a\",signature=\"YQ==\",created=\"1\"",
		"keyId=\"a\",signature=\"YQ==\",created=1,created=2", "keyId=\"a\",signature=\"YQ==\",created=-1",
		"keyId=\"a\",signature=\"YQ==\",expires=9999999999999", "keyId=\"a\",signature=\"YQ==\",created=1x",
		"sig1=:YQ==:", "keyId=\"a\",signature=\"YQ==\",headers=\"a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 "
		"4 5 6 7\"",
	};
	struct signature signature;
	struct sample sample;
	const char *reason;
	char *huge;

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		make_post(&sample, str_of(headers[i]));
		reason = NULL;
		ok(signature_parse(arena, &sample.request, &signature, &reason) == ERR_UNAUTHORIZED && reason,
		   "no sense in: %s (%s)", headers[i], reason ? reason : "accepted");
	}
	huge = arena_alloc(arena, SIGNATURE_BYTES_MAX + 2);
	memset(huge, 'a', SIGNATURE_BYTES_MAX + 1);
	make_post(&sample, str_of(huge));
	bad(&sample, rsa_public, "too long", "a header without bounds is refused");
	make_post(&sample, header_text("rsa-sha256", POST_COVERED, post_rsa));
	sample.request.header_count--;
	bad(&sample, rsa_public, "unsigned", "a request without a signature is told apart");
	add(&sample, STR("Authorization"), STR("Bearer Signature"));
	bad(&sample, rsa_public, "unsigned", "another kind of authorization is no signature");
}

static void test_twice(void)
{
	struct str signature = header_text("rsa-sha256", POST_COVERED, post_rsa);
	static const char *const single[] = { "host", "Date", "digest", "content-type" };
	struct sample sample;

	make_post(&sample, signature);
	add(&sample, STR("signature"), signature);
	bad(&sample, rsa_public, "more than one", "two Signature headers are refused");
	make_post(&sample, signature);
	add(&sample, STR("Authorization"), arena_printf(arena, "signature %.*s", STR_ARG(signature)));
	bad(&sample, rsa_public, "more than one", "a signature in both headers is refused");
	for (size_t i = 0; i < 4; i++) {
		make_post(&sample, signature);
		add(&sample, str_of(single[i]), STR("x"));
		ok(judge(&sample, rsa_public, then_ms), "a second %s is refused", single[i]);
	}
}

static void test_coverage(void)
{
	static const char *const poor[] = { "(request-target) host date", "host date digest", "(request-target) date digest",
		                            "(request-target) host digest", "(created)", "date",
		                            "(request-target) (created) host digest" };
	struct sample sample;

	for (size_t i = 0; i < sizeof(poor) / sizeof(poor[0]); i++) {
		make_post(&sample, header_text("rsa-sha256", poor[i], post_rsa));
		ok(judge(&sample, rsa_public, then_ms), "a POST needs more than: %s", poor[i]);
	}
	make_post(&sample, header_text("hs2019", "(request-target) host (created) digest", post_rsa));
	bad(&sample, rsa_public, "parameter is missing", "(created) without created is refused");
	make_post(&sample, header_text("hs2019", POST_COVERED " x-absent", post_rsa));
	bad(&sample, rsa_public, "header is missing", "a covered header must be there");
	make_post(&sample, header_text("hs2019", POST_COVERED " (unknown)", post_rsa));
	bad(&sample, rsa_public, "header is missing", "an unknown component is refused");
}

static void test_digest(void)
{
	struct str signature = header_text("rsa-sha256", POST_COVERED, post_rsa);
	const char *hash = post_digest + strlen("SHA-256=");
	struct sample sample;

	/* Each changes what was signed: a right digest ends in "does not verify", a wrong one before that. */
	make_post(&sample, signature);
	set(&sample, "digest", arena_printf(arena, "sha-256=%s", hash));
	bad(&sample, rsa_public, "does not verify", "the label of a digest is read in any case");
	set(&sample, "digest", arena_printf(arena, "unixsum=3, SHA-256=%s,md5=x", hash));
	bad(&sample, rsa_public, "does not verify", "other digests beside it are passed over");
	set(&sample, "digest", arena_printf(arena, "SHA-256=%s,SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", hash));
	bad(&sample, rsa_public, "not that of the body", "of two SHA-256 both must be right");
	set(&sample, "digest", STR("SHA-512=x"));
	bad(&sample, rsa_public, "no SHA-256", "a digest must hold a SHA-256");
	set(&sample, "digest", STR("SHA-256="));
	bad(&sample, rsa_public, "not that of the body", "an empty digest is refused");
}

static void test_clock(void)
{
	struct sample sample;
	const char *reason;

	make_post(&sample, header_text("rsa-sha256", POST_COVERED, post_rsa));
	ok(!judge(&sample, rsa_public, then_ms + 5 * MINUTE_MS), "five minutes later it is still good");
	ok(!judge(&sample, rsa_public, then_ms - 5 * MINUTE_MS), "five minutes earlier, too");
	reason = judge(&sample, rsa_public, then_ms + 5 * MINUTE_MS + 1);
	ok(reason == signature_reason_clock && strstr(reason, "clock"), "then the clock is the reason");
	ok(judge(&sample, rsa_public, then_ms - 5 * MINUTE_MS - 1) == signature_reason_clock, "in the future, too");
	set(&sample, "date", STR("yesterday"));
	bad(&sample, rsa_public, "date is missing or malformed", "a date that is none is not the clock's fault");
	make_get(&sample, arena_printf(arena, "keyId=\"" KEY_ID "\",created=1795507200,expires=1795507320,"
	                               "headers=\"(request-target) (created) (expires) host\",signature=\"%s\"",
	                               created_rsa));
	ok(judge(&sample, rsa_public, then_ms + 6 * MINUTE_MS) == signature_reason_clock, "an old (created) is refused");
}

static void test_until(void)
{
	const struct str host = { "b.example", 9 };
	struct signature_policy policy = { &host, 1, then_ms + 1000, SIGNATURE_TOLERANCE_MS };
	struct signature signature;
	struct sample sample;
	const char *reason;
	int64_t until_ms = 0;

	make_post(&sample, header_text("rsa-sha256", POST_COVERED, post_rsa));
	signature_parse(arena, &sample.request, &signature, &reason);
	is_str(signature.key_id, STR(KEY_ID), "the key id is read");
	is_int(signature.covered_count, 5, "the covered names are counted");
	signature_check_request(arena, &sample.request, &signature, &policy, &until_ms, &reason);
	is_int(until_ms, then_ms + SIGNATURE_TOLERANCE_MS, "the end of the time window is known");
}

static void test_make(void)
{
	struct signature_order order = {
		.method = STR("POST"), .target = STR("/inbox?x=1"), .host = STR("b.example"),
		.content_type = STR("application/activity+json"), .body = str_of(post_body), .key_id = STR(KEY_ID),
		.now_ms = then_ms,
	};
	struct header made[SIGNATURE_MADE_HEADERS];
	struct pkey *key;

	pkey_parse_private(arena, str_of(rsa_private), &key);
	order.key = key;
	is_int(signature_make(arena, &order, made), OK, "a POST is signed");
	is_str(made[0].value, STR(DATE), "with its date");
	is_str(made[1].value, str_of(post_digest), "with the digest's label in upper case");
	is_str(made[2].value, header_text("rsa-sha256", POST_COVERED, post_rsa), "exactly as another implementation signs it");
	order = (struct signature_order){
		.method = STR("GET"), .target = STR("/u/9"), .host = STR("b.example:8443"), .key_id = STR(KEY_ID), .key = key,
		.now_ms = then_ms,
	};
	is_int(signature_make(arena, &order, made), OK, "a GET is signed");
	is_str(made[1].value, STR(EMPTY_DIGEST), "with the digest of an empty body");
	is_str(made[2].value, header_text("rsa-sha256", "(request-target) host date digest", get_rsa),
	       "exactly as another implementation signs it");
	pkey_parse_private(arena, str_of(ed25519_private), &key);
	order.key = key;
	is_int(signature_make(arena, &order, made), OK, "a GET is signed with Ed25519");
	is_str(made[2].value, header_text("hs2019", "(request-target) host date digest", get_ed25519),
	       "under the label hs2019");
	order.target = STR("/u/9\r\nX: y");
	is_int(signature_make(arena, &order, made), ERR_INVALID, "a line break is not signed");
	order.target = STR("/u/9");
	order.key_id = STR("a\",x=\"");
	is_int(signature_make(arena, &order, made), ERR_INVALID, "a quote in the key id is not signed");
}

int main(void)
{
	arena = arena_new();
	test_vectors();
	test_forged();
	test_malformed();
	test_twice();
	test_coverage();
	test_digest();
	test_clock();
	test_until();
	test_make();
	arena_free(arena);
	return done();
}
