/*
 * Notifications, and conversations of direct posts.
 */
#ifndef STORAGE_NOTICES_H
#define STORAGE_NOTICES_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/timelines.h"

/* Adds a notice for a local account (anything else: OK, nothing done); one per (account, kind, actor, post): a
 * second is ERR_EXISTS without effect. notice->id is made. Emits EVENT_NOTICE. */
int notices_add(struct txn *txn, struct notice *notice);
/* Takes back what an Undo or a rejected request makes untrue; absent is OK. */
int notices_remove(struct txn *txn, uint64_t account_id, uint8_t kind, uint64_t actor_id, uint64_t post_id);
int notices_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct notice *ret_notice);
/* `kinds` is a bit set 1 << kind (0: all); actor_id 0: anybody. */
int notices_page(struct arena *arena, struct view *view, uint64_t account_id, uint32_t kinds, uint64_t actor_id,
                 const struct page *page, struct notice **ret_notices, size_t *ret_count);

/* Puts a direct post into the conversations of every local participant (unread for all but the author). */
int conversations_add(struct arena *arena, struct txn *txn, const struct post *post);
/* After a direct post was deleted: the conversation falls back to its newest remaining post, or goes. */
int conversations_repair(struct arena *arena, struct txn *txn, const struct post *deleted);
int conversations_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                       struct conversation **ret_conversations, size_t *ret_count);
int conversations_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id,
                      struct conversation *ret_conversation);
int conversations_read(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id);
int conversations_delete(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id);

#endif
