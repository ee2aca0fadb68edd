/*
 * Signatures after draft-cavage-http-signatures-12, as deployed. Called through federation/signature.h, whose contract
 * these functions keep; what is particular to the draft stands here. Pure; any thread.
 */
#ifndef FEDERATION_CAVAGE_H
#define FEDERATION_CAVAGE_H

#include "federation/signature.h"

/* Several signatures, a parameter twice or a name covered twice are refused. */
int cavage_parse(struct arena *arena, const struct signature_request *request, struct signature *ret_signature,
                 const char **ret_reason);

/* Covered must be (request-target), host, one of date and (created), and digest unless the method is GET or HEAD. Host
 * must be one of ours. */
int cavage_check_request(struct arena *arena, const struct signature_request *request,
                         const struct signature *signature, const struct signature_policy *policy,
                         int64_t *ret_until_ms, const char **ret_reason);

/* RSA is tried with SHA-256, then with SHA-512 if the label leaves it open. Tried with the query, then without (older
 * servers). */
int cavage_verify(struct arena *arena, const struct signature_request *request, const struct signature *signature,
                  const struct pkey *key, const char **ret_reason);

/* Covers (request-target) host date digest [content-type]; the digest of an empty body, too, since some verifiers
 * demand one on GET. */
int cavage_make(struct arena *arena, const struct signature_order *order,
                struct header ret_headers[SIGNATURE_MADE_HEADERS]);

#endif
