/*
 * Blocks: the record of a pair and its mirror under the blocked one. Does not ask whether a block is allowed, nor end
 * what it ends. Reads: any thread; puts: the writer.
 */
#include "storage/blocks.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/reactions.h"
#include "storage/record.h"

int blocks_get(struct arena *arena, struct view *view, uint64_t blocker_id, uint64_t blocked_id,
               struct block *ret_block)
{
	struct key key;

	return record_get(arena, view, SPACE_BLOCK, key_u64_u64(&key, blocker_id, blocked_id), &block_type, ret_block);
}

bool blocks_has(struct view *view, uint64_t blocker_id, uint64_t blocked_id)
{
	struct key key;

	return blocker_id && blocked_id && blocker_id != blocked_id &&
	       view_has(view, SPACE_BLOCK, key_u64_u64(&key, blocker_id, blocked_id));
}

bool blocks_between(struct view *view, uint64_t a, uint64_t b)
{
	return blocks_has(view, a, b) || blocks_has(view, b, a);
}

int blocks_put(struct txn *txn, const struct block *block)
{
	struct view *view = txn_view(txn);
	struct arena *scratch;
	struct block old;
	struct key key;
	struct str at = key_u64_u64(&key, block->blocker_id, block->blocked_id);
	int r;

	if (!block->blocker_id || !block->blocked_id || block->blocker_id == block->blocked_id)
		return ERR_INVALID;
	if (made_by_other(view, block->uri, MADE_BLOCK, block->blocker_id, block->blocked_id))
		return ERR_EXISTS;
	scratch = arena_new();
	r = blocks_get(scratch, view, block->blocker_id, block->blocked_id, &old);
	if (r == OK || r == ERR_NOT_FOUND) {
		record_put(txn, SPACE_BLOCK, at, &block_type, block);
		index_replace(txn, SPACE_BLOCK, at, r == OK ? &old : NULL, block);
		r = txn_err(txn);
	}
	arena_free(scratch);
	return r;
}

int blocks_delete(struct txn *txn, uint64_t blocker_id, uint64_t blocked_id)
{
	struct arena *scratch = arena_new();
	struct block old;
	struct key key;
	struct str at = key_u64_u64(&key, blocker_id, blocked_id);
	int r = blocks_get(scratch, txn_view(txn), blocker_id, blocked_id, &old);

	if (r == OK) {
		index_del(txn, SPACE_BLOCK, at, &old);
		txn_del(txn, SPACE_BLOCK, at);
		r = txn_err(txn);
	}
	arena_free(scratch);
	return r;
}

int blocks_of(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
              struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_BLOCK, account_id, after, max, NULL, ret_ids);
}

int blocks_against(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_BLOCKED_BY, account_id, after, max, NULL, ret_ids);
}
