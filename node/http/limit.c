/*
 * Quotas in memory: a bounded, sharded hash table of token buckets. A lost bucket is a full one, so what is
 * evicted is what stands closest to full. Says who is over; the exchange says it to the client. Any thread.
 */
#include "node/http/limit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/clock.h"
#include "storage/base/hash.h"

/* The values of Mastodon's API where clients know them (client-api section 4.2). */
static const struct {
	uint32_t limit;
	int64_t period_ms;
} quotas[] = {
	[QUOTA_NONE] = { 0, 0 },
	[QUOTA_READ] = { 300, 5 * MINUTE_MS },
	[QUOTA_POST] = { 300, 5 * MINUTE_MS },
	[QUOTA_DELETE] = { 30, 30 * MINUTE_MS },
	[QUOTA_APP] = { 30, 30 * MINUTE_MS },
	[QUOTA_TOKEN] = { 600, 5 * MINUTE_MS },  /* a company behind one address; secrets here cannot be guessed */
	[QUOTA_SIGN_IN] = { 30, 5 * MINUTE_MS },
	/* A sibling that was away brings hours of posts at once; what it costs us unsigned is little. */
	[QUOTA_INBOX] = { 30000, MINUTE_MS },
	[QUOTA_MEDIA] = { 120, 30 * MINUTE_MS },
	[QUOTA_SIGN_UP] = { 5, 30 * MINUTE_MS },
};
enum { QUOTA_COUNT = sizeof(quotas) / sizeof(quotas[0]) };

enum { SHARDS = 64, SETS = 128, WAYS = 8 };  /* 65,536 buckets of 16 bytes */

/* A bucket is one number, the time at which it is full again; a bucket that is full is the same as none. Times are
 * in microseconds, because 30,000 a minute is one in 2 ms and must not round. */
struct bucket {
	uint64_t key;
	int64_t full_at_us;
};

struct shard {
	pthread_mutex_t lock;
	struct bucket buckets[SETS][WAYS];
};

struct limiter {
	atomic_bool enabled;
	uint64_t seed;  /* so that strangers cannot choose keys that meet in one set */
	struct shard shards[SHARDS];
};

struct limiter *limiter_new(void)
{
	struct limiter *limiter = calloc(1, sizeof(*limiter));

	if (!limiter)
		abort();
	atomic_init(&limiter->enabled, true);
	hash_random(&limiter->seed, sizeof(limiter->seed));
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_init(&limiter->shards[i].lock, NULL);
	return limiter;
}

void limiter_free(struct limiter *limiter)
{
	if (!limiter)
		return;
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_destroy(&limiter->shards[i].lock);
	free(limiter);
}

void limiter_enable(struct limiter *limiter, bool enabled)
{
	atomic_store(&limiter->enabled, enabled);
}

/* The finaliser of splitmix64: every bit of the result depends on every bit of `x`. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* The bucket of `key` in its set, or the one to take over: the fullest. */
static struct bucket *find_bucket(struct bucket *set, uint64_t key)
{
	struct bucket *fullest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].full_at_us < fullest->full_at_us)
			fullest = &set[i];
	}
	*fullest = (struct bucket){ .key = key };
	return fullest;
}

bool limit_take(struct limiter *limiter, enum quota quota, uint64_t who, struct limit_state *ret_state)
{
	int64_t now_us = clock_monotonic_ms() * 1000, period_us, cost_us, debt_us;
	struct bucket *bucket;
	struct shard *shard;
	uint64_t key;
	bool taken;

	*ret_state = (struct limit_state){ 0 };
	if ((size_t)quota >= QUOTA_COUNT || !quotas[quota].limit || !atomic_load(&limiter->enabled))
		return true;
	period_us = quotas[quota].period_ms * 1000;
	cost_us = period_us / quotas[quota].limit;
	key = mix(mix(who ^ limiter->seed) + (uint64_t)quota);
	shard = &limiter->shards[key % SHARDS];

	pthread_mutex_lock(&shard->lock);
	bucket = find_bucket(shard->buckets[key / SHARDS % SETS], key);
	debt_us = bucket->full_at_us > now_us ? bucket->full_at_us - now_us : 0;
	taken = debt_us + cost_us <= period_us;
	if (taken) {
		debt_us += cost_us;
		bucket->full_at_us = now_us + debt_us;
	}
	pthread_mutex_unlock(&shard->lock);

	ret_state->limit = quotas[quota].limit;
	ret_state->remaining = (uint32_t)((period_us - debt_us) / cost_us);
	ret_state->reset_ms = clock_now_ms() + debt_us / 1000;
	ret_state->retry_ms = taken ? 0 : (debt_us + cost_us - period_us + 999) / 1000;
	return taken;
}

/* FNV-1a; only equality matters here, the table mixes with its seed. */
static uint64_t digest(const void *data, size_t n)
{
	const unsigned char *bytes = data;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

uint64_t limit_key_of_address(struct str address)
{
	static const unsigned char mapped_v4[12] = { [10] = 0xff, [11] = 0xff };
	const uint64_t not_an_account = (uint64_t)1 << 63;  /* ids are below it */
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (address.n && address.n < sizeof(text)) {
		memcpy(text, address.p, address.n);
		text[address.n] = '\0';
		if (inet_pton(AF_INET, text, bytes) == 1)
			return digest(bytes, 4) | not_an_account;
		if (inet_pton(AF_INET6, text, bytes) == 1) {
			if (memcmp(bytes, mapped_v4, sizeof(mapped_v4)) == 0)
				return digest(bytes + 12, 4) | not_an_account;
			return digest(bytes, 8) | not_an_account;
		}
	}
	return digest(address.p, address.n) | not_an_account;
}
