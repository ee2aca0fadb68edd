/*
 * Requests for attention, out of the index of notices that are held back. Reads: any thread; the rest: the writer.
 */
#include "storage/notice_requests.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/notices.h"
#include "storage/record.h"

enum { ACTOR_ID = 8, NOTICE_ID = 16 };

int notice_requests_get(struct view *view, uint64_t account_id, uint64_t actor_id, struct notice_request *ret_request)
{
	struct notice_request request = { .account_id = account_id, .actor_id = actor_id };
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	/* the newest first, so that the last one is true whatever the count stops at */
	prefix_walk_init(&walk, view, SPACE_NOTICE_REQUEST, key_u64_u64(&key, account_id, actor_id), true);
	while (request.count < NOTICE_REQUEST_COUNT_MAX && prefix_next(&walk, &item) == OK) {
		r = notices_get(NULL, view, account_id, key_read_u64(item.key, NOTICE_ID), &request.first);
		if (r != OK)
			return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
		if (request.count++ == 0)
			request.last = request.first;
		if (!request.post_id)
			request.post_id = request.first.post_id;
	}
	*ret_request = request;
	return request.count ? OK : ERR_NOT_FOUND;
}

/* The first actor above `after` of whom something is held back; 0: none. */
static int next_actor(struct view *view, uint64_t account_id, uint64_t after, uint64_t *ret_actor_id)
{
	struct key from, to;
	struct engine_range range = key_range_u64(&from, &to, account_id, after, 0, false);
	struct engine_item item;
	size_t n = 0;
	int r;

	r = view_scan(view, SPACE_NOTICE_REQUEST, &range, &item, 1, &n);
	*ret_actor_id = r == OK && n ? key_read_u64(item.key, ACTOR_ID) : 0;
	return r;
}

int notice_requests_page(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                         struct notice_request **ret_requests, size_t *ret_count)
{
	struct notice_request *requests = ARENA_ARRAY(arena, struct notice_request, max);
	size_t n = 0;
	int r = OK;

	while (r == OK && n < max) {
		r = next_actor(view, account_id, after, &after);
		if (r != OK || !after)
			break;
		r = notice_requests_get(view, account_id, after, &requests[n++]);
	}
	*ret_requests = requests;
	*ret_count = n;
	return r;
}

bool notice_requests_lets(struct view *view, uint64_t account_id, uint64_t actor_id)
{
	struct key key;

	return view_has(view, SPACE_NOTICE_LET, key_u64_u64(&key, account_id, actor_id));
}

int notice_requests_let(struct txn *txn, uint64_t account_id, uint64_t actor_id)
{
	struct key key;

	return record_put_mark(txn, SPACE_NOTICE_LET, key_u64_u64(&key, account_id, actor_id));
}

static int each(struct txn *txn, uint64_t account_id, uint64_t actor_id, size_t max,
                int (*does)(struct txn *txn, uint64_t account_id, uint64_t id), bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_NOTICE_REQUEST, key_u64_u64(&key, account_id, actor_id), false);
	for (; n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		does(txn, account_id, key_read_u64(item.key, NOTICE_ID));
	*ret_more = n == max;
	return txn_err(txn);
}

int notice_requests_release(struct txn *txn, uint64_t account_id, uint64_t actor_id, size_t max, bool *ret_more)
{
	int r = each(txn, account_id, actor_id, max, notices_release, ret_more);

	if (r == OK && !*ret_more && !notice_requests_pending(txn_view(txn), account_id))
		txn_emit(txn, EVENT_NOTICES_MERGED, actor_id, account_id);
	return r;
}

int notice_requests_drop(struct txn *txn, uint64_t account_id, uint64_t actor_id, size_t max, bool *ret_more)
{
	return each(txn, account_id, actor_id, max, notices_delete, ret_more);
}

bool notice_requests_pending(struct view *view, uint64_t account_id)
{
	uint64_t actor_id = 0;

	while (next_actor(view, account_id, actor_id, &actor_id) == OK && actor_id)
		if (notice_requests_lets(view, account_id, actor_id))
			return true;
	return false;
}

int notice_requests_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct key key;

	return record_del_some(txn, SPACE_NOTICE_LET, key_u64(&key, account_id), max, ret_more);
}
