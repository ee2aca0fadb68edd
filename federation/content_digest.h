/*
 * The Content-Digest header of RFC 9530: which bytes a message has. Pure; any thread.
 */
#ifndef FEDERATION_CONTENT_DIGEST_H
#define FEDERATION_CONTENT_DIGEST_H

#include "storage/base/str.h"

struct arena;

/* "sha-256=:…:", in arena memory. */
struct str content_digest_make(struct arena *arena, struct str body);
/* NULL when `value` names a SHA-256 or a SHA-512 and all it names of these are the body's; otherwise what is wrong with
 * it, in static storage. Other algorithms are passed over. */
const char *content_digest_check(struct arena *arena, struct str value, struct str body);

#endif
