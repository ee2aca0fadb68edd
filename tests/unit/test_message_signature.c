/* RFC 9421: the RFC's own signatures and those of others verify; what is forged, poor, stale or ambiguous does not. */
#include "federation/message_signature.h"

#include "federation/accept_signature.h"
#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"
#include "tests/unit/vectors_message.h"
#include "tests/unit/vectors_signature.h"

#define KEY_ID "https://a.example/u/7#main-key"

static const int64_t then_ms = 1795507200000, rfc_ms = 1618884473000;

enum { HEADERS_MAX = 12 };

/* A request under test; its header list is small and open to change. */
struct sample {
	struct header headers[HEADERS_MAX];
	struct signature_request request;
};

static struct arena *arena;

static void add(struct sample *sample, const char *name, struct str value)
{
	sample->headers[sample->request.header_count++] = (struct header){ str_of(name), value };
	sample->request.headers = sample->headers;
}

static void set(struct sample *sample, const char *name, struct str value)
{
	for (size_t i = 0; i < sample->request.header_count; i++)
		if (str_eq_nocase(sample->headers[i].name, str_of(name)))
			sample->headers[i].value = value;
}

static void drop(struct sample *sample, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < sample->request.header_count; i++)
		if (!str_eq_nocase(sample->headers[i].name, str_of(name)))
			sample->headers[kept++] = sample->headers[i];
	sample->request.header_count = kept;
}

/* Our own requests: post_body to /inbox?x=1 of b.example. */
static void make_post(struct sample *sample, const char *params, const char *signature)
{
	memset(sample, 0, sizeof(*sample));
	sample->request.method = STR("POST");
	sample->request.target = STR("/inbox?x=1");
	sample->request.origin = STR("https://b.example");
	sample->request.body = str_of(post_body);
	add(sample, "Host", STR("b.example"));
	add(sample, "Date", STR("Tue, 24 Nov 2026 08:00:00 GMT"));
	add(sample, "Content-Digest", str_of(post_content_digest));
	add(sample, "Content-Type", STR("application/activity+json"));
	add(sample, "Signature-Input", arena_printf(arena, "sig1=%s", params));
	add(sample, "Signature", arena_printf(arena, "sig1=:%s:", signature));
}

static void make_get(struct sample *sample, const char *params, const char *signature)
{
	make_post(sample, params, signature);
	drop(sample, "content-digest");
	drop(sample, "content-type");
	set(sample, "host", STR("b.example:8443"));
	sample->request.method = STR("GET");
	sample->request.target = STR("/u/9?page=2");
	sample->request.origin = STR("https://b.example:8443");
	sample->request.body = STR_NONE;
}

/* test-request of the RFC's appendix B.2. */
static void make_rfc(struct sample *sample, const char *input, const char *signature)
{
	memset(sample, 0, sizeof(*sample));
	sample->request.method = STR("POST");
	sample->request.target = STR("/foo?param=Value&Pet=dog");
	sample->request.origin = STR("https://example.com");
	sample->request.body = str_of(rfc_body);
	add(sample, "Host", STR("example.com"));
	add(sample, "Date", STR("Tue, 20 Apr 2021 02:07:55 GMT"));
	add(sample, "Content-Type", STR("application/json"));
	add(sample, "Content-Digest", str_of(rfc_digest));
	add(sample, "Content-Length", STR("18"));
	add(sample, "Signature-Input", str_of(input));
	add(sample, "Signature", str_of(signature));
}

/* parse and verify, without our policy: NULL or the reason. */
static const char *verify(const struct sample *sample, const char *public_pem)
{
	struct signature signature;
	const char *reason = NULL;
	struct pkey *key;

	if (pkey_parse_public(arena, str_of(public_pem), &key))
		return "no key";
	if (signature_parse(arena, &sample->request, &signature, &reason) == OK)
		signature_verify(arena, &sample->request, &signature, key, &reason);
	return reason;
}

/* parse, check and verify in a row, as an inbox does it; NULL when all agree, else the reason. */
static const char *judge(const struct sample *sample, const char *public_pem, int64_t now_ms)
{
	static const struct str hosts[] = { { "b.example:8443", 14 }, { "b.example", 9 }, { "example.com", 11 } };
	struct signature_policy policy = { hosts, 3, now_ms, SIGNATURE_TOLERANCE_MS };
	struct signature signature;
	const char *reason = NULL;
	int err = signature_parse(arena, &sample->request, &signature, &reason);

	if (err == ERR_NOT_FOUND)
		return "unsigned";
	if (err == OK)
		err = signature_check_request(arena, &sample->request, &signature, &policy, NULL, &reason);
	return err ? reason : verify(sample, public_pem);
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

static void is_base(const struct sample *sample, const char *wanted, const char *name)
{
	struct signature signature;
	const char *reason;
	struct str base = STR_NONE;

	if (signature_parse(arena, &sample->request, &signature, &reason) == OK)
		message_signature_base(arena, &sample->request, &signature, &base);
	is_str(base, str_of(wanted), name);
}

static void test_rfc(void)
{
	struct sample sample;

	make_rfc(&sample, rfc_b21_input, rfc_b21);
	ok(!verify(&sample, rfc_rsa_pss), "RFC 9421 B.2.1 verifies");
	ok(strstr(judge(&sample, rfc_rsa_pss, rfc_ms), "must be signed"), "but covers too little for us");
	make_rfc(&sample, rfc_b22_input, rfc_b22);
	ok(strstr(verify(&sample, rfc_rsa_pss), "parameters"), "B.2.2 has a component with a parameter: refused");
	make_rfc(&sample, rfc_b23_input, rfc_b23);
	ok(!judge(&sample, rfc_rsa_pss, rfc_ms), "B.2.3 verifies and covers enough");
	is_base(&sample, "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n"
	        "\"@query\": ?param=Value&Pet=dog\n\"@authority\": example.com\n\"content-type\": application/json\n"
	        "\"content-digest\": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n"
	        "\"content-length\": 18\n\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" "
	        "\"content-type\" \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"",
	        "its signature base is the RFC's");
	sample.request.body = STR("{\"hello\": \"worlds\"}");
	ok(strstr(judge(&sample, rfc_rsa_pss, rfc_ms), "digest"), "its SHA-512 is compared with the body");
	make_rfc(&sample, rfc_b26_input, rfc_b26);
	ok(!verify(&sample, rfc_ed25519), "B.2.6 verifies");
	ok(strstr(judge(&sample, rfc_ed25519, rfc_ms), "must be signed"), "but leaves the query out");
	make_rfc(&sample, rfc_43_input, rfc_43);
	sample.request.origin = STR("https://origin.host.internal.example");
	add(&sample, "Forwarded", STR("for=192.0.2.123;host=example.com;proto=https"));
	ok(!verify(&sample, rfc_rsa), "the second signature of section 4.3 verifies, as we do not know the first's algorithm");
}

/* Appendix B.4: one signature, and what may happen to the message it is on. */
static void test_rfc_transformations(void)
{
	struct sample sample;

	memset(&sample, 0, sizeof(sample));
	sample.request.method = STR("GET");
	sample.request.target = STR("/demo?name1=Value1&Name2=value2");
	sample.request.origin = STR("https://example.org");
	add(&sample, "Host", STR("example.org"));
	add(&sample, "Date", STR("Fri, 15 Jul 2022 14:24:55 GMT"));
	add(&sample, "Accept", STR("application/json"));
	add(&sample, "Accept", STR("*/*"));
	add(&sample, "Signature-Input", str_of(rfc_b4_input));
	add(&sample, "Signature", str_of(rfc_b4));
	ok(!verify(&sample, rfc_ed25519), "B.4 verifies");
	sample.request.target = STR("/demo?name1=Value1&Name2=value2&param=added");
	add(&sample, "Accept-Language", STR("en-US,en;q=0.5"));
	ok(!verify(&sample, rfc_ed25519), "also with a parameter and a header more");
	drop(&sample, "date");
	drop(&sample, "accept");
	add(&sample, "Accept", STR(" application/json, */*  "));
	ok(!verify(&sample, rfc_ed25519), "also with its values on one line");
	set(&sample, "accept", STR("*/*, application/json"));
	ok(verify(&sample, rfc_ed25519), "not in another order");
	set(&sample, "accept", STR("application/json, */*"));
	sample.request.method = STR("POST");
	ok(verify(&sample, rfc_ed25519), "nor with another method");
	sample.request.method = STR("GET");
	sample.request.origin = STR("https://example.com");
	ok(verify(&sample, rfc_ed25519), "nor at another authority");
}

static void test_vectors(void)
{
	struct sample sample;

	make_post(&sample, plain_params, plain_rsa);
	good(&sample, rsa_public, "a POST as Mastodon signs it verifies");
	make_post(&sample, rich_params, rich_rsa);
	good(&sample, rsa_public, "a POST as Fedify signs it verifies");
	make_get(&sample, derived_params, derived_ed25519);
	good(&sample, ed25519_public, "a GET with each derived component verifies, with Ed25519");
}

static void test_labels(void)
{
	static const char other[] = "\"@method\" \"@target-uri\" \"content-digest\"";
	struct sample sample;

	make_post(&sample, plain_params, plain_rsa);
	set(&sample, "signature-input", arena_printf(arena, "a=();created=1, sig1=%s,c=1", plain_params));
	set(&sample, "signature", arena_printf(arena, "c=:YQ==:, sig1=:%s:, a=:YQ==:", plain_rsa));
	good(&sample, rsa_public, "a signature without a key is passed over");
	set(&sample, "signature-input",
	    arena_printf(arena, "a=(%s);created=1;keyid=\"x\";alg=\"hmac-sha256\", sig1=%s", other, plain_params));
	good(&sample, rsa_public, "one of another algorithm, too");
	set(&sample, "signature-input", arena_printf(arena, "a=(%s);created=1795507200;keyid=\"x\", sig1=%s", other,
	                                             plain_params));
	bad(&sample, rsa_public, "does not verify", "otherwise the first one counts");
	make_post(&sample, plain_params, plain_rsa);
	add(&sample, "signature-input", STR("b=();created=1"));
	add(&sample, "signature", STR("b=:YQ==:"));
	good(&sample, rsa_public, "labels on two lines are read as one field");
	make_post(&sample, plain_params, plain_rsa);
	add(&sample, "signature", STR("sig1=:YQ==:"));
	bad(&sample, rsa_public, "malformed", "one label on two lines is refused");
	add(&sample, "signature-input", STR("sig1=();created=1"));
	bad(&sample, rsa_public, "malformed", "in both headers, too");
}

static void test_forged(void)
{
	struct sample sample;

	make_post(&sample, plain_params, plain_rsa);
	sample.request.target = STR("/inbox?x=2");
	bad(&sample, rsa_public, "does not verify", "another query is refused");
	make_post(&sample, plain_params, plain_rsa);
	sample.request.method = STR("PUT");
	bad(&sample, rsa_public, "does not verify", "another method is refused");
	make_post(&sample, plain_params, plain_rsa);
	sample.request.origin = STR("https://c.example");
	bad(&sample, rsa_public, "does not verify", "what was signed for another node is refused");
	sample.request.origin = STR("http://b.example");
	bad(&sample, rsa_public, "does not verify", "so is another scheme");
	make_post(&sample, plain_params, plain_rsa);
	sample.request.body = STR("{}");
	bad(&sample, rsa_public, "not that of the body", "another body is refused");
	set(&sample, "content-digest", STR("sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:"));
	bad(&sample, rsa_public, "does not verify", "another body with its own digest is refused");
	make_post(&sample, rich_params, rich_rsa);
	set(&sample, "host", STR("c.example"));
	bad(&sample, rsa_public, "another host", "a signed host that is not ours is refused");
	set(&sample, "host", STR("example.com"));
	bad(&sample, rsa_public, "does not verify", "a signed host changed to another name of ours, too");
	make_post(&sample, rich_params, rich_rsa);
	set(&sample, "date", STR("Tue, 24 Nov 2026 08:00:01 GMT"));
	bad(&sample, rsa_public, "does not verify", "a signed header must be as it was");
	drop(&sample, "date");
	bad(&sample, rsa_public, "header is missing", "and must be there");
	make_post(&sample, plain_params, plain_rsa);
	bad(&sample, ed25519_public, "does not verify", "a signature of another key is refused");
	make_post(&sample, rich_params, rich_rsa);
	bad(&sample, ed25519_public, "does not fit", "an RSA label with an Ed25519 key is refused");
	make_get(&sample, derived_params, derived_ed25519);
	bad(&sample, rsa_public, "does not fit", "an Ed25519 label with an RSA key is refused");
	make_post(&sample, own_params, plain_rsa);
	bad(&sample, rsa_public, "does not verify", "a changed parameter is refused");
	make_post(&sample, "(\"@method\" \"@target-uri\" \"content-digest\" );created=1795507200;keyid=\"" KEY_ID "\"",
	          plain_rsa);
	bad(&sample, rsa_public, "does not verify", "so is a changed blank");
}

/* A value that would forge a line of the signature base never gets into it. */
static void test_line_break(void)
{
	static const char params[] = "(\"x-a\" \"@method\" \"@target-uri\" \"content-digest\");created=1795507200;keyid=\"k\"";
	struct sample sample;

	make_post(&sample, params, plain_rsa);
	add(&sample, "X-A", STR("1\n\"@method\": GET"));
	bad(&sample, rsa_public, "header is missing", "a line break in a header is not signed");
}

/* What no signature can be read from: the headers Signature-Input and Signature. */
#define COVERED "(\"@method\" \"@target-uri\" \"content-digest\")"
#define REST ";created=1795507200;keyid=\"k\""
static const struct {
	const char *input, *signature;
} malformed[] = {
	{ "", "sig1=:YQ==:" },
	{ "sig1", "sig1=:YQ==:" },
	{ "sig1=", "sig1=:YQ==:" },
	{ "sig1=\"@method\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST, "" },
	{ "sig1=" COVERED REST, "sig2=:YQ==:" },
	{ "sig1=" COVERED REST, "sig1=YQ==" },
	{ "sig1=" COVERED REST, "sig1=::" },
	{ "sig1=" COVERED REST, "sig1=:*:" },
	{ "sig1=" COVERED REST, "sig1=(:YQ==:)" },
	{ "sig1=" COVERED REST, "sig1=:YQ==:, sig1=:YQ==:" },
	{ "sig1=" COVERED REST ", sig1=" COVERED REST, "sig1=:YQ==:" },
	{ "sig1=" COVERED REST, "keyId=\"a\",signature=\"YQ==\"" },
	{ "sig1=" COVERED ";created=1795507200", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=1795507200;keyid=\"\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=1795507200;keyid=k", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=1795507200;keyid", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created;keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=\"1795507200\";keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=-1;keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=1795507200.0;keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=9999999999999999;keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED ";created=1;created=1795507200;keyid=\"k\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";keyid=\"l\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";expires=soon", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";alg=\"\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";alg=\"hmac-sha256\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";alg=\"none\"", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";alg=ed25519", "sig1=:YQ==:" },
	{ "sig1=" COVERED REST ";alg=\"RSA-V1_5-SHA256\"", "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"@method\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"@status\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"@signature-params\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"@x\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"Host\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"a\\\"b\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\" \"a: b\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" content-digest)" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\";req \"@target-uri\" \"content-digest\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\";sf)" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\";key=\"sha-256\")" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\";bs)" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\";tr)" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\" \"@target-uri\" \"content-digest\"" REST, "sig1=:YQ==:" },
	{ "sig1=(\"@method\",\"@target-uri\",\"content-digest\")" REST, "sig1=:YQ==:" },
	{ "SIG1=" COVERED REST, "SIG1=:YQ==:" },
};
#undef COVERED
#undef REST

static void test_malformed(void)
{
	struct signature signature;
	struct sample sample;
	const char *reason;
	char *huge;

	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		make_post(&sample, plain_params, plain_rsa);
		set(&sample, "signature-input", str_of(malformed[i].input));
		set(&sample, "signature", str_of(malformed[i].signature));
		reason = NULL;
		ok(signature_parse(arena, &sample.request, &signature, &reason) == ERR_UNAUTHORIZED && reason,
		   "no sense in: %s | %s (%s)", malformed[i].input, malformed[i].signature, reason ? reason : "accepted");
	}
	huge = arena_alloc(arena, SIGNATURE_BYTES_MAX + 2);
	memset(huge, 'a', SIGNATURE_BYTES_MAX + 1);
	make_post(&sample, plain_params, plain_rsa);
	set(&sample, "signature-input", str_of(huge));
	bad(&sample, rsa_public, "too long", "a header without bounds is refused");
}

static void test_ambiguous(void)
{
	static const char *const single[] = { "host", "Content-Digest", "content-type" };
	struct sample sample;

	make_post(&sample, plain_params, plain_rsa);
	add(&sample, "Authorization", STR("Signature keyId=\"a\",signature=\"YQ==\""));
	bad(&sample, rsa_public, "more than one", "a signature of the draft beside it is refused");
	make_post(&sample, plain_params, plain_rsa);
	add(&sample, "Signature", STR("keyId=\"a\",signature=\"YQ==\""));
	bad(&sample, rsa_public, "malformed", "in the same header, too");
	make_post(&sample, plain_params, plain_rsa);
	add(&sample, "Authorization", STR("Bearer x"));
	good(&sample, rsa_public, "another authorization does not matter");
	make_post(&sample, plain_params, plain_rsa);
	drop(&sample, "signature-input");
	bad(&sample, rsa_public, "malformed", "without Signature-Input it is read as the draft's, and is not");
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		make_post(&sample, plain_params, plain_rsa);
		add(&sample, single[i], STR("x"));
		bad(&sample, rsa_public, "twice", "a header that must be single is refused when it is not");
	}
}

static void test_coverage(void)
{
	static const char *const poor[] = {
		"\"@method\" \"@target-uri\"", "\"@target-uri\" \"content-digest\"", "\"@method\" \"content-digest\"", "",
		"\"@method\" \"@authority\" \"@path\" \"content-digest\"", "\"@method\" \"@path\" \"@query\" \"content-digest\"",
		"\"@method\" \"@request-target\" \"content-digest\"", "\"@method\" \"@authority\" \"@query\" \"content-digest\"",
		"\"@method\" \"host\" \"@path\" \"@query\" \"content-digest\"",
	};
	static const char *const rich[] = {
		"\"@method\" \"@target-uri\" \"content-digest\"",
		"\"@query\" \"@path\" \"@authority\" \"content-digest\" \"@method\"",
		"\"@request-target\" \"@authority\" \"content-digest\" \"@method\"",
	};
	struct sample sample;

	for (size_t i = 0; i < sizeof(poor) / sizeof(poor[0]); i++) {
		make_post(&sample, arena_printf(arena, "(%s);created=1795507200;keyid=\"k\"", poor[i]).p, plain_rsa);
		bad(&sample, rsa_public, "must be signed", poor[i]);
	}
	for (size_t i = 0; i < sizeof(rich) / sizeof(rich[0]); i++) {
		make_post(&sample, arena_printf(arena, "(%s);created=1795507200;keyid=\"k\"", rich[i]).p, plain_rsa);
		bad(&sample, rsa_public, "does not verify", rich[i]);
	}
	make_get(&sample, "(\"@method\" \"@path\" \"@authority\");created=1795507200;keyid=\"k\"", plain_rsa);
	sample.request.target = STR("/u/9");
	bad(&sample, rsa_public, "does not verify", "the path is enough where there is no query");
	make_post(&sample, plain_params, plain_rsa);
	sample.request.origin = STR_NONE;
	bad(&sample, rsa_public, "cannot be checked", "who does not know its own origin accepts nothing");
	sample.request.origin = STR("https://b.example");
	sample.request.target = STR("https://b.example/inbox");
	bad(&sample, rsa_public, "cannot be checked", "a target that is no path is refused");
	make_post(&sample, plain_params, plain_rsa);
	drop(&sample, "content-digest");
	bad(&sample, rsa_public, "digest", "a covered digest must be there");
}

static void test_clock(void)
{
	const struct str host = { "b.example", 9 };
	struct signature_policy policy = { &host, 1, then_ms, SIGNATURE_TOLERANCE_MS };
	struct signature signature;
	struct sample sample;
	const char *reason;
	int64_t until_ms = 0;

	make_post(&sample, plain_params, plain_rsa);
	ok(!judge(&sample, rsa_public, then_ms + 5 * MINUTE_MS), "five minutes later it is still good");
	ok(!judge(&sample, rsa_public, then_ms - 5 * MINUTE_MS), "five minutes earlier, too");
	ok(judge(&sample, rsa_public, then_ms + 5 * MINUTE_MS + 1) == signature_reason_clock, "then the clock is the reason");
	ok(judge(&sample, rsa_public, then_ms - 5 * MINUTE_MS - 1) == signature_reason_clock, "in the future, too");
	signature_parse(arena, &sample.request, &signature, &reason);
	signature_check_request(arena, &sample.request, &signature, &policy, &until_ms, &reason);
	is_int(until_ms, then_ms + SIGNATURE_TOLERANCE_MS, "the end of the time window is known");
	is_str(signature.key_id, STR(KEY_ID), "the key id is read");
	is_int(signature.scheme, SIGNATURE_MESSAGE, "and the form");
	make_post(&sample, "(\"@method\" \"@target-uri\" \"content-digest\");created=1795507200;expires=1795507100;keyid=\"k\"",
	          plain_rsa);
	ok(judge(&sample, rsa_public, then_ms + 3 * MINUTE_MS + 21000) == signature_reason_clock,
	   "one that ends before it begins ends when it says");
	make_post(&sample, "(\"@method\" \"@target-uri\" \"content-digest\");created=999999999999999;keyid=\"k\"", plain_rsa);
	ok(judge(&sample, rsa_public, then_ms) == signature_reason_clock, "the far future is no overflow");
}

static struct signature_order order_post(struct pkey *key)
{
	return (struct signature_order){
		.method = STR("POST"), .target = STR("/inbox?x=1"), .host = STR("b.example"), .secure = true,
		.content_type = STR("application/activity+json"), .body = str_of(post_body), .key_id = STR(KEY_ID),
		.key = key, .now_ms = then_ms, .scheme = SIGNATURE_MESSAGE,
	};
}

static void test_make(void)
{
	struct header made[SIGNATURE_MADE_HEADERS];
	struct signature_order order;
	struct sample sample;
	struct pkey *key;

	pkey_parse_private(arena, str_of(rsa_private), &key);
	order = order_post(key);
	is_int(signature_make(arena, &order, made), OK, "a POST is signed");
	is_str(made[0].name, STR("Content-Digest"), "with the digest of its body");
	is_str(made[0].value, str_of(post_content_digest), "as RFC 9530 has it");
	is_str(made[1].value, arena_printf(arena, "sig1=%s", own_params), "with our components");
	is_str(made[2].value, arena_printf(arena, "sig1=:%s:", own_rsa), "exactly as another implementation signs it");
	make_post(&sample, own_params, own_rsa);
	good(&sample, rsa_public, "and we read it ourselves");
	pkey_parse_private(arena, str_of(ed25519_private), &key);
	order = (struct signature_order){
		.method = STR("GET"), .target = STR("/u/9"), .host = STR("b.example:8443"), .secure = true,
		.key_id = STR(KEY_ID), .key = key, .now_ms = then_ms, .scheme = SIGNATURE_MESSAGE,
	};
	is_int(signature_make(arena, &order, made), OK, "a GET is signed with Ed25519");
	is_str(made[0].name, STR("Date"), "without a digest");
	is_str(made[1].value, arena_printf(arena, "sig1=%s", own_get_params), "with our components");
	is_str(made[2].value, arena_printf(arena, "sig1=:%s:", own_get_ed25519), "exactly as another implementation signs it");
	order.secure = false;
	signature_make(arena, &order, made);
	ok(!str_eq(made[2].value, arena_printf(arena, "sig1=:%s:", own_get_ed25519)), "plain http is another address");
	order.target = STR("/u/9\r\nX: y");
	is_int(signature_make(arena, &order, made), ERR_INVALID, "a line break is not signed");
	order.target = STR("/u/9");
	order.key_id = STR("a\";x=\"");
	is_int(signature_make(arena, &order, made), ERR_INVALID, "a quote in the key id is not signed");
	pkey_parse_public(arena, str_of(rsa_public), &key);
	order = order_post(key);
	is_int(signature_make(arena, &order, made), ERR_INVALID, "a public key signs nothing");
}

static void test_make_wished(void)
{
	struct header made[SIGNATURE_MADE_HEADERS];
	struct signature_order order;
	struct signature_wish wish;
	struct pkey *key;

	pkey_parse_private(arena, str_of(rsa_private), &key);
	order = order_post(key);
	order.wish = &wish;
	accept_signature_parse(arena, STR("abc=(\"content-type\" \"@authority\");created;expires;nonce=\"n-1\";tag=\"app\""),
	                       &wish);
	is_int(signature_make(arena, &order, made), OK, "a POST is signed as the peer wants it");
	is_str(made[1].value, arena_printf(arena, "abc=%s", wished_params), "under its label, with all it asked for");
	is_str(made[2].value, arena_printf(arena, "abc=:%s:", wished_rsa), "exactly as another implementation signs it");
	accept_signature_parse(arena, STR("a=();keyid=\"https://a.example/u/8#main-key\""), &wish);
	is_int(signature_make(arena, &order, made), ERR_INVALID, "not with another's key");
	accept_signature_parse(arena, STR("a=();alg=\"ed25519\""), &wish);
	is_int(signature_make(arena, &order, made), ERR_INVALID, "nor with one of another type");
	accept_signature_parse(arena, accept_signature_make(true), &wish);
	is_int(signature_make(arena, &order, made), OK, "we could grant our own wish");
	is_str(made[1].value, arena_printf(arena, "sig1=%s", own_params), "by what we do anyway");
}

int main(void)
{
	arena = arena_new();
	test_rfc();
	test_rfc_transformations();
	test_vectors();
	test_labels();
	test_forged();
	test_line_break();
	test_malformed();
	test_ambiguous();
	test_coverage();
	test_clock();
	test_make();
	test_make_wished();
	arena_free(arena);
	return done();
}
