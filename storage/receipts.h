/*
 * Where posts of ours went: which peers were sent the Create of a post, and which of them have not confirmed that it
 * ended.
 *
 * A receipt is there from the moment when the Create is queued, since what is queued will arrive; it lasts as long as the
 * post. When the post ends its receipts become reminders, and each goes with the answer to the Delete. Reads: any thread;
 * the rest: the writer.
 */
#ifndef STORAGE_RECEIPTS_H
#define STORAGE_RECEIPTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { RECEIPTS_MAX = 10000 };  /* peers of one post */

int receipts_put(struct txn *txn, uint64_t post_id, uint64_t peer_id);
/* Peers that were sent the post; some may have left the list. */
int receipts_of(struct arena *arena, struct view *view, uint64_t post_id, struct id_list *ret_peer_ids);
/* Any? */
bool receipts_has(struct view *view, uint64_t post_id);
/* Forgets those of a post. */
int receipts_drop(struct txn *txn, uint64_t post_id);

/* A peer that was told of the end of a post. */
struct reminder {
	uint64_t peer_id, post_id;
	int64_t since_ms;             /* when it was told first */
	bool given_up;                /* it refused, or did not answer in time: it may have the post still */
};

int reminders_put(struct txn *txn, const struct reminder *reminder);
/* ERR_NOT_FOUND. */
int reminders_get(struct view *view, uint64_t peer_id, uint64_t post_id, struct reminder *ret_reminder);
int reminders_delete(struct txn *txn, uint64_t peer_id, uint64_t post_id);
/* Of a peer, by post id after `after`; texts none. */
int reminders_page(struct arena *arena, struct view *view, uint64_t peer_id, uint64_t after, size_t max,
                   struct reminder **ret_reminders, size_t *ret_count);
/* Forgets those that were given up and are older, at most `max`; *ret_more: call again. */
int reminders_forget(struct txn *txn, int64_t before_ms, size_t max, bool *ret_more);

#endif
