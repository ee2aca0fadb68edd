/*
 * Follow, Accept, Reject, and the Undo of a follow. Writer thread.
 *
 * A follow is found by the id of its activity or, for peers that name another id or none, by its pair; what was
 * found must belong to the actor either way.
 */
#include "federation/on_follow.h"

#include "federation/target.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/notices.h"
#include "storage/reactions.h"
#include "storage/shuns.h"

static bool is_ours(const struct account *account)
{
	return !account->host.n;
}

/* Follow */

static int find_follow(struct apply *apply, uint64_t follower_id, uint64_t followee_id)
{
	int r = graph_follow_get(apply->arena, apply->view, follower_id, followee_id, &apply->follow);

	if (r == ERR_NOT_FOUND)
		apply->follow.state = 0;
	return r;
}

int follow_may(struct apply *apply)
{
	int r = target_find(apply);

	if (r)
		return r;
	if (apply->target.disabled)
		return ERR_NOT_FOUND;
	if (apply->target.id == apply->actor.id)
		return ERR_INVALID;
	if (apply->target.kind == ACCOUNT_APPLICATION ||
	    blocks_between(apply->view, apply->actor.id, apply->target.id) ||
	    shuns_domain(apply->view, apply->target.id, apply->actor.id))
		return ERR_DENIED;
	r = find_follow(apply, apply->actor.id, apply->target.id);
	/* One of ours is refused; a peer hears it by a Reject. */
	if (r == ERR_NOT_FOUND)
		return apply->target.moved_id && apply->origin == ORIGIN_LOCAL ? ERR_DENIED : OK;
	apply->repeated = true;
	/* A peer that lost our answer asks again and is answered again. */
	return r == OK && apply->origin == ORIGIN_LOCAL ? ERR_EXISTS : r;
}

int follow_apply(struct apply *apply)
{
	const struct activity *a = apply->activity;
	struct follow *follow = &apply->follow;
	bool turned_away;
	int r;

	if (!follow->state) {
		*follow = (struct follow){
			.follower_id = apply->actor.id, .followee_id = apply->target.id, .state = FOLLOW_REQUESTED,
			.show_reblogs = apply->origin == ORIGIN_REMOTE || a->show_reblogs, .notify = a->notify,
			.languages = a->languages, .created_ms = txn_now_ms(apply->txn),
		};
	}
	follow->uri = a->uri;
	/* Who has moved takes no new followers, and is told of none. */
	turned_away = apply->target.moved_id && follow->state != FOLLOW_ACCEPTED;
	apply->repeated |= turned_away;
	if (is_ours(&apply->target) && !apply->target.locked && !turned_away)
		follow->state = FOLLOW_ACCEPTED;
	r = graph_follow_put(apply->txn, follow);
	if (r || is_ours(&apply->actor) || (follow->state != FOLLOW_ACCEPTED && !turned_away))
		return r;
	r = act_answer_follow(apply->arena, apply->txn, apply->target.id, apply->actor.id, !turned_away);
	return r ? txn_fail(apply->txn, r) : OK;
}

/* Answers */

/* The pair that the Follow inside an Accept, Reject or Undo is about; ERR_NOT_FOUND: none that we know. */
static int find_pair(struct apply *apply, const struct activity *follow, uint64_t *ret_follower, uint64_t *ret_followee)
{
	uint8_t kind;
	uint64_t a, b;
	int r;

	if (follow->uri.n && made_get(apply->view, follow->uri, &kind, &a, &b) == OK && kind == MADE_FOLLOW) {
		*ret_follower = a;
		*ret_followee = b;
		return OK;
	}
	r = accounts_id_by_uri(apply->view, follow->actor_uri, ret_follower);
	return r ? r : accounts_id_by_uri(apply->view, follow->object_uri, ret_followee);
}

/* The Follow that an answer is to: of an Undo of an Accept, the one inside it. */
static const struct activity *answered(const struct activity *a)
{
	return a->inner->type == AS_FOLLOW || !a->inner->inner ? a->inner : a->inner->inner;
}

/* The answer names a Follow that we sent, but not the one that stands: that one was taken back, and asked anew. */
static bool answers_former(const struct apply *apply)
{
	struct str uri = answered(apply->activity)->uri;
	struct activity_record sent;

	return uri.n && !str_eq(uri, apply->follow.uri) &&
	       activities_by_uri(apply->arena, apply->view, uri, &sent) == OK &&
	       sent.account_id == apply->follow.follower_id;
}

/* apply->target becomes the follower, apply->follow the follow; only the followed one answers. */
static int find_answered(struct apply *apply)
{
	const struct activity *a = apply->activity;
	uint64_t follower_id = a->object_id, followee_id = apply->actor.id;
	int r = OK;

	if (apply->origin == ORIGIN_REMOTE)
		r = find_pair(apply, answered(a), &follower_id, &followee_id);
	if (!r && followee_id != apply->actor.id)
		r = ERR_DENIED;
	if (!r)
		r = accounts_get(apply->arena, apply->view, follower_id, &apply->target);
	if (!r && apply->origin == ORIGIN_REMOTE && !is_ours(&apply->target))
		r = ERR_DENIED;
	if (!r)
		r = find_follow(apply, follower_id, followee_id);
	if (!r && apply->origin == ORIGIN_REMOTE && answers_former(apply))
		r = ERR_DENIED;
	/* An answer to a Follow that was never sent must have no effect. */
	return r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE ? ERR_DENIED : r;
}

/* Our answer embeds the Follow it answers. */
static void embed_follow(struct apply *apply, struct str follower_uri, struct str followee_uri)
{
	struct activity *inner = ARENA_NEW(apply->arena, struct activity);

	inner->type = AS_FOLLOW;
	inner->uri = apply->follow.uri;
	inner->actor_uri = follower_uri;
	inner->object_uri = followee_uri;
	apply->activity->inner = inner;
}

int accept_may(struct apply *apply)
{
	int r = find_answered(apply);

	if (r)
		return r;
	return apply->origin == ORIGIN_REMOTE && apply->follow.state == FOLLOW_ACCEPTED ? ERR_EXISTS : OK;
}

int accept_apply(struct apply *apply)
{
	int r = OK;

	if (apply->origin == ORIGIN_LOCAL)
		embed_follow(apply, apply->target.uri, apply->actor.uri);
	if (apply->follow.state != FOLLOW_ACCEPTED) {
		apply->follow.state = FOLLOW_ACCEPTED;
		r = graph_follow_put(apply->txn, &apply->follow);
	}
	if (r)
		return r;
	return notices_remove(apply->txn, apply->actor.id, NOTICE_FOLLOW_REQUEST, apply->target.id, 0);
}

int follow_end(struct txn *txn, uint64_t follower_id, uint64_t followee_id)
{
	int r = graph_follow_delete(txn, follower_id, followee_id);

	if (!r)
		r = notices_remove(txn, followee_id, NOTICE_FOLLOW_REQUEST, follower_id, 0);
	if (!r)
		r = notices_remove(txn, followee_id, NOTICE_FOLLOW, follower_id, 0);
	return r;
}

static int end_follow(struct apply *apply)
{
	return follow_end(apply->txn, apply->follow.follower_id, apply->follow.followee_id);
}

int reject_may(struct apply *apply)
{
	return find_answered(apply);
}

int reject_apply(struct apply *apply)
{
	if (apply->origin == ORIGIN_LOCAL)
		embed_follow(apply, apply->target.uri, apply->actor.uri);
	return end_follow(apply);
}

/* Undo */

int unfollow_may(struct apply *apply)
{
	const struct activity *a = apply->activity;
	uint64_t follower_id = apply->actor.id, followee_id = a->object_id;
	int r = OK;

	if (apply->origin == ORIGIN_REMOTE)
		r = find_pair(apply, a->inner, &follower_id, &followee_id);
	if (!r && follower_id != apply->actor.id)
		return ERR_DENIED;
	if (!r)
		r = find_follow(apply, follower_id, followee_id);
	if (!r)
		r = accounts_get(apply->arena, apply->view, followee_id, &apply->target);
	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE) {
		apply->unknown = true;
		return OK;
	}
	return r;
}

int unfollow_apply(struct apply *apply)
{
	if (apply->origin == ORIGIN_LOCAL)
		embed_follow(apply, apply->actor.uri, apply->target.uri);
	return end_follow(apply);
}
