/*
 * A ring of hashes in order of arrival, with chains by hash over it.
 */
#include "federation/replay.h"

#include <pthread.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/hash.h"

enum { NAME_BYTES = 16 }; /* of a keyed hash: nobody can aim for a collision */

struct seen {
	uint8_t name[NAME_BYTES];
	int64_t until_ms;
	uint32_t next; /* in the chain of the bucket; 0 ends it, else index + 1 */
};

struct replay_cache {
	pthread_mutex_t lock;
	uint8_t secret[SHA256_BYTES];
	size_t capacity, count;
	size_t oldest;
	uint32_t *buckets; /* `capacity` heads of chains, as seen.next */
	struct seen *ring;
};

struct replay_cache *replay_cache_new(size_t capacity)
{
	struct replay_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		abort();
	cache->capacity = capacity ? capacity : 1;
	cache->buckets = calloc(cache->capacity, sizeof(*cache->buckets));
	cache->ring = calloc(cache->capacity, sizeof(*cache->ring));
	if (!cache->buckets || !cache->ring)
		abort();
	hash_random(cache->secret, sizeof(cache->secret));
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void replay_cache_free(struct replay_cache *cache)
{
	if (!cache)
		return;
	pthread_mutex_destroy(&cache->lock);
	free(cache->buckets);
	free(cache->ring);
	free(cache);
}

static void name_of(const struct replay_cache *cache, struct str key_id, struct str signature,
                    uint8_t ret_name[NAME_BYTES])
{
	struct arena *arena = arena_new();
	uint8_t mac[SHA256_BYTES];
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, key_id);
	buf_add_char(&buf, '\n');
	buf_add(&buf, signature);
	hash_hmac_sha256((struct str){ (const char *)cache->secret, SHA256_BYTES }, buf_str(&buf), mac);
	memcpy(ret_name, mac, NAME_BYTES);
	arena_free(arena);
}

static uint32_t *bucket_of(const struct replay_cache *cache, const uint8_t name[NAME_BYTES])
{
	uint64_t n;

	memcpy(&n, name, sizeof(n));
	return &cache->buckets[n % cache->capacity];
}

static struct seen *find(const struct replay_cache *cache, const uint8_t name[NAME_BYTES])
{
	for (uint32_t at = *bucket_of(cache, name); at; at = cache->ring[at - 1].next)
		if (memcmp(cache->ring[at - 1].name, name, NAME_BYTES) == 0)
			return &cache->ring[at - 1];
	return NULL;
}

/* A place in no chain: a fresh one, or that of the oldest. */
static struct seen *make_room(struct replay_cache *cache)
{
	struct seen *seen;
	uint32_t *link;

	if (cache->count < cache->capacity)
		return &cache->ring[cache->count++];
	seen = &cache->ring[cache->oldest];
	for (link = bucket_of(cache, seen->name); *link != cache->oldest + 1; link = &cache->ring[*link - 1].next)
		;
	*link = seen->next;
	cache->oldest = (cache->oldest + 1) % cache->capacity;
	return seen;
}

static void insert(struct replay_cache *cache, const uint8_t name[NAME_BYTES], int64_t until_ms)
{
	struct seen *seen = make_room(cache);
	uint32_t *bucket = bucket_of(cache, name);

	memcpy(seen->name, name, NAME_BYTES);
	seen->until_ms = until_ms;
	seen->next = *bucket;
	*bucket = (uint32_t)(seen - cache->ring) + 1;
}

bool replay_cache_admit(struct replay_cache *cache, struct str key_id, struct str signature, int64_t now_ms,
                        int64_t until_ms)
{
	uint8_t name[NAME_BYTES];
	struct seen *seen;
	bool admitted;

	name_of(cache, key_id, signature, name);
	pthread_mutex_lock(&cache->lock);
	seen = find(cache, name);
	admitted = !seen || seen->until_ms < now_ms;
	if (seen && admitted)
		seen->until_ms = until_ms;
	else if (!seen)
		insert(cache, name, until_ms);
	pthread_mutex_unlock(&cache->lock);
	return admitted;
}

bool replay_cache_knows(struct replay_cache *cache, struct str key_id, struct str signature, int64_t now_ms)
{
	uint8_t name[NAME_BYTES];
	const struct seen *seen;
	bool known;

	name_of(cache, key_id, signature, name);
	pthread_mutex_lock(&cache->lock);
	seen = find(cache, name);
	known = seen && seen->until_ms >= now_ms;
	pthread_mutex_unlock(&cache->lock);
	return known;
}
