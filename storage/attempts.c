/*
 * Counters of wrong tries. The wait begins with a minute and doubles up to an hour: a thief gets some thirty guesses a
 * day, and the owner who comes back from lunch gets in. Reads: any thread; changes: the writer.
 */
#include "storage/attempts.h"

#include <arpa/inet.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { FREE_OF_ACCOUNT = 5, FREE_OF_ADDRESS = 30, DOUBLINGS_MAX = 6, IPV6_PREFIX_BYTES = 8,
       ADDRESS_PAUSE_MS = 15 * MINUTE_MS, ADDRESS_LEAK_MS = 30 * SECOND_MS, KIND_AT = 16, FULL = 200000 };

struct str attempts_of_account(struct arena *arena, const char *purpose, uint64_t account_id)
{
	return arena_printf(arena, "%s\n%llu", purpose, (unsigned long long)account_id);
}

struct str attempts_of_address(struct arena *arena, const char *purpose, struct str secret, struct str address)
{
	uint8_t bytes[sizeof(struct in6_addr)], mac[SHA256_BYTES];
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_printf(&buf, "%s\n", purpose);
	if (inet_pton(AF_INET6, arena_cstr(arena, address), bytes) == 1)
		buf_add(&buf, (struct str){ (const char *)bytes, IPV6_PREFIX_BYTES });
	else
		buf_add(&buf, address);
	hash_hmac_sha256(secret, buf_str(&buf), mac);
	return arena_str(arena, (struct str){ (const char *)mac, sizeof(mac) });
}

static int get(struct view *view, enum attempts_kind kind, struct str whose, struct attempts *ret_attempts)
{
	struct key key;

	return record_get(NULL, view, SPACE_ATTEMPTS, key_hash_u64(&key, whose, kind), &attempts_type, ret_attempts);
}

/* Nobody's right password clears an address, which many share; there a pause does. */
static bool is_over(enum attempts_kind kind, const struct attempts *attempts, int64_t now_ms)
{
	return attempts->last_ms + (kind == ATTEMPTS_OF_ADDRESS ? ADDRESS_PAUSE_MS : DAY_MS) <= now_ms;
}

/* What is left of the count: many people behind one address are wrong now and then, all day. */
static uint64_t count_now(enum attempts_kind kind, const struct attempts *attempts, int64_t now_ms)
{
	uint64_t leaked = kind == ATTEMPTS_OF_ADDRESS && now_ms > attempts->last_ms
		? (uint64_t)(now_ms - attempts->last_ms) / ADDRESS_LEAK_MS : 0;

	return is_over(kind, attempts, now_ms) || leaked > attempts->count ? 0 : attempts->count - leaked;
}

int64_t attempts_wait_ms(struct view *view, enum attempts_kind kind, struct str whose, int64_t now_ms)
{
	uint64_t allowed = kind == ATTEMPTS_OF_ACCOUNT ? FREE_OF_ACCOUNT : FREE_OF_ADDRESS, beyond;
	struct attempts attempts;
	int64_t wait_ms = HOUR_MS, until_ms;

	if (get(view, kind, whose, &attempts) != OK || count_now(kind, &attempts, now_ms) < allowed)
		return 0;
	beyond = attempts.count - allowed;
	if (beyond < DOUBLINGS_MAX)
		wait_ms = (int64_t)MINUTE_MS << beyond;
	until_ms = attempts.last_ms + wait_ms;
	return until_ms > now_ms ? until_ms - now_ms : 0;
}

int attempts_add(struct txn *txn, enum attempts_kind kind, struct str whose)
{
	struct attempts attempts;
	struct key key;
	int r = get(txn_view(txn), kind, whose, &attempts);

	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	attempts.count = r == OK ? count_now(kind, &attempts, txn_now_ms(txn)) + 1 : 1;
	attempts.last_ms = txn_now_ms(txn);
	return record_put(txn, SPACE_ATTEMPTS, key_hash_u64(&key, whose, kind), &attempts_type, &attempts);
}

int attempts_clear(struct txn *txn, enum attempts_kind kind, struct str whose)
{
	struct key key;
	struct str at = key_hash_u64(&key, whose, kind);

	/* Most who sign in have none: they cost no put. */
	return view_has(txn_view(txn), SPACE_ATTEMPTS, at) ? txn_del(txn, SPACE_ATTEMPTS, at) : OK;
}

bool attempts_full(struct view *view)
{
	uint64_t count;

	return view_count(view, SPACE_ATTEMPTS, &count) != OK || count >= FULL;
}

int attempts_expire(struct txn *txn, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct attempts attempts;
	struct key copy;
	size_t room = max;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_ATTEMPTS, STR_NONE, false);
	while (room > 0 && (r = prefix_next(&walk, &item)) == OK) {
		if (codec_decode(NULL, &attempts_type, item.value, &attempts) == OK &&
		    !is_over((enum attempts_kind)key_read_u64(item.key, KIND_AT), &attempts, txn_now_ms(txn)))
			continue;
		txn_del(txn, SPACE_ATTEMPTS, key_text(&copy, item.key));
		room--;
	}
	*ret_more = room == 0;
	return r == OK || r == ERR_NOT_FOUND ? txn_err(txn) : txn_fail(txn, r);
}
