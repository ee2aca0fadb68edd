/*
 * HTTP signatures in both forms the fediverse speaks: draft-cavage-http-signatures-12 (federation/cavage.c) and
 * RFC 9421 (federation/message_signature.c). Whoever reads or makes one need not know which it is.
 *
 * A request is let in by four steps, cheapest first: signature_parse(), signature_check_request() (what is
 * covered, for whom, which body, when), the caller's fetch of the key, signature_verify(). Whose key it is, and
 * whether that person may say what the body says, is the caller's question. Pure; any thread.
 *
 * Every refusal is ERR_UNAUTHORIZED with a sentence for the 401 and the log; the sentences are static.
 */
#ifndef FEDERATION_SIGNATURE_H
#define FEDERATION_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "federation/signature_request.h"
#include "storage/base/clock.h"
#include "storage/base/header.h"
#include "storage/base/str.h"

struct arena;
struct pkey;
struct signature_wish;

enum {
	SIGNATURE_BYTES_MAX = 8192,            /* of each header that belongs to it */
	SIGNATURE_COVERED_MAX = 32,            /* covered components */
	SIGNATURE_TOLERANCE_MS = 5 * MINUTE_MS, /* default of signature_policy.tolerance_ms */
};

enum signature_scheme {
	SIGNATURE_CAVAGE,              /* draft-cavage-http-signatures-12 */
	SIGNATURE_MESSAGE,             /* RFC 9421 with the Content-Digest of RFC 9530 */
};

struct signature {
	enum signature_scheme scheme;
	struct str key_id;
	struct str algorithm;          /* as sent; STR_NONE if absent */
	const struct str *covered;     /* names in order, lower case: "(request-target)" or "@method", "host" */
	size_t covered_count;
	struct str bytes;              /* decoded */
	struct str created, expires;   /* decimal seconds as sent; STR_NONE if absent */
	struct str params;             /* RFC 9421: the inner list with its parameters exactly as received */
};

/*
 * Reads the signature of a request: with a Signature-Input header as RFC 9421 has it, otherwise the Signature header or
 * "Authorization: Signature …" of the draft. Texts point into the request or into `arena`.
 * ERR_NOT_FOUND: the request bears no signature. ERR_UNAUTHORIZED: both forms at once, several signatures of the draft,
 * something twice, an unknown algorithm, or no sense.
 */
int signature_parse(struct arena *arena, const struct signature_request *request, struct signature *ret_signature,
                    const char **ret_reason);

struct signature_policy {
	const struct str *hosts;       /* our names, as in Host: "a.example", "a.example:8443" */
	size_t host_count;
	int64_t now_ms;
	int64_t tolerance_ms;          /* how far a clock may be off, either way */
};

/* The reason when nothing but the clocks is wrong. */
extern const char signature_reason_clock[];

/*
 * All that can be known without the key. Covered must be the method, the target, the host, the time, and the digest
 * unless the method is GET or HEAD; a covered digest must be that of the body, and a covered Host one of ours.
 * *ret_until_ms (may be NULL): when the time window of this signature ends, for the memory of replays.
 */
int signature_check_request(struct arena *arena, const struct signature_request *request,
                            const struct signature *signature, const struct signature_policy *policy,
                            int64_t *ret_until_ms, const char **ret_reason);

/* Verifies with the sender's public key. The key's type decides how, the sender's label may only narrow it. */
int signature_verify(struct arena *arena, const struct signature_request *request, const struct signature *signature,
                     const struct pkey *key, const char **ret_reason);

/* What signature_make() adds to a request: Date, Digest, Signature; or Date (GET) or Content-Digest (POST),
 * Signature-Input, Signature. */
enum { SIGNATURE_MADE_HEADERS = 3 };

struct signature_order {
	struct str method, target;     /* as in signature_request */
	struct str host;               /* the Host header that will be sent (url_host_port()) */
	struct str content_type;       /* likewise; empty for GET */
	struct str body;
	struct str key_id;             /* "https://a.example/u/7#main-key" */
	const struct pkey *key;        /* private */
	int64_t now_ms;
	enum signature_scheme scheme;
	bool secure;                   /* the address is https; RFC 9421 only */
	struct header extra;           /* one more header that will be sent and is to be signed; no name: none */
	const struct signature_wish *wish; /* what the peer asked for (federation/accept_signature.h); NULL: nothing */
};

/* ERR_INVALID: a control byte or a quote where it would break out, or a public key. */
int signature_make(struct arena *arena, const struct signature_order *order,
                   struct header ret_headers[SIGNATURE_MADE_HEADERS]);

#endif
