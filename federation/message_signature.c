/*
 * The two headers of RFC 9421, its signature base and our rules; the mathematics are in federation/pkey.c.
 */
#include "federation/message_signature.h"

#include <assert.h>

#include "federation/accept_signature.h"
#include "federation/content_digest.h"
#include "federation/pkey.h"
#include "federation/structured.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { MADE_LIFETIME_S = 5 * 60 }; /* of a signature whose receiver wants it to end */

static const struct algorithm {
	struct str name;
	enum pkey_type type;
	enum pkey_hash hash;
} algorithms[] = {
	{ { "rsa-v1_5-sha256", 15 }, PKEY_RSA, PKEY_SHA256 },
	{ { "rsa-pss-sha512", 14 }, PKEY_RSA, PKEY_PSS_SHA512 },
	{ { "ed25519", 7 }, PKEY_ED25519, PKEY_SHA512 },
};

static bool algorithm_known(struct str name)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (str_eq(algorithms[i].name, name))
			return true;
	return false;
}

static int refuse(const char **ret_reason, const char *reason)
{
	*ret_reason = reason;
	return ERR_UNAUTHORIZED;
}

static bool covers(const struct signature *signature, const char *name)
{
	for (size_t i = 0; i < signature->covered_count; i++)
		if (str_eq(signature->covered[i], str_of(name)))
			return true;
	return false;
}

/* ---- the derived components (section 2.2) ---- */

static void add_method(struct buf *buf, const struct signature_request *request)
{
	buf_add(buf, request->method);
}

static void add_target(struct buf *buf, const struct signature_request *request)
{
	buf_add(buf, request->target);
}

static void add_target_uri(struct buf *buf, const struct signature_request *request)
{
	buf_add(buf, request->origin);
	add_target(buf, request);
}

static void add_authority(struct buf *buf, const struct signature_request *request)
{
	buf_add(buf, str_sub(request->origin, str_find(request->origin, STR("://")) + 3, SIZE_MAX));
}

static void add_scheme(struct buf *buf, const struct signature_request *request)
{
	buf_add(buf, str_sub(request->origin, 0, str_find(request->origin, STR("://"))));
}

static void add_path(struct buf *buf, const struct signature_request *request)
{
	buf_add(buf, str_sub(request->target, 0, str_find_char(request->target, '?')));
}

/* With its question mark, which stands there even when there is no query. */
static void add_query(struct buf *buf, const struct signature_request *request)
{
	size_t at = str_find_char(request->target, '?');

	buf_add(buf, at == SIZE_MAX ? STR("?") : str_sub(request->target, at, SIZE_MAX));
}

static const struct derived {
	struct str name;
	void (*add)(struct buf *buf, const struct signature_request *request);
} derived[] = {
	{ { "@method", 7 }, add_method },
	{ { "@target-uri", 11 }, add_target_uri },
	{ { "@authority", 10 }, add_authority },
	{ { "@scheme", 7 }, add_scheme },
	{ { "@request-target", 15 }, add_target },
	{ { "@path", 5 }, add_path },
	{ { "@query", 6 }, add_query },
};

static const struct derived *derived_of(struct str name)
{
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (str_eq(derived[i].name, name))
			return &derived[i];
	return NULL;
}

/* ---- reading ---- */

/* A header's name as the RFC wants it: lower case, nothing that could end a line of the signature base. */
static bool is_header_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
			return false;
	}
	return name.n > 0;
}

static const char *read_covered(struct arena *arena, const struct structured_member *input, struct signature *signature)
{
	struct str *names = ARENA_ARRAY(arena, struct str, SIGNATURE_COVERED_MAX);

	static_assert((int)STRUCTURED_ITEMS_MAX <= SIGNATURE_COVERED_MAX, "a list that was read has a place here");
	signature->covered = names;
	for (size_t i = 0; i < input->item_count; i++) {
		const struct structured_item *item = &input->items[i];

		if (item->kind != STRUCTURED_STRING)
			return "a covered component is no string";
		if (item->param_count)
			return "a covered component has parameters, which are not supported";
		if (!derived_of(item->text) && !is_header_name(item->text))
			return "a covered component is unknown";
		for (size_t j = 0; j < i; j++)
			if (str_eq(names[j], item->text))
				return "a component is covered twice";
		names[signature->covered_count++] = item->text;
	}
	return NULL;
}

/* The parameters of section 2.3; a nonce and a tag are the sender's affair. */
static const char *read_params(const struct structured_item *value, struct signature *signature)
{
	static const struct {
		const char *name;
		enum structured_kind kind;
		size_t offset;
	} table[] = {
		{ "keyid", STRUCTURED_STRING, offsetof(struct signature, key_id) },
		{ "alg", STRUCTURED_STRING, offsetof(struct signature, algorithm) },
		{ "created", STRUCTURED_INTEGER, offsetof(struct signature, created) },
		{ "expires", STRUCTURED_INTEGER, offsetof(struct signature, expires) },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct structured_param *param = structured_param(value, str_of(table[i].name));

		if (!param)
			continue;
		if (param->kind != table[i].kind || param->integer < 0)
			return "a signature parameter is of the wrong type";
		*(struct str *)((char *)signature + table[i].offset) = param->text;
	}
	if (signature->key_id.n == 0)
		return "the signature has no keyid";
	if (!signature->created.p)
		return "the signature does not say when it was created";
	if (signature->algorithm.p && !algorithm_known(signature->algorithm))
		return "the signature algorithm is not supported";
	return NULL;
}

static const char *read_one(struct arena *arena, const struct structured_member *input,
                            const struct structured_dictionary *signatures, struct signature *signature)
{
	const struct structured_member *bytes = structured_member(signatures, input->key);
	const char *reason;

	*signature = (struct signature){ .scheme = SIGNATURE_MESSAGE, .params = input->raw };
	if (input->value.kind != STRUCTURED_LIST)
		return "Signature-Input has no list of components";
	if (!bytes)
		return "Signature-Input and Signature do not belong together";
	if (bytes->value.kind != STRUCTURED_BYTES || bytes->value.text.n == 0)
		return "the signature is not base64";
	signature->bytes = bytes->value.text;
	reason = read_covered(arena, input, signature);
	return reason ? reason : read_params(&input->value, signature);
}

static int read_field(struct arena *arena, const struct signature_request *request, struct str name,
                      struct structured_dictionary *ret_dictionary)
{
	struct buf buf;

	buf_init(&buf, arena, SIGNATURE_BYTES_MAX);
	if (!signature_request_join(request, name, &buf) || buf.err)
		return ERR_INVALID;
	return structured_dictionary_parse(arena, buf_str(&buf), ret_dictionary);
}

/* The draft's signature in its other place: whose request it is would depend on who reads. */
static bool has_authorization(const struct signature_request *request)
{
	static const struct str scheme = { "signature ", 10 };

	for (size_t i = 0; i < request->header_count; i++)
		if (str_eq_nocase(request->headers[i].name, STR("authorization")) &&
		    str_eq_nocase(str_sub(str_trim(request->headers[i].value), 0, scheme.n), scheme))
			return true;
	return false;
}

int message_signature_parse(struct arena *arena, const struct signature_request *request,
                            struct signature *ret_signature, const char **ret_reason)
{
	struct structured_dictionary inputs, signatures;
	const char *first_reason = "Signature-Input is empty";

	if (has_authorization(request))
		return refuse(ret_reason, "more than one signature");
	if (read_field(arena, request, STR("signature-input"), &inputs))
		return refuse(ret_reason, "Signature-Input is malformed or too long");
	if (read_field(arena, request, STR("signature"), &signatures))
		return refuse(ret_reason, "Signature is missing, malformed or too long");
	for (size_t i = 0; i < inputs.count; i++) {
		struct signature signature;
		const char *reason = read_one(arena, &inputs.members[i], &signatures, &signature);

		if (!reason) {
			*ret_signature = signature;
			return OK;
		}
		if (i == 0)
			first_reason = reason;
	}
	return refuse(ret_reason, first_reason);
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
	static const struct str single[] = { { "host", 4 }, { "content-digest", 14 }, { "content-type", 12 } };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (signature_request_count(check->request, single[i]) > 1)
			return "host, content-digest or content-type stands there twice";
	return NULL;
}

static bool covers_target(const struct check *check)
{
	const struct signature *signature = check->signature;
	bool query = str_find_char(check->request->target, '?') != SIZE_MAX;

	if (covers(signature, "@target-uri"))
		return true;
	if (!covers(signature, "@authority"))
		return false;
	return covers(signature, "@request-target") ||
	       (covers(signature, "@path") && (!query || covers(signature, "@query")));
}

static const char *check_covered(struct check *check)
{
	if (!covers(check->signature, "@method") || !covers_target(check))
		return "@method and @target-uri must be signed";
	if (!signature_request_reads(check->request) && !covers(check->signature, "content-digest"))
		return "content-digest must be signed";
	return NULL;
}

/* The origin is ours by definition, so a signature over it was made for us. */
static const char *check_host(struct check *check)
{
	const struct signature_policy *policy = check->policy;

	if (check->request->origin.n == 0 || check->request->target.n == 0 || check->request->target.p[0] != '/')
		return "signatures after RFC 9421 cannot be checked here";
	if (covers(check->signature, "host") &&
	    !signature_request_is_for(check->request, policy->hosts, policy->host_count))
		return "the request was signed for another host";
	return NULL;
}

static const char *check_digest(struct check *check)
{
	if (!covers(check->signature, "content-digest"))
		return NULL;
	return content_digest_check(check->arena, signature_request_header(check->request, STR("content-digest")),
	                            check->request->body);
}

/* structured.c let no more than 15 digits in. */
static int64_t seconds_ms(struct str text)
{
	uint64_t seconds = 0;

	str_to_u64(text, &seconds);
	return (int64_t)seconds * SECOND_MS;
}

/* Last of the checks: when it fails, the time is all that is wrong. */
static const char *check_time(struct check *check)
{
	const struct signature *signature = check->signature;
	int64_t now_ms = check->policy->now_ms, tolerance_ms = check->policy->tolerance_ms;
	int64_t created_ms = seconds_ms(signature->created), end_ms = created_ms;

	if (signature->expires.p && seconds_ms(signature->expires) < end_ms)
		end_ms = seconds_ms(signature->expires);
	check->until_ms = end_ms + tolerance_ms;
	if (check->until_ms < now_ms || created_ms - tolerance_ms > now_ms)
		return signature_reason_clock;
	return NULL;
}

int message_signature_check_request(struct arena *arena, const struct signature_request *request,
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

/* ---- the signature base ---- */

static bool has_line_break(struct str text)
{
	return str_find_char(text, '\n') != SIZE_MAX || str_find_char(text, '\r') != SIZE_MAX;
}

static bool add_component(struct buf *buf, const struct signature_request *request, struct str name)
{
	const struct derived *component = derived_of(name);
	size_t start;

	buf_printf(buf, "\"%.*s\": ", STR_ARG(name));
	start = buf->n;
	if (component)
		component->add(buf, request);
	else if (!signature_request_join(request, name, buf))
		return false;
	return buf->err == OK && !has_line_break(str_sub(buf_str(buf), start, SIZE_MAX));
}

bool message_signature_base(struct arena *arena, const struct signature_request *request,
                            const struct signature *signature, struct str *ret_base)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < signature->covered_count; i++) {
		if (!add_component(&buf, request, signature->covered[i]))
			return false;
		buf_add_char(&buf, '\n');
	}
	buf_add(&buf, STR("\"@signature-params\": "));
	buf_add(&buf, signature->params);
	*ret_base = buf_str(&buf);
	return buf.err == OK;
}

int message_signature_verify(struct arena *arena, const struct signature_request *request,
                             const struct signature *signature, const struct pkey *key, const char **ret_reason)
{
	bool fits = false;
	struct str base;

	if (!message_signature_base(arena, request, signature, &base))
		return refuse(ret_reason, "a signed header is missing");
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		const struct algorithm *algorithm = &algorithms[i];

		if (algorithm->type != pkey_type(key) ||
		    (signature->algorithm.p && !str_eq(signature->algorithm, algorithm->name)))
			continue;
		fits = true;
		if (pkey_verify(key, algorithm->hash, base, signature->bytes))
			return OK;
	}
	return refuse(ret_reason, fits ? "the signature does not verify" : "the algorithm does not fit the key");
}

/* ---- making ---- */

static void add_text_param(struct buf *buf, const char *name, struct str value)
{
	if (value.n)
		buf_printf(buf, ";%s=\"%.*s\"", name, STR_ARG(value));
}

/* The components and parameters; `signature` learns the names for its base. */
static struct str make_params(struct arena *arena, const struct signature_order *order,
                              const struct signature_wish *wish, unsigned components, struct signature *signature)
{
	struct str *names = ARENA_ARRAY(arena, struct str, WISH_COMPONENTS + 1), extra = str_lower(arena, order->extra.name);
	int64_t now_s = order->now_ms / SECOND_MS;
	struct buf buf;

	buf_init(&buf, arena, 0);
	signature->covered = names;
	for (unsigned i = 0; i < WISH_COMPONENTS; i++) {
		if (!(components & 1u << i))
			continue;
		names[signature->covered_count] = wish_component_name(i);
		buf_printf(&buf, "%s\"%.*s\"", signature->covered_count++ ? " " : "(", STR_ARG(wish_component_name(i)));
	}
	if (extra.n) {
		names[signature->covered_count++] = extra;
		buf_printf(&buf, " \"%.*s\"", STR_ARG(extra));
	}
	buf_printf(&buf, ");created=%lld", (long long)now_s);
	if (wish->expires)
		buf_printf(&buf, ";expires=%lld", (long long)now_s + MADE_LIFETIME_S);
	add_text_param(&buf, "keyid", order->key_id);
	add_text_param(&buf, "alg", pkey_type(order->key) == PKEY_RSA ? STR("rsa-v1_5-sha256") : STR("ed25519"));
	add_text_param(&buf, "nonce", wish->nonce);
	add_text_param(&buf, "tag", wish->tag);
	return buf_str(&buf);
}

static bool wish_allows_key(const struct signature_wish *wish, const struct signature_order *order)
{
	if (wish->key_id.n && !str_eq(wish->key_id, order->key_id))
		return false;
	return pkey_type(order->key) == PKEY_RSA ? wish->rsa : wish->ed25519;
}

/* What has no value here cannot be signed, whoever asks for it. */
static unsigned components_of(const struct signature_order *order, const struct signature_wish *wish, bool has_body)
{
	unsigned components = wish->components | 1u << WISH_METHOD | 1u << WISH_TARGET_URI;

	components &= ~(1u << WISH_CONTENT_DIGEST);
	if (has_body)
		components |= 1u << WISH_CONTENT_DIGEST;
	if (order->content_type.n == 0)
		components &= ~(1u << WISH_CONTENT_TYPE);
	return components;
}

int message_signature_make(struct arena *arena, const struct signature_order *order,
                           struct header ret_headers[SIGNATURE_MADE_HEADERS])
{
	static const struct signature_wish none = { .label = { "sig1", 4 }, .rsa = true, .ed25519 = true };
	const struct signature_wish *wish = order->wish ? order->wish : &none;
	struct header headers[] = { { STR("Host"), order->host }, { STR("Content-Type"), order->content_type },
		                    { STR("Content-Digest"), STR_NONE }, order->extra };
	struct signature_request request = {
		.method = order->method, .target = order->target, .headers = headers,
		.header_count = sizeof(headers) / sizeof(headers[0]),
		.origin = arena_printf(arena, "%s://%.*s", order->secure ? "https" : "http", STR_ARG(order->host)),
	};
	struct signature signature = { .scheme = SIGNATURE_MESSAGE };
	bool has_body = !signature_request_reads(&request);
	char date[DATE_HTTP_BYTES];
	struct str base, bytes;

	if (!wish_allows_key(wish, order))
		return ERR_INVALID;
	headers[2].value = content_digest_make(arena, order->body);
	signature.params = make_params(arena, order, wish, components_of(order, wish, has_body), &signature);
	if (!message_signature_base(arena, &request, &signature, &base) || pkey_sign(arena, order->key, base, &bytes))
		return ERR_INVALID;
	date_http(order->now_ms, date);
	ret_headers[0] = has_body ? headers[2] : (struct header){ STR("Date"), arena_str(arena, str_of(date)) };
	ret_headers[1] = (struct header){
		STR("Signature-Input"),
		arena_printf(arena, "%.*s=%.*s", STR_ARG(wish->label), STR_ARG(signature.params)),
	};
	ret_headers[2] = (struct header){
		STR("Signature"),
		arena_printf(arena, "%.*s=:%.*s:", STR_ARG(wish->label), STR_ARG(base64_encode(arena, bytes))),
	};
	return OK;
}
