/*
 * Block, and the Undo of it. Writer thread.
 *
 * A block is found by the id of its activity or by its pair, as a follow is. One that comes from a peer counts only when
 * it is against one of ours: what two strangers have between them is nobody's business here.
 */
#include "federation/on_block.h"

#include "federation/on_follow.h"
#include "federation/target.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/reactions.h"

int block_may(struct apply *apply)
{
	int r = target_find(apply);

	if (r)
		return r;
	if (apply->target.id == apply->actor.id)
		return ERR_INVALID;
	if (apply->target.kind == ACCOUNT_APPLICATION)
		return ERR_DENIED;
	/* A peer that says it again says it under the id that its Undo will name. */
	if (apply->origin == ORIGIN_LOCAL && blocks_has(apply->view, apply->actor.id, apply->target.id))
		return ERR_EXISTS;
	return OK;
}

/* What one of ours ends by a block is ended in words that every peer knows. */
static int end_follows_aloud(struct apply *apply)
{
	int r = act_unfollow(apply->arena, apply->txn, apply->actor.id, apply->target.id);

	if (!r)
		r = act_answer_follow(apply->arena, apply->txn, apply->actor.id, apply->target.id, false);
	return r == ERR_NOT_FOUND ? OK : r;
}

static int end_follows(struct apply *apply)
{
	int r = follow_end(apply->txn, apply->actor.id, apply->target.id);

	if (!r || r == ERR_NOT_FOUND)
		r = follow_end(apply->txn, apply->target.id, apply->actor.id);
	return r == ERR_NOT_FOUND ? OK : r;
}

int block_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct block block = {
		.blocker_id = apply->actor.id, .blocked_id = apply->target.id, .uri = a->uri,
		.created_ms = txn_now_ms(apply->txn),
	};
	int r = blocks_put(apply->txn, &block);

	if (r)
		return r;
	r = apply->origin == ORIGIN_LOCAL ? end_follows_aloud(apply) : end_follows(apply);
	return r ? txn_fail(apply->txn, r) : OK;
}

/* Whom the Block inside an Undo is against: by its id, else by the pair. */
static int blocked_account(struct apply *apply, uint64_t *ret_blocked_id)
{
	const struct activity *inner = apply->activity->inner;
	uint8_t kind;
	uint64_t blocker_id;

	if (apply->origin == ORIGIN_LOCAL) {
		*ret_blocked_id = apply->activity->object_id;
		return OK;
	}
	if (inner->uri.n && made_get(apply->view, inner->uri, &kind, &blocker_id, ret_blocked_id) == OK &&
	    kind == MADE_BLOCK)
		return blocker_id == apply->actor.id ? OK : ERR_DENIED;
	return accounts_id_by_uri(apply->view, inner->object_uri, ret_blocked_id);
}

static void embed_block(struct apply *apply, const struct block *block)
{
	struct activity *inner = ARENA_NEW(apply->arena, struct activity);

	inner->type = AS_BLOCK;
	inner->uri = block->uri;
	inner->actor_uri = apply->actor.uri;
	inner->object_uri = apply->target.uri;
	apply->activity->inner = inner;
}

int unblock_may(struct apply *apply)
{
	struct block block;
	uint64_t blocked_id;
	int r = blocked_account(apply, &blocked_id);

	if (!r)
		r = blocks_get(apply->arena, apply->view, apply->actor.id, blocked_id, &block);
	if (!r)
		r = accounts_get(apply->arena, apply->view, blocked_id, &apply->target);
	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE) {
		apply->unknown = true;
		return OK;
	}
	if (!r && apply->origin == ORIGIN_LOCAL)
		embed_block(apply, &block);
	return r;
}

int unblock_apply(struct apply *apply)
{
	return blocks_delete(apply->txn, apply->actor.id, apply->target.id);
}
