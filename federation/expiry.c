/*
 * What waits too long for a peer to which nothing goes.
 */
#include "federation/expiry.h"

#include "federation/policy.h"
#include "federation/receipt.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/peers.h"

enum { PAGE = 100 };

/* In the order of their sequences, which is that of time: nothing behind one that is younger than the shorter term can
 * have expired. */
static int sweep_peer(struct arena *arena, struct txn *txn, uint64_t peer_id, size_t *room)
{
	int64_t now_ms = txn_now_ms(txn), old_ms = now_ms - (int64_t)DELIVERY_KEPT_DAYS * DAY_MS;
	struct delivery *page;
	size_t count = PAGE;
	uint64_t after = 0;
	int r = OK;

	while (r == OK && count == PAGE && *room) {
		r = deliveries_page(arena, txn_view(txn), peer_id, after, PAGE, &page, &count);
		for (size_t i = 0; r == OK && i < count && *room; i++) {
			after = page[i].sequence;
			if (id_to_ms(after) > old_ms)
				return OK;
			if (!page[i].expires_ms || page[i].expires_ms > now_ms)
				continue;
			r = deliveries_delete(txn, peer_id, after);
			if (r == OK)
				r = receipt_judge(arena, txn, &page[i], false);
			--*room;
		}
	}
	return r;
}

int expiry_sweep(struct arena *arena, struct txn *txn, size_t max, bool *ret_more)
{
	struct peer *peers;
	size_t count = 0, room = max;
	int r = peers_each(arena, txn_view(txn), &peers, &count);

	for (size_t i = 0; r == OK && i < count && room; i++)
		if (peers[i].paused || policy_blocks_peer(arena, txn_view(txn), &peers[i]))
			r = sweep_peer(arena, txn, peers[i].id, &room);
	*ret_more = r == OK && !room;
	return r;
}
