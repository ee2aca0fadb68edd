/*
 * Documents of other nodes: a GET signed by our instance actor, and what must be true of the answer.
 *
 * Pool threads: it blocks. Only origins on the allow list are asked, and never our own.
 */
#ifndef FEDERATION_FETCH_H
#define FEDERATION_FETCH_H

#include "federation/federation.h"
#include "storage/base/json.h"

struct arena;
struct store;

/* The JSON object at `uri`, as ActivityPub: of one of the exact media types, with an id that is the address it came
 * from (else it is asked for once more at its id, on the same origin). *ret_uri is that id; texts live in `arena`.
 * ERR_DENIED: not on the list, one of ours, or refused (401, 403). ERR_NOT_FOUND 404, ERR_GONE 410, ERR_NETWORK: no
 * answer, or one that may be better later. ERR_INVALID: anything else. Of an errand with an allowance
 * (federation/federation.h) also ERR_LIMIT: it is used up, and ERR_BUSY: something of that origin is under way. */
int fetch_document(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                   json_t **ret_document, struct str *ret_uri);

/* Plain JSON or XML of a well-known place, unsigned. Errors likewise. */
int fetch_text(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
               const char *accept, struct str *ret_text);

#endif
