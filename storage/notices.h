/*
 * Notifications: what somebody of ours is told about.
 */
#ifndef STORAGE_NOTICES_H
#define STORAGE_NOTICES_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

/* Adds a notice for a local account (anything else: OK, nothing done); one per (account, kind, actor, post or report): a
 * second is ERR_EXISTS without effect. notice->id is made. Emits EVENT_NOTICE. */
int notices_add(struct txn *txn, struct notice *notice);
/* Takes back what an Undo or a rejected request makes untrue; absent is OK. */
int notices_remove(struct txn *txn, uint64_t account_id, uint8_t kind, uint64_t actor_id, uint64_t post_id);
int notices_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id,
                struct notice *ret_notice);
/* ERR_NOT_FOUND. */
int notices_delete(struct txn *txn, uint64_t account_id, uint64_t id);
/* Deletes up to `max` of those not newer than `last_id`, the oldest first; *ret_more: there may be others. */
int notices_clear(struct txn *txn, uint64_t account_id, uint64_t last_id, size_t max, bool *ret_more);
/* Lets go what was held back; absent is OK. No event: it is no news. */
int notices_release(struct txn *txn, uint64_t account_id, uint64_t id);

/* Among kinds: those that were held back are wanted, too. Alone: all kinds. */
#define NOTICES_FILTERED_TOO (1u << 31)
/* May the account still be told this? Not what deleted or unwanted accounts did, nor of posts it cannot see; what is for
 * roles (NOTICE_SIGN_UP, NOTICE_REPORT), only while it has one and the report is kept. */
bool notices_hold(struct view *view, const struct notice *notice);
/* `kinds` is a bit set 1 << kind (0: all); actor_id 0: anybody. Newest first. Left out: what deleted accounts
 * did, and posts that are gone or no longer for this account to see, and what is
 * held back. */
int notices_page(struct arena *arena, struct view *view, uint64_t account_id, uint32_t kinds, uint64_t actor_id,
                 const struct page *page, struct notice **ret_notices, size_t *ret_count);

#endif
