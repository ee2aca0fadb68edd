/*
 * HTTP signatures as the fediverse speaks them (draft-cavage-http-signatures-12): reading, checking, making.
 *
 * A delivery is let in by four steps, cheapest first: signature_parse(), signature_check_request() (what is
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

#include "storage/base/clock.h"
#include "storage/base/header.h"
#include "storage/base/str.h"

struct arena;
struct pkey;

enum {
	SIGNATURE_BYTES_MAX = 8192,            /* of the header */
	SIGNATURE_COVERED_MAX = 32,            /* names in headers="…" */
	SIGNATURE_TOLERANCE_MS = 5 * MINUTE_MS, /* default of signature_policy.tolerance_ms */
};

/* A request as it came in, or as it will go out. */
struct signature_request {
	struct str method;             /* "POST" */
	struct str target;             /* path and query exactly as on the request line */
	const struct header *headers;
	size_t header_count;
	struct str body;
};

struct signature {
	struct str key_id;
	struct str algorithm;          /* as sent; STR_NONE if absent */
	const struct str *covered;     /* headers="…", in order, lower case; the draft's default if absent */
	size_t covered_count;
	struct str bytes;              /* decoded */
	struct str created, expires;   /* decimal seconds as sent; STR_NONE if absent */
};

/* Reads the Signature header, or "Authorization: Signature …". Texts point into the request or into `arena`.
 * ERR_NOT_FOUND: the request bears no signature. ERR_UNAUTHORIZED: several of them, a parameter twice, a name
 * covered twice, an unknown algorithm, or no sense. */
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
 * All that can be known without the key. Covered must be (request-target), host, one of date and (created), and
 * digest unless the method is GET or HEAD; a covered digest must be that of the body and Host one of ours.
 * *ret_until_ms (may be NULL): when the time window of this signature ends, for the memory of replays.
 */
int signature_check_request(struct arena *arena, const struct signature_request *request,
                            const struct signature *signature, const struct signature_policy *policy,
                            int64_t *ret_until_ms, const char **ret_reason);

/* Verifies with the sender's public key. The key's type decides how, not the sender's label: RSA is tried with
 * SHA-256, then with SHA-512 if the label leaves it open. Tried with the query, then without (older servers). */
int signature_verify(struct arena *arena, const struct signature_request *request, const struct signature *signature,
                     const struct pkey *key, const char **ret_reason);

/* What signature_make() adds to a request: Date, Digest, Signature. */
enum { SIGNATURE_MADE_HEADERS = 3 };

struct signature_order {
	struct str method, target;     /* as in signature_request */
	struct str host;               /* the Host header that will be sent (url_host_port()) */
	struct str content_type;       /* likewise; covered unless empty. Leave it empty for GET */
	struct str body;
	struct str key_id;             /* "https://a.example/u/7#main-key" */
	const struct pkey *key;         /* private */
	int64_t now_ms;
};

/* Covers (request-target) host date digest [content-type]; the digest of an empty body, too, since some verifiers
 * demand one on GET. ERR_INVALID: a control byte or a quote where it would break out, or a public key. */
int signature_make(struct arena *arena, const struct signature_order *order,
                   struct header ret_headers[SIGNATURE_MADE_HEADERS]);

#endif
