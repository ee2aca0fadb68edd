/*
 * Quotas: token buckets per account and per address, in memory, bounded in number. Any thread.
 */
#ifndef NODE_HTTP_LIMIT_H
#define NODE_HTTP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "node/call.h"

struct limiter;

struct limit_state {
	uint32_t limit, remaining;
	int64_t reset_ms;   /* when the bucket is full again */
	int64_t retry_ms;   /* refused: from now until one more may be taken; else 0 */
};

struct limiter *limiter_new(void);
void limiter_free(struct limiter *limiter);
/* Switches all quotas off and on at run time ("limits.rate off"). */
void limiter_enable(struct limiter *limiter, bool enabled);
/* Takes one from the bucket of (quota, who); false: refused with 429. *ret_state feeds the X-RateLimit headers; its
 * limit is 0 when no quota applies.
 * `who` is an account id, or the hash of an address. */
bool limit_take(struct limiter *limiter, enum quota quota, uint64_t who, struct limit_state *ret_state);
/* The key of an address: IPv6 counts by /64. */
uint64_t limit_key_of_address(struct str address);

#endif
