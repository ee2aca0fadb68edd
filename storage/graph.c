/*
 * Follows and requests: the record of a pair, its mirror under the followee, the requests that wait, and the
 * counts of both sides. Does not ask whether a follow is allowed. Reads: any thread; puts: the writer.
 */
#include "storage/graph.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/follower_digest.h"
#include "storage/index.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/lists.h"
#include "storage/reactions.h"
#include "storage/record.h"
#include "storage/ties.h"

enum { HOST_BATCH = 64 };

int graph_follow_get(struct arena *arena, struct view *view, uint64_t follower_id, uint64_t followee_id,
                     struct follow *ret_follow)
{
	struct key key;

	return record_get(arena, view, SPACE_FOLLOW, key_u64_u64(&key, follower_id, followee_id), &follow_type,
	                  ret_follow);
}

/* The mirror holds nothing but the state. 0: no follow and no request. */
static uint8_t state_of(struct view *view, uint64_t follower_id, uint64_t followee_id)
{
	struct key key;
	struct str value;

	if (view_get(view, SPACE_FOLLOWER, key_u64_u64(&key, followee_id, follower_id), &value) != OK ||
	    value.n != 1)
		return 0;
	return (uint8_t)value.p[0];
}

bool graph_follows(struct view *view, uint64_t follower_id, uint64_t followee_id)
{
	return state_of(view, follower_id, followee_id) == FOLLOW_ACCEPTED;
}

bool graph_requested(struct view *view, uint64_t follower_id, uint64_t followee_id)
{
	return state_of(view, follower_id, followee_id) == FOLLOW_REQUESTED;
}

/* Moves the counts of both sides, and the digest, when a follow of state `was` becomes one of state `is` (0: none). */
static void count(struct txn *txn, const struct follow *follow, uint8_t was, uint8_t is)
{
	int step = (is == FOLLOW_ACCEPTED) - (was == FOLLOW_ACCEPTED);

	if (step == 0)
		return;
	accounts_stats_add(txn, follow->follower_id, 0, 0, step, 0);
	accounts_stats_add(txn, follow->followee_id, 0, step, 0, 0);
	txn_fail(txn, follower_digest_move(txn, follow->follower_id, follow->followee_id, step));
}

static int follow_replace(struct txn *txn, const struct follow *old, const struct follow *follow)
{
	struct key key;
	struct str at = key_u64_u64(&key, follow->follower_id, follow->followee_id);

	record_put(txn, SPACE_FOLLOW, at, &follow_type, follow);
	index_replace(txn, SPACE_FOLLOW, at, old->state ? old : NULL, follow);
	count(txn, follow, old->state, follow->state);
	return txn_err(txn);
}

static bool is_sound(const struct follow *follow)
{
	return follow->follower_id && follow->followee_id && follow->follower_id != follow->followee_id &&
	       (follow->state == FOLLOW_REQUESTED || follow->state == FOLLOW_ACCEPTED);
}

int graph_follow_put(struct txn *txn, const struct follow *follow)
{
	struct view *view = txn_view(txn);
	struct arena *scratch;
	struct follow old = { .state = 0 };
	int r;

	if (!is_sound(follow))
		return ERR_INVALID;
	if (made_by_other(view, follow->uri, MADE_FOLLOW, follow->follower_id, follow->followee_id))
		return ERR_EXISTS;
	scratch = arena_new();
	r = graph_follow_get(scratch, view, follow->follower_id, follow->followee_id, &old);
	if (r == OK || r == ERR_NOT_FOUND)
		r = follow_replace(txn, &old, follow);
	arena_free(scratch);
	return r;
}

int graph_follow_delete(struct txn *txn, uint64_t follower_id, uint64_t followee_id)
{
	struct arena *scratch = arena_new();
	struct follow old;
	struct key key;
	struct str at = key_u64_u64(&key, follower_id, followee_id);
	int r = graph_follow_get(scratch, txn_view(txn), follower_id, followee_id, &old);

	if (r == OK) {
		index_del(txn, SPACE_FOLLOW, at, &old);
		txn_del(txn, SPACE_FOLLOW, at);
		lists_forget(txn, follower_id, followee_id);
		txn_fail(txn, ties_follow_ended(txn, follower_id, followee_id));
		count(txn, &old, old.state, 0);
		r = txn_err(txn);
	}
	arena_free(scratch);
	return r;
}

static bool record_accepted(const struct engine_item *item)
{
	struct follow follow;

	return codec_decode(NULL, &follow_brief_type, item->value, &follow) == OK &&
	       follow.state == FOLLOW_ACCEPTED;
}

static bool mirror_accepted(const struct engine_item *item)
{
	return item->value.n == 1 && item->value.p[0] == FOLLOW_ACCEPTED;
}

int graph_following(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                    struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_FOLLOW, account_id, after, max, record_accepted, ret_ids);
}

int graph_followers(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                    struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_FOLLOWER, account_id, after, max, mirror_accepted, ret_ids);
}

int graph_outgoing(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_FOLLOW, account_id, after, max, NULL, ret_ids);
}

int graph_incoming(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_FOLLOWER, account_id, after, max, NULL, ret_ids);
}

int graph_requests(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                   struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_FOLLOW_REQUEST, account_id, after, max, NULL, ret_ids);
}

static bool any_on_host(struct arena *scratch, struct view *view, const struct id_list *ids, struct str host)
{
	for (size_t i = 0; i < ids->count; i++) {
		struct account account;

		if (accounts_get(scratch, view, ids->ids[i], &account) == OK && !account.deleted &&
		    str_eq_nocase(account.host, host))
			return true;
	}
	return false;
}

bool graph_has_follower_on(struct arena *arena, struct view *view, uint64_t account_id, struct str host)
{
	struct arena *scratch = arena_new();
	struct id_list ids = { NULL, HOST_BATCH };
	uint64_t after = 0;
	bool found = false;

	(void)arena;  /* a walk over many followers must not fill the caller's */
	while (!found && ids.count == HOST_BATCH) {
		arena_reset(scratch);
		if (graph_followers(scratch, view, account_id, after, HOST_BATCH, &ids) != OK || ids.count == 0)
			break;
		after = ids.ids[ids.count - 1];
		found = any_on_host(scratch, view, &ids, host);
	}
	arena_free(scratch);
	return found;
}
