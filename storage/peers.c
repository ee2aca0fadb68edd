/*
 * Sibling nodes on the allow list, their lanes and waiting deliveries.
 *
 * The list is short (a company has tens of nodes, not thousands) and is walked where that is simpler. Reads:
 * any thread; changes: the writer's.
 */
#include "storage/peers.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

enum {
	DOMAIN_MAX_BYTES = 260,
	DELETE_PAGE = 400,        /* deliveries that one peers_delete() takes away */
	COUNT_BATCH = 128,
};

/* Peers. */

int peers_get(struct arena *arena, struct view *view, uint64_t id, struct peer *ret_peer)
{
	struct key key;

	return record_get(arena, view, SPACE_PEER, key_u64(&key, id), &peer_type, ret_peer);
}

int peers_by_domain(struct arena *arena, struct view *view, struct str domain, struct peer *ret_peer)
{
	struct key key;
	uint64_t id;
	int r;

	if (domain.n == 0 || domain.n > DOMAIN_MAX_BYTES)
		return ERR_NOT_FOUND;
	r = record_id(view, SPACE_PEER_DOMAIN, key_text_lower(&key, domain), &id);
	if (r != OK)
		return r;
	r = peers_get(arena, view, id, ret_peer);
	return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

/* "https://b.example:8443" of "https://b.example:8443/u/7?x": scheme and authority. Empty when there is no
 * scheme. */
static struct str origin_of(struct str url, struct str *ret_authority)
{
	size_t start = str_find(url, STR("://"));
	size_t end;

	if (start == SIZE_MAX)
		return STR_NONE;
	end = start += 3;
	while (end < url.n && !memchr("/?#", url.p[end], 3))
		end++;
	*ret_authority = str_sub(url, start, end - start);
	return str_sub(url, 0, end);
}

int peers_by_url(struct arena *arena, struct view *view, struct str url, struct peer *ret_peer)
{
	struct str authority = STR_NONE, origin = origin_of(url, &authority);
	struct peer *peers;
	size_t count;
	int r;

	if (authority.n == 0)
		return ERR_NOT_FOUND;
	r = peers_by_domain(arena, view, authority, ret_peer);
	if (r != ERR_NOT_FOUND)
		return r;
	/* Handles may live under another domain than addresses. */
	r = peers_each(arena, view, &peers, &count);
	if (r != OK)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (!str_eq_nocase(peers[i].url, origin))
			continue;
		*ret_peer = peers[i];
		return OK;
	}
	return ERR_NOT_FOUND;
}

int peers_put(struct txn *txn, struct peer *peer)
{
	struct arena *arena = arena_new();
	struct view *view = txn_view(txn);
	struct peer holder;
	struct key key;
	int r = ERR_INVALID;

	if (peer->domain.n == 0 || peer->domain.n > DOMAIN_MAX_BYTES)
		goto out;
	r = peers_by_domain(arena, view, peer->domain, &holder);
	if (r == OK && holder.id != peer->id)
		r = ERR_EXISTS;
	if (r != OK && r != ERR_NOT_FOUND)
		goto out;
	if (peer->id == 0)
		peer->id = txn_new_id(txn);
	txn_emit(txn, EVENT_PEER, peer->id, 0);
	r = record_put_indexed(txn, SPACE_PEER, key_u64(&key, peer->id), &peer_type, peer);
out:
	arena_free(arena);
	return r;
}

int peers_each(struct arena *arena, struct view *view, struct peer **ret_peers, size_t *ret_count)
{
	struct prefix_walk walk;
	struct engine_item item;
	uint64_t count;
	size_t n = 0;
	int r = view_count(view, SPACE_PEER, &count);

	if (r != OK)
		return r;
	*ret_peers = ARENA_ARRAY(arena, struct peer, (size_t)count);
	prefix_walk_init(&walk, view, SPACE_PEER, STR_NONE, false);
	while (n < count && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &peer_type, item.value, &(*ret_peers)[n++]);
		if (r != OK)
			return r;
	}
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Takes away up to DELETE_PAGE of what a space has of a peer. */
static int delete_below(struct txn *txn, unsigned space, uint64_t peer_id, size_t *ret_count, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key prefix, copy;
	int r;

	prefix_walk_init(&walk, txn_view(txn), space, key_u64(&prefix, peer_id), false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		*ret_more = *ret_count == DELETE_PAGE;
		if (*ret_more)
			return OK;
		txn_del(txn, space, key_text(&copy, item.key));
		++*ret_count;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

int peers_delete(struct txn *txn, uint64_t id, bool *ret_more)
{
	struct key key;
	size_t count = 0;
	/* Off the list first: nothing new can start to wait while the rest goes page by page. */
	int r = record_del_indexed(txn, SPACE_PEER, key_u64(&key, id), &peer_type);
	bool listed = r == OK;

	*ret_more = false;
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (listed) {
		txn_del(txn, SPACE_LANE, key_u64(&key, id));
		txn_emit(txn, EVENT_PEER, id, 0);
	}
	r = delete_below(txn, SPACE_DELIVERY, id, &count, ret_more);
	if (r == OK && !*ret_more)
		r = delete_below(txn, SPACE_REMINDER, id, &count, ret_more);
	if (r == OK)
		r = listed || count ? txn_err(txn) : ERR_NOT_FOUND;
	return r;
}

/* Lanes. */

int lanes_get(struct arena *arena, struct view *view, uint64_t peer_id, struct lane *ret_lane)
{
	struct key key;
	int r = record_get(arena, view, SPACE_LANE, key_u64(&key, peer_id), &lane_type, ret_lane);

	if (r == ERR_NOT_FOUND) {
		*ret_lane = (struct lane){ .peer_id = peer_id };
		return OK;
	}
	return r;
}

int lanes_put(struct txn *txn, const struct lane *lane)
{
	struct key key;

	return record_put(txn, SPACE_LANE, key_u64(&key, lane->peer_id), &lane_type, lane);
}

/* Deliveries. */

int deliveries_put(struct txn *txn, struct delivery *delivery)
{
	struct key key;

	if (delivery->sequence == 0)
		delivery->sequence = txn_new_id(txn);
	txn_emit(txn, EVENT_DELIVERY, delivery->sequence, delivery->peer_id);
	return record_put(txn, SPACE_DELIVERY, key_u64_u64(&key, delivery->peer_id, delivery->sequence),
	                  &delivery_type, delivery);
}

int deliveries_delete(struct txn *txn, uint64_t peer_id, uint64_t sequence)
{
	struct key key;

	return txn_del(txn, SPACE_DELIVERY, key_u64_u64(&key, peer_id, sequence));
}

int deliveries_page(struct arena *arena, struct view *view, uint64_t peer_id, uint64_t after, size_t max,
                    struct delivery **ret_deliveries, size_t *ret_count)
{
	struct engine_item *items = ARENA_ARRAY(arena, struct engine_item, max);
	struct key from, to;
	struct engine_range range = key_range_u64(&from, &to, peer_id, after, 0, false);
	int r = view_scan(view, SPACE_DELIVERY, &range, items, max, ret_count);

	*ret_deliveries = ARENA_ARRAY(arena, struct delivery, max);
	for (size_t i = 0; r == OK && i < *ret_count; i++)
		r = codec_decode(arena, &delivery_type, items[i].value, &(*ret_deliveries)[i]);
	return r;
}

int deliveries_count(struct view *view, uint64_t peer_id, uint64_t *ret_count)
{
	struct engine_item items[COUNT_BATCH];
	struct key from, to;
	uint64_t after = 0;
	size_t n;
	int r;

	*ret_count = 0;
	do {
		struct engine_range range = key_range_u64(&from, &to, peer_id, after, 0, false);

		r = view_scan(view, SPACE_DELIVERY, &range, items, COUNT_BATCH, &n);
		if (r != OK)
			return r;
		*ret_count += n;
		if (n)
			after = key_read_u64(items[n - 1].key, 8);
	} while (n == COUNT_BATCH);
	return OK;
}
