/*
 * Web Push subscriptions. Reads: any thread; puts: the writer.
 */
#include "storage/pushes.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { TOKEN_ID = 8 };

static const struct str vapid = STR("vapid");

int pushes_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t token_id, struct push *ret_push)
{
	struct key key;

	return record_get(arena, view, SPACE_PUSH, key_u64_u64(&key, account_id, token_id), &push_type, ret_push);
}

int pushes_put(struct txn *txn, const struct push *push)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t others = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_PUSH, key_u64(&key, push->account_id), false);
	while (prefix_next(&walk, &item) == OK)
		others += key_read_u64(item.key, TOKEN_ID) != push->token_id;
	if (others >= PUSHES_MAX)
		return ERR_LIMIT;
	return record_put(txn, SPACE_PUSH, key_u64_u64(&key, push->account_id, push->token_id), &push_type, push);
}

int pushes_delete(struct txn *txn, uint64_t account_id, uint64_t token_id)
{
	struct key key;

	return txn_del(txn, SPACE_PUSH, key_u64_u64(&key, account_id, token_id));
}

int pushes_delete_all(struct txn *txn, uint64_t account_id)
{
	struct key key;

	return record_del_below(txn, SPACE_PUSH, key_u64(&key, account_id));
}

static bool wants(struct view *view, const struct push *push, const struct notice *notice)
{
	if (notice->kind >= 32 || !(push->alerts >> notice->kind & 1))
		return false;
	switch (push->policy) {
	case PUSH_FOLLOWED:
		return graph_follows(view, notice->account_id, notice->actor_id);
	case PUSH_FOLLOWERS:
		return graph_follows(view, notice->actor_id, notice->account_id);
	default:
		return push->policy == PUSH_ALL;
	}
}

int pushes_tell(struct txn *txn, const struct notice *notice)
{
	struct arena *scratch = NULL;
	struct prefix_walk walk;
	struct engine_item item;
	struct push push;
	struct key key;

	prefix_walk_init(&walk, txn_view(txn), SPACE_PUSH, key_u64(&key, notice->account_id), false);
	while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		struct job job = { .kind = STR("push"), .subject = notice->id, .cursor = notice->account_id };

		if (!scratch)
			scratch = arena_new();
		/* what does not decode must not keep anybody from posting */
		if (codec_decode(scratch, &push_type, item.value, &push) != OK || !wants(txn_view(txn), &push, notice))
			continue;
		job.argument = arena_printf(scratch, "%llu", (unsigned long long)push.token_id);
		job.due_ms = push.wait_until_ms > txn_now_ms(txn) ? push.wait_until_ms : 0;
		jobs_add(txn, &job);
	}
	if (scratch)
		arena_free(scratch);
	return txn_err(txn);
}

int pushes_key(struct arena *arena, struct view *view, struct str *ret_pair)
{
	struct str value;
	struct key key;
	int r = view_get(view, SPACE_NODE_KEY, key_text(&key, vapid), &value);

	if (r == OK)
		*ret_pair = arena_str(arena, value);
	return r;
}

int pushes_key_put(struct txn *txn, struct str pair)
{
	struct key key;

	return txn_put(txn, SPACE_NODE_KEY, key_text(&key, vapid), pair);
}
