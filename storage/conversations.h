/*
 * Conversations: threads of direct posts, each as one of its participants of ours sees it.
 *
 * A conversation knows its posts, so that removing the newest falls back to the one before. They are paged by
 * the id of their newest post.
 */
#ifndef STORAGE_CONVERSATIONS_H
#define STORAGE_CONVERSATIONS_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

/* Puts a direct post into the conversations of every local participant (unread for all but the author), but
 * not of those who stand in a block with its author. Any other post, and one that is there already: OK, nothing done; so it may be called again after an edit that
 * mentions more. Emits EVENT_CONVERSATION for each. */
int conversations_add(struct arena *arena, struct txn *txn, const struct post *post);
/* After a direct post was deleted: the conversation falls back to its newest remaining post, or goes. */
int conversations_repair(struct arena *arena, struct txn *txn, const struct post *deleted);
/* After an edit: who is no longer mentioned loses the post. */
int conversations_narrow(struct arena *arena, struct txn *txn, const struct post *old,
                         const struct post *edited);
/* After the root of a thread became known: the post moves to the conversation of its new root, where it was
 * in one. */
int conversations_move(struct arena *arena, struct txn *txn, const struct post *old, const struct post *moved);

/* max_id, since_id and min_id are ids of newest posts; newest first. */
int conversations_page(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                       struct conversation **ret_conversations, size_t *ret_count);
int conversations_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id,
                      struct conversation *ret_conversation);
int conversations_read(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id);
/* Its posts stay; the next one begins a new conversation. */
int conversations_delete(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t id);

#endif
