/*
 * Object integrity proofs: who says what a document says, whoever brought it (FEP-8b32, suite eddsa-jcs-2022).
 *
 * A proof is read by proof_parse(), which asks nobody; the caller finds the key it names and whose that key is; then
 * proof_verify() says whether it holds. What a valid proof means: the owner of the key wrote the document as it
 * stands, all of it but the members `proof` and `signature`. Linked Data signatures are never looked at. Pure; any
 * thread.
 *
 * Refusals are ERR_UNAUTHORIZED with a static sentence for the log.
 */
#ifndef FEDERATION_PROOF_H
#define FEDERATION_PROOF_H

#include <stdint.h>

#include "storage/base/json.h"

struct arena;
struct pkey;

enum {
	PROOFS_MAX = 8,                /* in one document */
	PROOF_SIGNATURE_BYTES = 64,
};

struct proof {
	const json_t *document;        /* as it was received, the proof in it */
	const json_t *statement;       /* the proof itself, an object in `document` */
	struct str key_id;             /* verificationMethod */
	struct str signature;          /* decoded proofValue */
};

/*
 * Finds the proof of `document` (as json_parse() made it of the bytes received), at its top and nowhere deeper.
 * Proofs of other suites are ignored. Texts point into the document or into `arena`, which both must outlive the
 * proof. ERR_NOT_FOUND: there is none of ours. ERR_UNAUTHORIZED: there are several, or it is malformed, made for
 * another purpose, not valid any more at `now_ms`, or chained to another one.
 */
int proof_parse(struct arena *arena, const json_t *document, int64_t now_ms, struct proof *ret_proof,
                const char **ret_reason);

/*
 * OK when the proof was made with `key` over the document. `controller` is whose key that is, by his own actor
 * document; `owner` whose the document is by what it says itself, read for the purpose at hand: an activity's actor,
 * an object's attributedTo, an actor's id. The two must be the same, and neither empty.
 *
 * Of @context, values behind those that the proof names may have been added on the way (the suite's specification,
 * section 3.3.2): nothing that we believe may depend on them.
 */
int proof_verify(struct arena *arena, const struct proof *proof, const struct pkey *key, struct str controller,
                 struct str owner, const char **ret_reason);

struct proof_order {
	const struct pkey *key;        /* private, Ed25519 */
	struct str key_id;             /* "https://a.example/u/7#ed25519-key" */
	int64_t created_ms;
};

/* The document with a proof as its last member; its own bytes stay as they are. Its @context should name
 * "https://w3id.org/security/data-integrity/v1" or /v2. ERR_INVALID: no JSON object, one with a proof in it
 * or with an empty @context, a public key or one of another kind; ERR_LIMIT as json_parse(). */
int proof_add(struct arena *arena, struct str document, const struct proof_order *order, struct str *ret_document);

#endif
