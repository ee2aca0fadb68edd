/*
 * What waits too long for a peer to which nothing goes, because it is paused or kept out. To others the delivery thread
 * goes on trying, and drops what expired itself. Writer thread.
 */
#ifndef FEDERATION_EXPIRY_H
#define FEDERATION_EXPIRY_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/engine/store.h"

struct arena;

enum { DELIVERY_KEPT_DAYS = 14, DELIVERY_KEPT_LONG_DAYS = 30 };  /* long: what takes something back */

/* Drops at most `max` of them; *ret_more: call again. */
int expiry_sweep(struct arena *arena, struct txn *txn, size_t max, bool *ret_more);

#endif
