/*
 * Digests of the followers of an account at an origin. Reads: any thread; the rest: the writer.
 */
#include "storage/follower_digest.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"

enum { VALUE_BYTES = SHA256_BYTES + 8 };

static struct str origin_of(struct str uri)
{
	size_t at = str_find(uri, STR("://"));

	if (at == SIZE_MAX)
		return STR_NONE;
	for (at += 3; at < uri.n && !memchr("/?#", uri.p[at], 3); at++)
		;
	return str_sub(uri, 0, at);
}

struct str follower_digest_key(struct key *key, uint64_t account_id, struct str uri)
{
	struct arena *scratch = arena_new();
	struct str made = key_u64_hash(key, account_id, str_lower(scratch, origin_of(uri)));

	arena_free(scratch);
	return made;
}

static struct str render(uint8_t value[VALUE_BYTES], const struct follower_digest *digest)
{
	memcpy(value, digest->bytes, SHA256_BYTES);
	value_u64(value + SHA256_BYTES, digest->count);
	return (struct str){ (const char *)value, VALUE_BYTES };
}

int follower_digest_get(struct view *view, uint64_t account_id, struct str uri, struct follower_digest *ret_digest)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_FOLLOWER_DIGEST, follower_digest_key(&key, account_id, uri), &value);

	*ret_digest = (struct follower_digest){ .count = 0 };
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	if (value.n != VALUE_BYTES)
		return ERR_CORRUPT;
	memcpy(ret_digest->bytes, value.p, SHA256_BYTES);
	ret_digest->count = key_read_u64(value, SHA256_BYTES);
	return OK;
}

bool follower_digest_is(struct str value, const struct follower_digest *digest)
{
	uint8_t rendered[VALUE_BYTES];

	return str_eq(value, render(rendered, digest));
}

void follower_digest_xor(struct follower_digest *digest, struct str uri)
{
	uint8_t hash[SHA256_BYTES];

	hash_sha256(uri, hash);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		digest->bytes[i] ^= hash[i];
}

int follower_digest_move(struct txn *txn, uint64_t follower_id, uint64_t followee_id, int step)
{
	struct arena *scratch = arena_new();
	struct follower_digest digest;
	struct account follower;
	uint8_t value[VALUE_BYTES];
	struct key key;
	struct str at;
	int r = accounts_get(scratch, txn_view(txn), follower_id, &follower);

	if (r != OK)
		goto out;
	r = follower_digest_get(txn_view(txn), followee_id, follower.uri, &digest);
	if (r != OK)
		goto out;
	if (step < 0 && !digest.count)
		goto out;
	follower_digest_xor(&digest, follower.uri);
	digest.count += (uint64_t)(int64_t)step;
	at = follower_digest_key(&key, followee_id, follower.uri);
	if (digest.count)
		r = txn_put(txn, SPACE_FOLLOWER_DIGEST, at, render(value, &digest));
	else
		r = txn_del(txn, SPACE_FOLLOWER_DIGEST, at);
out:
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int follower_digest_build(struct txn *txn)
{
	struct prefix_walk walk;
	struct engine_item item;
	int r;

	prefix_walk_init(&walk, txn_view(txn), SPACE_FOLLOWER, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		if (item.value.n != 1 || item.value.p[0] != FOLLOW_ACCEPTED)
			continue;
		r = follower_digest_move(txn, key_read_u64(item.key, 8), key_read_u64(item.key, 0), 1);
		if (r != OK)
			return r;
	}
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}
