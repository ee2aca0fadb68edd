/*
 * Blocks: the record of a pair and its mirror under the blocked one. Does not ask whether a block is allowed, nor end
 * what it ends. Reads: any thread; puts: the writer.
 */
#include "storage/blocks.h"

#include "storage/base/err.h"
#include "storage/ids.h"
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
	struct key key;

	if (!block->blocker_id || !block->blocked_id || block->blocker_id == block->blocked_id)
		return ERR_INVALID;
	if (made_by_other(txn_view(txn), block->uri, MADE_BLOCK, block->blocker_id, block->blocked_id))
		return ERR_EXISTS;
	return record_put_indexed(txn, SPACE_BLOCK, key_u64_u64(&key, block->blocker_id, block->blocked_id), &block_type,
	                          block);
}

int blocks_delete(struct txn *txn, uint64_t blocker_id, uint64_t blocked_id)
{
	struct key key;

	return record_del_indexed(txn, SPACE_BLOCK, key_u64_u64(&key, blocker_id, blocked_id), &block_type);
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
