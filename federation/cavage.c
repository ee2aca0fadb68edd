/*
 * The signing string of draft-cavage, its header and its rules; the mathematics are in federation/pkey.c.
 */
#include "federation/cavage.h"

#include "federation/pkey.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

static const struct str request_target = { "(request-target)", 16 };
static const struct str sha_256 = { "sha-256", 7 };

enum { SECONDS_MAX_DIGITS = 12 }; /* until the year 33658; no overflow in milliseconds */

/* What a label allows, never what is done: that is the key's type. */
static const struct algorithm {
	const char *label;
	bool rsa_sha256, rsa_sha512, ed25519;
	bool times;  /* (created) and (expires) may be covered */
} algorithms[] = {
	{ "hs2019", true, true, true, true },  /* first: stands for an absent label, too */
	{ "rsa-sha256", true, false, false, false },
	{ "rsa-sha512", false, true, false, false },
	{ "ed25519", false, false, true, true },
};

static const struct algorithm *algorithm_of(struct str label)
{
	if (!label.p)
		return &algorithms[0];
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (str_eq_nocase(label, str_of(algorithms[i].label)))
			return &algorithms[i];
	return NULL;
}

static int refuse(const char **ret_reason, const char *reason)
{
	*ret_reason = reason;
	return ERR_UNAUTHORIZED;
}

static bool covers(const struct signature *signature, struct str name)
{
	for (size_t i = 0; i < signature->covered_count; i++)
		if (str_eq(signature->covered[i], name))
			return true;
	return false;
}

/* ---- reading the header ---- */

/* The parameters as they stand in the header. */
struct params {
	struct str key_id, algorithm, headers, signature, created, expires;
};

static const struct param {
	const char *name;
	size_t offset;
	bool quoted;
} param_table[] = {
	{ "keyId", offsetof(struct params, key_id), true },
	{ "algorithm", offsetof(struct params, algorithm), true },
	{ "headers", offsetof(struct params, headers), true },
	{ "signature", offsetof(struct params, signature), true },
	{ "created", offsetof(struct params, created), false },
	{ "expires", offsetof(struct params, expires), false },
};

/* The text of the one signature; STR_NONE with no reason if there is none, with a reason if it is not one. */
static struct str signature_text(const struct signature_request *request, const char **ret_reason)
{
	static const struct str scheme = { "Signature ", 10 };
	size_t direct = signature_request_count(request, STR("signature")), wrapped = 0;
	struct str text = signature_request_header(request, STR("signature"));

	for (size_t i = 0; i < request->header_count; i++) {
		const struct header *header = &request->headers[i];
		struct str value = str_trim(header->value);

		if (!str_eq_nocase(header->name, STR("authorization")) ||
		    !str_eq_nocase(str_sub(value, 0, scheme.n), scheme))
			continue;
		wrapped++;
		text = str_sub(value, scheme.n, SIZE_MAX);
	}
	if (direct + wrapped > 1) {
		*ret_reason = "more than one signature";
		return STR_NONE;
	}
	if (direct + wrapped == 1 && (text.n == 0 || text.n > SIGNATURE_BYTES_MAX)) {
		*ret_reason = "the signature header is empty or too long";
		return STR_NONE;
	}
	return text;
}

static void skip_blanks(struct str *rest)
{
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = str_sub(*rest, 1, SIZE_MAX);
}

/* Cuts a run of letters, digits and hyphens off. */
static struct str cut_token(struct str *rest)
{
	size_t n = 0;
	struct str token;

	while (n < rest->n && ((rest->p[n] >= 'a' && rest->p[n] <= 'z') || (rest->p[n] >= 'A' && rest->p[n] <= 'Z') ||
	                       (rest->p[n] >= '0' && rest->p[n] <= '9') || rest->p[n] == '-'))
		n++;
	token = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return token;
}

/* Cuts a value off: a quoted one (it may hold commas, but no escapes) or a token. */
static bool cut_value(struct str *rest, bool *ret_quoted, struct str *ret_value)
{
	size_t end;

	*ret_quoted = rest->n && rest->p[0] == '"';
	if (!*ret_quoted) {
		*ret_value = cut_token(rest);
		return ret_value->n > 0;
	}
	*rest = str_sub(*rest, 1, SIZE_MAX);
	end = str_find_char(*rest, '"');
	if (end == SIZE_MAX)
		return false;
	*ret_value = str_sub(*rest, 0, end);
	*rest = str_sub(*rest, end + 1, SIZE_MAX);
	return str_find_char(*ret_value, '\\') == SIZE_MAX;
}

static const char *param_store(struct params *params, struct str name, struct str value, bool quoted)
{
	for (size_t i = 0; i < sizeof(param_table) / sizeof(param_table[0]); i++) {
		struct str *place = (struct str *)((char *)params + param_table[i].offset);

		if (!str_eq(name, str_of(param_table[i].name)))
			continue;
		if (place->p)
			return "a signature parameter stands there twice";
		if (quoted != param_table[i].quoted)
			return "a signature parameter is of the wrong type";
		*place = value;
		return NULL;
	}
	return NULL; /* others are for others */
}

/* name=value, name="value", … */
static const char *params_parse(struct str text, struct params *params)
{
	static const char malformed[] = "the signature header is malformed";
	struct str rest = text, name, value;
	const char *reason;
	bool quoted;

	for (;;) {
		skip_blanks(&rest);
		name = cut_token(&rest);
		skip_blanks(&rest);
		if (name.n == 0 || rest.n == 0 || rest.p[0] != '=')
			return malformed;
		rest = str_sub(rest, 1, SIZE_MAX);
		skip_blanks(&rest);
		if (!cut_value(&rest, &quoted, &value))
			return malformed;
		reason = param_store(params, name, value, quoted);
		if (reason)
			return reason;
		skip_blanks(&rest);
		if (rest.n == 0)
			return NULL;
		if (rest.p[0] != ',')
			return malformed;
		rest = str_sub(rest, 1, SIZE_MAX);
	}
}

static const char *covered_parse(struct arena *arena, struct str list, struct signature *signature)
{
	struct str *names = ARENA_ARRAY(arena, struct str, SIGNATURE_COVERED_MAX);
	struct str rest = str_lower(arena, list);

	signature->covered = names;
	while (rest.p) {
		struct str name = str_cut(&rest, ' ');

		if (name.n == 0)
			continue;
		if (covers(signature, name))
			return "a header is covered twice";
		if (signature->covered_count == SIGNATURE_COVERED_MAX)
			return "too many headers are covered";
		names[signature->covered_count++] = name;
	}
	return signature->covered_count ? NULL : "no header is covered";
}

static bool seconds_parse(struct str text, int64_t *ret_ms)
{
	uint64_t seconds;

	if (text.n > SECONDS_MAX_DIGITS || !str_to_u64(text, &seconds))
		return false;
	*ret_ms = (int64_t)seconds * SECOND_MS;
	return true;
}

int cavage_parse(struct arena *arena, const struct signature_request *request, struct signature *ret_signature,
                    const char **ret_reason)
{
	struct signature signature = { 0 };
	struct params params = { 0 };
	const struct algorithm *algorithm;
	const char *reason = NULL;
	struct str text = signature_text(request, &reason);
	int64_t ms;

	if (!text.p && !reason)
		return ERR_NOT_FOUND;
	if (!reason)
		reason = params_parse(text, &params);
	if (reason)
		return refuse(ret_reason, reason);
	if (params.key_id.n == 0)
		return refuse(ret_reason, "the signature has no keyId");
	algorithm = algorithm_of(params.algorithm);
	if (!algorithm)
		return refuse(ret_reason, "the signature algorithm is not supported");
	if ((params.created.p && !seconds_parse(params.created, &ms)) ||
	    (params.expires.p && !seconds_parse(params.expires, &ms)))
		return refuse(ret_reason, "created or expires is no number of seconds");
	if (base64_decode(arena, params.signature, &signature.bytes) || signature.bytes.n == 0)
		return refuse(ret_reason, "the signature is not base64");
	if (!params.headers.p)
		params.headers = algorithm->times ? STR("(created)") : STR("date");
	reason = covered_parse(arena, params.headers, &signature);
	if (reason)
		return refuse(ret_reason, reason);
	signature.key_id = params.key_id;
	signature.algorithm = params.algorithm;
	signature.created = params.created;
	signature.expires = params.expires;
	*ret_signature = signature;
	return OK;
}

/* ---- what can be known without the key ---- */

struct check {
	struct arena *arena;
	const struct signature_request *request;
	const struct signature *signature;
	const struct signature_policy *policy;
	int64_t until_ms;
};

/* These occur once in an honest request; whoever reads the second one would read what was not signed for. */
static const char *check_single(struct check *check)
{
	static const struct str single[] = { { "host", 4 }, { "date", 4 }, { "digest", 6 }, { "content-type", 12 } };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (signature_request_count(check->request, single[i]) > 1)
			return "host, date, digest or content-type stands there twice";
	return NULL;
}

static const char *check_covered(struct check *check)
{
	const struct signature *signature = check->signature;
	bool created = covers(signature, STR("(created)")), expires = covers(signature, STR("(expires)"));

	if (!covers(signature, request_target) || !covers(signature, STR("host")))
		return "(request-target) and host must be signed";
	if (!created && !covers(signature, STR("date")))
		return "date or (created) must be signed";
	if (!signature_request_reads(check->request) && !covers(signature, STR("digest")))
		return "digest must be signed";
	if ((created || expires) && !algorithm_of(signature->algorithm)->times)
		return "(created) and (expires) need the algorithm hs2019";
	if ((created && !signature->created.p) || (expires && !signature->expires.p))
		return "a signed parameter is missing";
	return NULL;
}

static const char *check_host(struct check *check)
{
	return signature_request_is_for(check->request, check->policy->hosts, check->policy->host_count)
	               ? NULL
	               : "the request was signed for another host";
}

/* RFC 3230 section 4.3.2: a list of label=value. All its SHA-256 must be right, and there must be one. */
static const char *check_digest(struct check *check)
{
	struct str rest = signature_request_header(check->request, STR("digest")), sent;
	uint8_t hash[SHA256_BYTES];
	bool found = false;

	if (!covers(check->signature, STR("digest")))
		return NULL;
	hash_sha256(check->request->body, hash);
	while (rest.p) {
		struct str value = str_trim(str_cut(&rest, ','));
		struct str label = str_cut(&value, '=');

		if (!str_eq_nocase(label, sha_256))
			continue;
		if (base64_decode(check->arena, value, &sent) ||
		    !hash_equal(sent, (struct str){ (const char *)hash, SHA256_BYTES }))
			return "the digest is not that of the body";
		found = true;
	}
	return found ? NULL : "the digest has no SHA-256";
}

/* Last of the checks: when it fails, the time is all that is wrong. */
static const char *check_time(struct check *check)
{
	const struct signature *signature = check->signature;
	int64_t now_ms = check->policy->now_ms, tolerance_ms = check->policy->tolerance_ms, ms;

	check->until_ms = INT64_MAX;
	for (size_t i = 0; i < signature->covered_count; i++) {
		struct str name = signature->covered[i];
		bool expires = str_eq(name, STR("(expires)"));

		if (str_eq(name, STR("date"))) {
			if (!date_parse_http(signature_request_header(check->request, name), &ms))
				return "the date is missing or malformed";
		} else if (expires || str_eq(name, STR("(created)"))) {
			if (!seconds_parse(expires ? signature->expires : signature->created, &ms))
				return "created or expires is no number of seconds";
		} else {
			continue;
		}
		if (ms + tolerance_ms < now_ms || (!expires && ms - tolerance_ms > now_ms))
			return signature_reason_clock;
		if (ms + tolerance_ms < check->until_ms)
			check->until_ms = ms + tolerance_ms;
	}
	return NULL;
}

int cavage_check_request(struct arena *arena, const struct signature_request *request,
                            const struct signature *signature, const struct signature_policy *policy,
                            int64_t *ret_until_ms, const char **ret_reason)
{
	static const char *(*const checks[])(struct check *check) = {
		check_single, check_covered, check_host, check_digest, check_time,
	};
	struct check check = { arena, request, signature, policy, 0 };

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const char *reason = checks[i](&check);

		if (reason)
			return refuse(ret_reason, reason);
	}
	if (ret_until_ms)
		*ret_until_ms = check.until_ms;
	return OK;
}

/* ---- the signing string ---- */

static bool add_component(struct arena *arena, struct buf *buf, const struct signature_request *request,
                          struct str target, const struct signature *signature, struct str name)
{
	struct str parameter = STR_NONE;

	buf_printf(buf, "%.*s: ", STR_ARG(name));
	if (str_eq(name, request_target)) {
		buf_printf(buf, "%.*s %.*s", STR_ARG(str_lower(arena, request->method)), STR_ARG(target));
		return true;
	}
	if (name.p[0] != '(')
		return signature_request_join(request, name, buf); /* section 2.3 of the draft */
	if (str_eq(name, STR("(created)")))
		parameter = signature->created;
	else if (str_eq(name, STR("(expires)")))
		parameter = signature->expires;
	buf_add(buf, parameter);
	return parameter.p != NULL;
}

static bool signing_string(struct arena *arena, const struct signature_request *request, struct str target,
                           const struct signature *signature, struct str *ret_text)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < signature->covered_count; i++) {
		if (i)
			buf_add_char(&buf, '\n');
		if (!add_component(arena, &buf, request, target, signature, signature->covered[i]))
			return false;
	}
	*ret_text = buf_str(&buf);
	return buf.err == OK;
}

static bool pkey_signed(const struct pkey *key, const struct algorithm *algorithm, struct str text, struct str bytes)
{
	if (pkey_type(key) == PKEY_ED25519)
		return algorithm->ed25519 && pkey_verify(key, PKEY_SHA512, text, bytes);
	return (algorithm->rsa_sha256 && pkey_verify(key, PKEY_SHA256, text, bytes)) ||
	       (algorithm->rsa_sha512 && pkey_verify(key, PKEY_SHA512, text, bytes));
}

int cavage_verify(struct arena *arena, const struct signature_request *request, const struct signature *signature,
                     const struct pkey *key, const char **ret_reason)
{
	const struct algorithm *algorithm = algorithm_of(signature->algorithm);
	struct str targets[] = { request->target, str_sub(request->target, 0, str_find_char(request->target, '?')) };
	struct str text;

	if (!algorithm || !(pkey_type(key) == PKEY_ED25519 ? algorithm->ed25519
	                                                 : algorithm->rsa_sha256 || algorithm->rsa_sha512))
		return refuse(ret_reason, "the algorithm does not fit the key");
	for (size_t i = 0; i < 2; i++) {
		if (i && targets[i].n == targets[0].n)
			break;
		if (!signing_string(arena, request, targets[i], signature, &text))
			return refuse(ret_reason, "a signed header is missing");
		if (pkey_signed(key, algorithm, text, signature->bytes))
			return OK;
	}
	return refuse(ret_reason, "the signature does not verify");
}

/* ---- making ---- */

int cavage_make(struct arena *arena, const struct signature_order *order,
                   struct header ret_headers[SIGNATURE_MADE_HEADERS])
{
	bool typed = order->content_type.n > 0;
	struct str extra = str_lower(arena, order->extra.name);
	const char *covered = typed ? "(request-target) host date digest content-type" : "(request-target) host date digest";
	uint8_t hash[SHA256_BYTES];
	char date[DATE_HTTP_BYTES];
	struct str digest, text, bytes;
	int err;

	hash_sha256(order->body, hash);
	date_http(order->now_ms, date);
	/* The label in upper case: some verifiers compare the whole header as text. */
	digest = arena_printf(arena, "SHA-256=%.*s",
	                      STR_ARG(base64_encode(arena, (struct str){ (const char *)hash, SHA256_BYTES })));
	text = arena_printf(arena, "(request-target): %.*s %.*s\nhost: %.*s\ndate: %s\ndigest: %.*s%s%.*s%s%.*s%s%.*s",
	                    STR_ARG(str_lower(arena, order->method)), STR_ARG(order->target), STR_ARG(order->host), date,
	                    STR_ARG(digest), typed ? "\ncontent-type: " : "", STR_ARG(order->content_type),
	                    extra.n ? "\n" : "", STR_ARG(extra), extra.n ? ": " : "", STR_ARG(order->extra.value));
	err = pkey_sign(arena, order->key, text, &bytes);
	if (err)
		return err;
	ret_headers[0] = (struct header){ STR("Date"), arena_str(arena, str_of(date)) };
	ret_headers[1] = (struct header){ STR("Digest"), digest };
	ret_headers[2] = (struct header){
		STR("Signature"),
		arena_printf(arena, "keyId=\"%.*s\",algorithm=\"%s\",headers=\"%s%s%.*s\",signature=\"%.*s\"",
		             STR_ARG(order->key_id), pkey_type(order->key) == PKEY_RSA ? "rsa-sha256" : "hs2019",
		             covered, extra.n ? " " : "", STR_ARG(extra), STR_ARG(base64_encode(arena, bytes))),
	};
	return OK;
}
