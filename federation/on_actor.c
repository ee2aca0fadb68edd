/*
 * Update and Delete of actors. Writer thread.
 *
 * What an ended account leaves behind is removed by the purge (federation/purge.h); of ours, after its Delete has
 * gone to the lanes, since the followers' inboxes are found through the follows.
 */
#include "federation/on_actor.h"

#include "federation/on_move.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/tokens.h"

enum { FOLLOWED_MAX = 500 };

/* A node that was set up anew gives its names to new actors, and WebFinger proved whose they are. Who had one before is
 * gone, and so is what he left. The names of instance actors are proved by nobody: they take none away. */
static int take_name(struct arena *arena, struct txn *txn, const struct account *account)
{
	struct account holder;
	struct job job = { .kind = STR("purge_account") };
	int r = accounts_of_name(arena, txn_view(txn), account->username, account->host, &holder);

	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	if (account->kind == ACCOUNT_APPLICATION || !url_same_origin(arena, holder.uri, account->uri))
		return ERR_EXISTS;
	job.subject = holder.id;
	r = accounts_delete(txn, holder.id);
	return r ? r : jobs_add(txn, &job);
}

static int put_new(struct arena *arena, struct txn *txn, struct account *account)
{
	int r = take_name(arena, txn, account);

	if (!r)
		r = accounts_put(txn, account);
	/* The name may be taken away by now: nobody loses it to an actor who cannot be stored. */
	return r && txn_touched(txn) ? txn_fail(txn, r) : r;
}

int on_actor_put(struct arena *arena, struct txn *txn, struct account *account)
{
	struct view *view = txn_view(txn);
	struct account stored;
	int r;

	if (instance_owns(instance_of(view), account->uri))
		return ERR_DENIED;
	account->moved_id = move_target_id(arena, view, account);
	r = accounts_by_uri(arena, view, account->uri, &stored);
	if (r == ERR_NOT_FOUND)
		return put_new(arena, txn, account);
	if (r)
		return r;
	if (stored.deleted)
		return ERR_GONE;
	account->id = stored.id;
	account->username = stored.username;
	account->host = stored.host;
	account->created_ms = stored.created_ms;
	account->disabled = stored.disabled;
	account->moved_ms = stored.moved_ms;
	if (!account->key_id.n) {
		account->key_id = stored.key_id;
		account->key_pem = stored.key_pem;
	}
	return accounts_put(txn, account);
}

int actor_update_may(struct apply *apply)
{
	struct activity *a = apply->activity;

	if (apply->origin == ORIGIN_LOCAL) {
		a->object_actor = &apply->actor;
		a->object_uri = apply->actor.uri;
		a->object_id = apply->actor.id;
		return OK;
	}
	return str_eq(a->object_uri, a->actor_uri) ? OK : ERR_DENIED;
}

int actor_update_apply(struct apply *apply)
{
	if (apply->origin == ORIGIN_LOCAL)
		return OK;
	return on_actor_put(apply->arena, apply->txn, apply->activity->object_actor);
}

int actor_delete_may(struct apply *apply)
{
	struct activity *a = apply->activity;

	if (apply->origin == ORIGIN_REMOTE)
		return OK;
	a->object_uri = apply->actor.uri;
	a->object_id = apply->actor.id;
	return graph_following(apply->arena, apply->view, apply->actor.id, 0, FOLLOWED_MAX, &apply->witnesses);
}

/* The private key stays until the purge: the Delete has yet to be signed. */
static int end_ours(struct apply *apply)
{
	uint64_t id = apply->actor.id;
	struct str pem = STR_NONE, proof_pem = STR_NONE;
	int r = accounts_private_key_get(apply->arena, apply->view, id, &pem);

	if (!r)
		r = accounts_proof_key_get(apply->arena, apply->view, id, &proof_pem);
	if (r == ERR_NOT_FOUND && pem.n)
		r = OK;
	if (!r)
		r = accounts_delete(apply->txn, id);
	if (!r)
		r = accounts_private_key_put(apply->txn, id, pem);
	if (!r && proof_pem.n)
		r = accounts_proof_key_put(apply->txn, id, proof_pem);
	return r ? r : tokens_delete_all(apply->txn, id);
}

int actor_delete_apply(struct apply *apply)
{
	struct job job = { .kind = STR("purge_account"), .subject = apply->actor.id };
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		return end_ours(apply);
	r = accounts_delete(apply->txn, apply->actor.id);
	return r ? r : jobs_add(apply->txn, &job);
}
