/*
 * Hushed threads: a mark per thread and account, and its mirror under the account. Reads: any thread; puts: the writer.
 */
#include "storage/hushes.h"

#include "storage/base/err.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/record.h"

enum { ACCOUNT = 8, THREAD = 8, COPIES_MAX = 100 };

uint64_t hushes_thread(struct view *view, const struct post *post)
{
	struct post boosted;

	if (post->reblog_of_id && posts_brief(view, post->reblog_of_id, &boosted) == OK)
		post = &boosted;
	return post->root_id ? post->root_id : post->id;
}

bool hushes_has(struct view *view, uint64_t thread_id, uint64_t account_id)
{
	struct key key;

	return view_has(view, SPACE_HUSHED, key_u64_u64(&key, thread_id, account_id));
}

int hushes_add(struct txn *txn, uint64_t thread_id, uint64_t account_id)
{
	struct key key;
	struct str at = key_u64_u64(&key, thread_id, account_id), nothing = STR_NONE;

	if (hushes_has(txn_view(txn), thread_id, account_id))
		return OK;
	record_put_mark(txn, SPACE_HUSHED, at);
	return index_put(txn, SPACE_HUSHED, at, &nothing);
}

int hushes_remove(struct txn *txn, uint64_t thread_id, uint64_t account_id)
{
	struct key key;
	struct str at = key_u64_u64(&key, thread_id, account_id), nothing = STR_NONE;

	if (!hushes_has(txn_view(txn), thread_id, account_id))
		return OK;
	index_del(txn, SPACE_HUSHED, at, &nothing);
	return txn_del(txn, SPACE_HUSHED, at);
}

int hushes_copy(struct txn *txn, uint64_t from, uint64_t to)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	if (from == to)
		return OK;
	prefix_walk_init(&walk, txn_view(txn), SPACE_HUSHED, key_u64(&key, from), false);
	for (int n = 0; n < COPIES_MAX && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		hushes_add(txn, to, key_read_u64(item.key, ACCOUNT));
	return txn_err(txn);
}

int hushes_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_HUSHED_BY, key_u64(&key, account_id), false);
	for (; n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		hushes_remove(txn, key_read_u64(item.key, THREAD), account_id);
	*ret_more = n == max;
	return txn_err(txn);
}
