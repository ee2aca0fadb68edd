/*
 * Which of the two forms a signature has, and who is in charge of it.
 */
#include "federation/signature.h"

#include "federation/cavage.h"
#include "federation/message_signature.h"
#include "storage/base/err.h"

const char signature_reason_clock[] = "clock: the request is too old or from the future; compare the clocks";

typedef int signature_parser(struct arena *arena, const struct signature_request *request,
                             struct signature *ret_signature, const char **ret_reason);
typedef int signature_checker(struct arena *arena, const struct signature_request *request,
                              const struct signature *signature, const struct signature_policy *policy,
                              int64_t *ret_until_ms, const char **ret_reason);
typedef int signature_verifier(struct arena *arena, const struct signature_request *request,
                               const struct signature *signature, const struct pkey *key, const char **ret_reason);
typedef int signature_maker(struct arena *arena, const struct signature_order *order,
                            struct header ret_headers[SIGNATURE_MADE_HEADERS]);

static const struct scheme {
	signature_parser *parse;
	signature_checker *check;
	signature_verifier *verify;
	signature_maker *make;
} schemes[] = {
	[SIGNATURE_CAVAGE] = { cavage_parse, cavage_check_request, cavage_verify, cavage_make },
	[SIGNATURE_MESSAGE] = { message_signature_parse, message_signature_check_request, message_signature_verify,
	                        message_signature_make },
};

int signature_parse(struct arena *arena, const struct signature_request *request, struct signature *ret_signature,
                    const char **ret_reason)
{
	bool message = signature_request_count(request, STR("signature-input")) > 0;

	return schemes[message ? SIGNATURE_MESSAGE : SIGNATURE_CAVAGE].parse(arena, request, ret_signature, ret_reason);
}

int signature_check_request(struct arena *arena, const struct signature_request *request,
                            const struct signature *signature, const struct signature_policy *policy,
                            int64_t *ret_until_ms, const char **ret_reason)
{
	return schemes[signature->scheme].check(arena, request, signature, policy, ret_until_ms, ret_reason);
}

int signature_verify(struct arena *arena, const struct signature_request *request, const struct signature *signature,
                     const struct pkey *key, const char **ret_reason)
{
	return schemes[signature->scheme].verify(arena, request, signature, key, ret_reason);
}

/* Nothing that ends a header line … */
static bool is_one_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

/* … or a quoted string. */
static bool harmless(struct str text)
{
	return is_one_line(text) && str_find_char(text, '"') == SIZE_MAX && str_find_char(text, '\\') == SIZE_MAX;
}

int signature_make(struct arena *arena, const struct signature_order *order,
                   struct header ret_headers[SIGNATURE_MADE_HEADERS])
{
	const struct str written[] = { order->method, order->target, order->host, order->content_type, order->key_id };

	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		if (!harmless(written[i]))
			return ERR_INVALID;
	if (!is_one_line(order->extra.value))
		return ERR_INVALID;
	return schemes[order->scheme].make(arena, order, ret_headers);
}
