/*
 * Move: what must be true of it, and what follows from it.
 *
 * Both accounts must say it: the old one by the Move, the new one by its alsoKnownAs, as it is now. What the document of
 * the old one says (movedTo) is shown when the new one agrees, but moves nobody. Writer thread.
 */
#include "federation/on_move.h"

#include "federation/policy.h"
#include "federation/property.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/instance.h"
#include "storage/jobs.h"

enum { FOLLOWERS_PAGE = 50 };  /* each is a Follow and an Undo */

bool move_rests(const struct account *old, int64_t now_ms)
{
	return old->moved_ms && now_ms < old->moved_ms + (int64_t)MOVE_REST_DAYS * DAY_MS;
}

const char *move_obstacle(const struct account *old, const struct account *target, int64_t now_ms)
{
	if (move_rests(old, now_ms))
		return "an account moves once in seven days, and this one did";
	if (old->id == target->id)
		return "an account cannot move to itself";
	if (old->kind == ACCOUNT_APPLICATION || target->kind == ACCOUNT_APPLICATION)
		return "a node does not move";
	if (target->deleted || target->disabled || target->withheld)
		return "the account to move to has ended";
	if (target->moved_to.n)
		return "the account to move to has itself moved";
	if (!str_list_has(&target->also_known_as, old->uri))
		return "the account to move to does not name this one as an alias";
	return NULL;
}

uint64_t move_target_id(struct arena *arena, struct view *view, const struct account *account)
{
	struct account target;

	if (!account->moved_to.n || str_eq(account->moved_to, account->uri) ||
	    accounts_by_uri(arena, view, account->moved_to, &target) || target.deleted ||
	    !str_list_has(&target.also_known_as, account->uri))
		return 0;
	return target.id;
}

/* What the new account says must come from where we may ask, and be asked for now. */
static int find_new(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct policy_case c = { .arena = apply->arena, .view = apply->view, .uri = a->target_uri };
	int r;

	if (apply->origin == ORIGIN_REMOTE && !instance_owns(apply->instance, a->target_uri)) {
		r = policy_judge(&c, POLICY_CONTACT);
		a->refusal = c.reason;
		if (r)
			return r;
		if (!str_eq(a->fetched_uri, a->target_uri)) {
			a->need = a->target_uri;
			return NEED;
		}
	}
	return accounts_by_uri(apply->arena, apply->view, a->target_uri, &apply->target);
}

int move_may(struct apply *apply)
{
	struct activity *a = apply->activity;
	const struct account *old = &apply->actor;
	int r;

	if (!str_eq(a->object_uri, a->actor_uri))
		return ERR_DENIED;
	if (!a->target_uri.n || str_eq(a->target_uri, a->actor_uri))
		return ERR_INVALID;
	if (old->moved_ms && str_eq(old->moved_to, a->target_uri) && old->moved_id)
		return ERR_EXISTS;
	/* Before anything is asked of anybody. */
	if (move_rests(old, txn_now_ms(apply->txn)))
		return ERR_DENIED;
	r = find_new(apply);
	if (r)
		return r;
	return move_obstacle(old, &apply->target, txn_now_ms(apply->txn)) ? ERR_DENIED : OK;
}

int move_apply(struct apply *apply)
{
	struct account *old = &apply->actor;
	struct job job = { .kind = STR("move"), .subject = old->id, .argument = apply->target.uri };
	int r;

	old->moved_to = apply->target.uri;
	old->moved_id = apply->target.id;
	old->moved_ms = txn_now_ms(apply->txn);
	r = accounts_put(apply->txn, old);
	if (!r)
		r = jobs_add(apply->txn, &job);
	/* What the document says goes out before the Move that it belongs to. */
	if (!r && apply->origin == ORIGIN_LOCAL)
		r = act_update_actor(apply->arena, apply->txn, old->id);
	return r ? txn_fail(apply->txn, r) : OK;
}

/* This one cannot follow, so he stays where he is. */
static bool is_refused(const struct txn *txn, int err)
{
	return !txn_err(txn) &&
	       (err == ERR_DENIED || err == ERR_NOT_FOUND || err == ERR_GONE || err == ERR_INVALID);
}

static int move_follower(struct arena *arena, struct txn *txn, uint64_t follower_id, uint64_t old_id,
                         uint64_t target_id)
{
	struct view *view = txn_view(txn);
	struct account follower;
	struct follow follow;
	int r = accounts_get(arena, view, follower_id, &follower);

	if (!r && (follower.host.n || follower_id == target_id || blocks_between(view, follower_id, target_id)))
		return OK;
	if (!r)
		r = graph_follow_get(arena, view, follower_id, old_id, &follow);
	if (!r && !graph_follows(view, follower_id, target_id) && !graph_requested(view, follower_id, target_id))
		r = act_follow(arena, txn, follower_id, target_id, follow.show_reblogs, follow.notify, &follow.languages);
	if (!r)
		r = act_unfollow(arena, txn, follower_id, old_id);
	return is_refused(txn, r) ? OK : r;
}

int move_followers_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct id_list followers = { NULL, 0 };
	uint64_t target_id;
	int r = accounts_id_by_uri(txn_view(txn), job->argument, &target_id);

	*ret_more = false;
	if (!r)
		r = graph_followers(arena, txn_view(txn), job->subject, job->cursor, FOLLOWERS_PAGE, &followers);
	for (size_t i = 0; i < followers.count && !r; i++)
		r = move_follower(arena, txn, followers.ids[i], job->subject, target_id);
	if (!r && followers.count == FOLLOWERS_PAGE) {
		job->cursor = followers.ids[followers.count - 1];
		*ret_more = true;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}
