/*
 * EmojiReact and the Undo of it (FEP-c0e0). Writer thread.
 *
 * A custom emoji is kept under its name and the host of who gave it, for names are not the same thing everywhere.
 */
#include "federation/on_emoji.h"

#include "federation/on_react.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/emoji_reactions.h"
#include "storage/instance.h"
#include "storage/notices.h"
#include "storage/posts.h"
#include "storage/reactions.h"

/* As it is stored: a foreign custom one with its host. One of ours is ours, whoever gives it. */
static struct str stored_emoji(const struct apply *apply, const struct activity *a)
{
	if (apply->origin == ORIGIN_LOCAL || !a->emoji_url.n || instance_owns(apply->instance, a->emoji_url))
		return a->emoji;
	return arena_printf(apply->arena, "%.*s@%.*s", STR_ARG(a->emoji), STR_ARG(apply->actor.host));
}

int emoji_react_may(struct apply *apply)
{
	const struct activity *a = apply->activity;
	uint64_t id;
	int r = react_find_post(apply, a->object_uri, a->object_id, &apply->post);

	if (r)
		return r;
	return emoji_reactions_find(apply->view, apply->post.id, apply->actor.id, stored_emoji(apply, a), &id) == OK
	               ? ERR_EXISTS
	               : OK;
}

int emoji_react_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct emoji_reaction reaction = {
		.account_id = apply->actor.id, .post_id = apply->post.id, .emoji = stored_emoji(apply, a),
		.emoji_url = a->emoji_url, .uri = a->uri,
	};
	int r;

	a->object_uri = apply->post.uri;
	a->object_id = apply->post.id;
	r = emoji_reactions_add(apply->txn, &reaction);
	/* A peer is not asked to try again. */
	return r == ERR_LIMIT && apply->origin == ORIGIN_REMOTE ? ERR_DENIED : r;
}

/* Which reaction an Undo is about: by the activity's id, else by who, what and with which emoji. */
static int find_reaction(struct apply *apply, struct emoji_reaction *ret_reaction)
{
	const struct activity *inner = apply->activity->inner;
	uint64_t post_id = apply->activity->object_id, id;
	uint8_t kind;
	int r = OK;

	if (apply->origin == ORIGIN_REMOTE && inner->uri.n &&
	    made_get(apply->view, inner->uri, &kind, &post_id, &id) == OK && kind == MADE_EMOJI_REACTION) {
		r = emoji_reactions_get(apply->arena, apply->view, post_id, id, ret_reaction);
		return !r && ret_reaction->account_id != apply->actor.id ? ERR_DENIED : r;
	}
	if (apply->origin == ORIGIN_REMOTE)
		r = posts_id_by_uri(apply->view, inner->object_uri, &post_id);
	if (!r)
		r = emoji_reactions_find(apply->view, post_id, apply->actor.id, stored_emoji(apply, inner), &id);
	return r ? r : emoji_reactions_get(apply->arena, apply->view, post_id, id, ret_reaction);
}

/* The reaction as found: the activity inside the Undo says all of it. */
static void complete_inner(struct apply *apply, const struct emoji_reaction *reaction)
{
	struct activity *inner = ARENA_NEW(apply->arena, struct activity);

	inner->type = AS_EMOJI_REACT;
	inner->uri = reaction->uri;
	inner->actor_uri = apply->actor.uri;
	inner->object_uri = apply->post.uri;
	inner->object_id = reaction->id;
	inner->emoji = reaction->emoji;
	inner->emoji_url = reaction->emoji_url;
	apply->activity->inner = inner;
}

int emoji_unreact_may(struct apply *apply)
{
	struct emoji_reaction reaction;
	int r = find_reaction(apply, &reaction);

	if (!r)
		r = posts_get(apply->arena, apply->view, reaction.post_id, &apply->post);
	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE) {
		apply->unknown = true;
		return OK;
	}
	if (!r)
		complete_inner(apply, &reaction);
	return r;
}

int emoji_unreact_apply(struct apply *apply)
{
	struct emoji_reaction other;
	int r = emoji_reactions_remove(apply->txn, apply->post.id, apply->activity->inner->object_id);

	if (r)
		return r;
	/* One notice tells of all that one actor gave a post; it stays with the last of them. */
	r = emoji_reactions_first(apply->arena, apply->view, apply->post.id, apply->actor.id, &other);
	if (r != ERR_NOT_FOUND)
		return r;
	return notices_remove(apply->txn, apply->post.account_id, NOTICE_EMOJI_REACTION, apply->actor.id,
	                      apply->post.id);
}
