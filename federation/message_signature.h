/*
 * Signatures after RFC 9421, with the Content-Digest of RFC 9530. Called through federation/signature.h, whose contract
 * these functions keep; what is particular to the RFC stands here. Pure; any thread.
 *
 * Components may have no parameters ("req", "sf", "key", "bs", "tr", "name"): nobody in the fediverse uses them, and
 * each is one more way for two readers to disagree.
 */
#ifndef FEDERATION_MESSAGE_SIGNATURE_H
#define FEDERATION_MESSAGE_SIGNATURE_H

#include "federation/signature.h"

/* Of several signatures the first one that we can use is read: its components are known, it says when it was created
 * and whose key it is, and its algorithm is one of ours. */
int message_signature_parse(struct arena *arena, const struct signature_request *request,
                            struct signature *ret_signature, const char **ret_reason);

/* Covered must be @method; @target-uri, or both @authority and the target (@request-target, or @path with @query if
 * there is a query); content-digest unless the method is GET or HEAD. Where the request was sent to is
 * request->origin, not what it says of itself. */
int message_signature_check_request(struct arena *arena, const struct signature_request *request,
                                    const struct signature *signature, const struct signature_policy *policy,
                                    int64_t *ret_until_ms, const char **ret_reason);

/* rsa-v1_5-sha256, rsa-pss-sha512, ed25519. */
int message_signature_verify(struct arena *arena, const struct signature_request *request,
                             const struct signature *signature, const struct pkey *key, const char **ret_reason);

/* The text that is signed (section 2.5), for tests with the RFC's own. false: a covered component is not there. */
bool message_signature_base(struct arena *arena, const struct signature_request *request,
                            const struct signature *signature, struct str *ret_base);

/* Covers @method, @target-uri, content-digest unless the method is GET or HEAD, and what the peer asked for.
 * ERR_INVALID: it asked for another key, too. */
int message_signature_make(struct arena *arena, const struct signature_order *order,
                           struct header ret_headers[SIGNATURE_MADE_HEADERS]);

#endif
