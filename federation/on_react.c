/*
 * Like, Announce, and the Undo of them. Writer thread.
 *
 * Whoever may not see a post learns nothing of it: reacting to it is answered like reacting to one that is not there.
 */
#include "federation/on_react.h"

#include "federation/audience.h"
#include "federation/policy.h"
#include "federation/property.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/reactions.h"

static struct beholder actor_of(const struct apply *apply)
{
	struct beholder beholder = { BEHOLDER_REMOTE, apply->actor.id };

	if (apply->origin == ORIGIN_LOCAL)
		beholder.kind = BEHOLDER_LOCAL;
	return beholder;
}

int react_find_post(struct apply *apply, struct str uri, uint64_t id, struct post *ret_post)
{
	struct post post;
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		r = posts_get(apply->arena, apply->view, id, &post);
	else
		r = posts_by_uri(apply->arena, apply->view, uri, &post);
	if (!r && post.reblog_of_id)
		r = posts_get(apply->arena, apply->view, post.reblog_of_id, &post);
	if (!r && !access_sees(apply->view, actor_of(apply), &post))
		r = ERR_NOT_FOUND;
	if (!r)
		*ret_post = post;
	return r;
}

/* Like */

int like_may(struct apply *apply)
{
	int r = react_find_post(apply, apply->activity->object_uri, apply->activity->object_id, &apply->post);

	if (r)
		return r;
	return favourites_has(apply->view, apply->post.id, apply->actor.id) ? ERR_EXISTS : OK;
}

int like_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct favourite favourite = { .account_id = apply->actor.id, .post_id = apply->post.id, .uri = a->uri };

	a->object_uri = apply->post.uri;
	a->object_id = apply->post.id;
	return favourites_add(apply->txn, &favourite);
}

/* Which post of the actor's an Undo of a Like is about: by the Like's id, else by the pair. */
static int liked_post(struct apply *apply, uint64_t *ret_post_id)
{
	const struct activity *inner = apply->activity->inner;
	uint8_t kind;
	uint64_t account_id;

	if (apply->origin == ORIGIN_LOCAL) {
		*ret_post_id = apply->activity->object_id;
		return OK;
	}
	if (inner->uri.n && made_get(apply->view, inner->uri, &kind, &account_id, ret_post_id) == OK &&
	    kind == MADE_FAVOURITE)
		return account_id == apply->actor.id ? OK : ERR_DENIED;
	return posts_id_by_uri(apply->view, inner->object_uri, ret_post_id);
}

int unlike_may(struct apply *apply)
{
	struct favourite favourite;
	uint64_t post_id;
	int r = liked_post(apply, &post_id);

	if (!r)
		r = favourites_get(apply->arena, apply->view, post_id, apply->actor.id, &favourite);
	if (!r)
		r = posts_get(apply->arena, apply->view, post_id, &apply->post);
	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE) {
		apply->unknown = true;
		return OK;
	}
	if (!r && apply->origin == ORIGIN_LOCAL) {
		struct activity *inner = ARENA_NEW(apply->arena, struct activity);

		inner->type = AS_LIKE;
		inner->uri = favourite.uri;
		inner->actor_uri = apply->actor.uri;
		inner->object_uri = apply->post.uri;
		apply->activity->inner = inner;
	}
	return r;
}

int unlike_apply(struct apply *apply)
{
	int r = favourites_remove(apply->txn, apply->post.id, apply->actor.id);

	if (r)
		return r;
	return notices_remove(apply->txn, apply->post.account_id, NOTICE_FAVOURITE, apply->actor.id, apply->post.id);
}

/* Announce */

/* Public and unlisted posts, and one's own to followers. */
static bool is_boostable(const struct apply *apply, const struct post *post)
{
	return post->visibility <= VISIBILITY_UNLISTED ||
	       (post->visibility == VISIBILITY_FOLLOWERS && post->account_id == apply->actor.id);
}

/* A boost of something unknown is worth a fetch when somebody here follows the one who boosts. */
static int want_boosted(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct id_list followers = { NULL, 0 };
	struct peer peer;
	int r;

	apply->nothing = true;
	if (instance_owns(apply->instance, a->object_uri) ||
	    policy_peer_by_url(apply->arena, apply->view, a->object_uri, &peer))
		return OK;
	r = graph_followers(apply->arena, apply->view, apply->actor.id, 0, 1, &followers);
	if (r || !followers.count)
		return r;
	a->need = a->object_uri;
	return NEED;
}

static uint8_t boost_visibility(const struct apply *apply)
{
	const struct activity *a = apply->activity;
	uint8_t visibility = a->visibility ? a->visibility : VISIBILITY_PUBLIC;

	if (apply->origin == ORIGIN_REMOTE)
		visibility = audience_visibility(&a->to, &a->cc, apply->actor.followers_uri);
	return visibility == VISIBILITY_DIRECT ? visibility
	                                       : access_narrower(visibility, apply->boosted.visibility);
}

static int64_t announced_ms(const struct apply *apply)
{
	int64_t now_ms = txn_now_ms(apply->txn), published_ms = apply->activity->published_ms;

	return published_ms && published_ms < now_ms ? published_ms : now_ms;
}

/* A boost has the id of its Announce as its address; no object stands behind it. */
static void make_boost(struct apply *apply, uint8_t visibility)
{
	struct activity *a = apply->activity;
	struct post *boost = &apply->post;

	*boost = (struct post){
		.account_id = apply->actor.id, .uri = a->uri, .url = a->uri, .visibility = visibility,
		.reblog_of_id = apply->boosted.id, .remote = apply->origin == ORIGIN_REMOTE,
		.created_ms = announced_ms(apply),
	};
}

int announce_may(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct account author;
	uint64_t boost_id;
	uint8_t visibility;
	int r = react_find_post(apply, a->object_uri, a->object_id, &apply->boosted);

	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE &&
	    posts_id_by_uri(apply->view, a->object_uri, &boost_id) == ERR_NOT_FOUND)
		return want_boosted(apply);
	if (r)
		return r;
	r = accounts_get(apply->arena, apply->view, apply->boosted.account_id, &author);
	if (r)
		return r;
	if (policy_blocks_account(apply->arena, apply->view, &author)) {
		a->refusal = "account";
		return ERR_DENIED;
	}
	visibility = boost_visibility(apply);
	if ((author.disabled && author.host.n) || !is_boostable(apply, &apply->boosted) || visibility == VISIBILITY_DIRECT)
		return ERR_DENIED;
	if (posts_boost_get(apply->view, apply->boosted.id, apply->actor.id, &boost_id) == OK)
		return ERR_EXISTS;
	make_boost(apply, visibility);
	return OK;
}

int announce_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct post *boost = &apply->post;

	/* One number for the boost and its Announce: the activity's id is the boost's address. */
	boost->id = a->record_id ? a->record_id : posts_id_for(apply->txn, boost->created_ms);
	a->object_uri = apply->boosted.uri;
	a->object_id = boost->id;
	a->published_ms = boost->created_ms;
	return posts_add(apply->txn, boost);
}

/* The boost that an Undo is about: by the Announce's id, else by the pair. */
static int find_boost(struct apply *apply, uint64_t *ret_boost_id)
{
	const struct activity *a = apply->activity;
	uint64_t post_id = a->object_id;
	int r = OK;

	if (apply->origin == ORIGIN_REMOTE) {
		if (a->inner->uri.n && posts_id_by_uri(apply->view, a->inner->uri, ret_boost_id) == OK)
			return OK;
		r = posts_id_by_uri(apply->view, a->inner->object_uri, &post_id);
	}
	return r ? r : posts_boost_get(apply->view, post_id, apply->actor.id, ret_boost_id);
}

int unannounce_may(struct apply *apply)
{
	uint64_t boost_id;
	int r = find_boost(apply, &boost_id);

	if (!r)
		r = posts_get(apply->arena, apply->view, boost_id, &apply->post);
	if (!r && (apply->post.account_id != apply->actor.id || !apply->post.reblog_of_id))
		return ERR_DENIED;
	if (!r)
		r = posts_get(apply->arena, apply->view, apply->post.reblog_of_id, &apply->boosted);
	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE) {
		apply->unknown = true;
		return OK;
	}
	if (!r && apply->origin == ORIGIN_LOCAL) {
		struct activity *inner = ARENA_NEW(apply->arena, struct activity);

		inner->type = AS_ANNOUNCE;
		inner->uri = apply->post.uri;
		inner->actor_uri = apply->actor.uri;
		inner->object_uri = apply->boosted.uri;
		apply->activity->inner = inner;
		apply->activity->object_id = apply->post.id;
	}
	return r;
}

int unannounce_apply(struct apply *apply)
{
	bool more;
	int r = posts_delete(apply->txn, apply->post.id, &more);

	if (r)
		return r;
	return notices_remove(apply->txn, apply->boosted.account_id, NOTICE_REBLOG, apply->actor.id,
	                      apply->boosted.id);
}
