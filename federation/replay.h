/*
 * Memory of signatures already seen, so that a captured request is worth nothing within its time window.
 *
 * Bounded: when it is full the oldest is forgotten first. That is enough because a repeated activity is known by
 * its id in the store as well; this memory catches it before any work. Lost on restart for the same reason.
 * Any thread.
 */
#ifndef FEDERATION_REPLAY_H
#define FEDERATION_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

struct replay_cache;

/* Room for `capacity` signatures (at least 1), about 40 bytes each. */
struct replay_cache *replay_cache_new(size_t capacity);
/* No other thread may use it any more. NULL is allowed. */
void replay_cache_free(struct replay_cache *cache);

/* Remembers a signature that did verify until `until_ms` (the end of its time window). false: it is remembered
 * already, this is a replay. `signature` is the decoded bytes: base64 has several spellings. */
bool replay_cache_admit(struct replay_cache *cache, struct str key_id, struct str signature, int64_t now_ms,
                        int64_t until_ms);

/* Was it admitted and is still remembered? Admits nothing. */
bool replay_cache_knows(struct replay_cache *cache, struct str key_id, struct str signature, int64_t now_ms);

#endif
