/*
 * Add to and Remove from the collection "featured". Writer thread.
 *
 * The collection must be the actor's own, and so must the post: nobody decorates another's profile. Other collections
 * are not known here.
 */
#include "federation/on_pin.h"

#include "federation/actor.h"
#include "federation/policy.h"
#include "federation/property.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/instance.h"
#include "storage/pins.h"
#include "storage/posts.h"

static bool is_local(const struct apply *apply)
{
	return apply->origin == ORIGIN_LOCAL;
}

/* The collection and the post, both the actor's. */
static int find_own(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct str featured = actor_featured_uri(apply->arena, &apply->actor);
	int r;

	if (is_local(apply))
		a->target_uri = featured;
	else if (!featured.n || !str_eq(a->target_uri, featured))
		return ERR_DENIED;
	if (is_local(apply))
		r = posts_get(apply->arena, apply->view, a->object_id, &apply->post);
	else
		r = posts_by_uri(apply->arena, apply->view, a->object_uri, &apply->post);
	if (r)
		return r;
	return apply->post.account_id == apply->actor.id ? OK : ERR_DENIED;
}

/* A post that is not here yet is worth a fetch when somebody here follows its author. */
static int want_post(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct id_list followers = { NULL, 0 };
	struct peer peer;
	int r;

	if (!url_same_origin(apply->arena, a->object_uri, a->actor_uri))
		return ERR_DENIED;
	apply->nothing = true;
	if (policy_peer_by_url(apply->arena, apply->view, a->object_uri, &peer))
		return OK;
	r = graph_followers(apply->arena, apply->view, apply->actor.id, 0, 1, &followers);
	if (r || !followers.count)
		return r;
	a->need = a->object_uri;
	return NEED;
}

int pin_may(struct apply *apply)
{
	int r = find_own(apply);

	if (r == ERR_NOT_FOUND && !is_local(apply))
		return want_post(apply);
	if (r)
		return r;
	if (apply->post.reblog_of_id || (is_local(apply) && apply->post.visibility > VISIBILITY_UNLISTED))
		return ERR_DENIED;
	return pins_has(apply->view, apply->actor.id, apply->post.id) ? ERR_EXISTS : OK;
}

int pin_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	size_t max = is_local(apply) ? PINS_MAX : PINS_FOREIGN_MAX;
	int r = pins_add(apply->txn, apply->actor.id, apply->post.id, max);

	a->object_id = apply->post.id;
	a->object_uri = apply->post.uri;
	/* A peer is not asked to try again. */
	return r == ERR_LIMIT && !is_local(apply) ? ERR_DENIED : r;
}

int unpin_may(struct apply *apply)
{
	int r = find_own(apply);

	if (!r)
		return pins_has(apply->view, apply->actor.id, apply->post.id) ? OK : ERR_EXISTS;
	/* With a post that is gone went its pin. */
	apply->nothing = r == ERR_NOT_FOUND || r == ERR_GONE;
	return apply->nothing && !is_local(apply) ? OK : r;
}

int unpin_apply(struct apply *apply)
{
	struct activity *a = apply->activity;

	a->object_id = apply->post.id;
	a->object_uri = apply->post.uri;
	return pins_remove(apply->txn, apply->actor.id, apply->post.id);
}
