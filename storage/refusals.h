/*
 * The journal of refusals: what other nodes sent and was not taken in. Bounded; the same again within a minute is a
 * count. How often it may be written at all is the caller's to bound (node/api/inbox_routes.c).
 */
#ifndef STORAGE_REFUSALS_H
#define STORAGE_REFUSALS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { REFUSALS_MAX = 1000, REFUSAL_TEXT_MAX = 300 };

/* Writer thread. Texts are cut at REFUSAL_TEXT_MAX bytes and hold printable ASCII only afterwards; id, count and time
 * are made. Beyond REFUSALS_MAX the oldest goes. */
int refusals_add(struct txn *txn, const struct refusal *refusal);
/* The newest first; of `origin` alone when that is not empty. Begun at id_to_ms(id); texts live in `arena`. */
int refusals_page(struct arena *arena, struct view *view, struct str origin, size_t max,
                  struct refusal **ret_refusals, size_t *ret_count);

#endif
