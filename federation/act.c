/*
 * What our people do, as activities (declared in federation/apply.h); what they write is act_post.c's. Writer thread.
 *
 * Each act makes the same struct that a delivery is parsed into, and goes through the same door. What a person did
 * twice is done: that is no error here.
 */
#include "federation/apply.h"

#include "federation/actor.h"
#include "federation/property.h"
#include "federation/staff.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/instance.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/reports.h"

/* Whether a person did it before is asked by the row; to the person it makes no difference. */
static int done_already(int err)
{
	return err == ERR_EXISTS ? OK : err;
}

/* follows */

static int target_uri(struct arena *arena, struct txn *txn, uint64_t account_id, struct str *ret_uri)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), account_id, &account);

	if (!r)
		*ret_uri = account.uri;
	return r;
}

int act_follow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id, bool show_reblogs,
               bool notify, const struct str_list *languages)
{
	struct activity activity = {
		.type = AS_FOLLOW, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = target_id,
		.show_reblogs = show_reblogs, .notify = notify,
	};
	struct follow follow;
	int r = graph_follow_get(arena, txn_view(txn), actor_id, target_id, &follow);

	if (languages)
		activity.languages = *languages;
	if (r == OK) {
		/* It stands: only what the follower wants to see of it changes, and that is nobody else's business. */
		follow.show_reblogs = show_reblogs;
		follow.notify = notify;
		follow.languages = activity.languages;
		return graph_follow_put(txn, &follow);
	}
	r = target_uri(arena, txn, target_id, &activity.object_uri);
	return r ? r : activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_unfollow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity follow = { .type = AS_FOLLOW };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = target_id,
		.inner = &follow,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

int act_answer_follow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t follower_id, bool accept)
{
	struct activity follow = { .type = AS_FOLLOW };
	struct activity activity = {
		.type = accept ? AS_ACCEPT : AS_REJECT, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY,
		.object_id = follower_id, .inner = &follow,
	};

	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

/* blocks */

int act_block(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity activity = {
		.type = AS_BLOCK, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = target_id,
	};
	int r = target_uri(arena, txn, target_id, &activity.object_uri);

	return r ? r : done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_unblock(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity block = { .type = AS_BLOCK };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = target_id,
		.inner = &block,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

/* pins */

int act_pin(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_ADD, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_unpin(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_REMOVE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

/* reports */

static int forward(struct arena *arena, struct txn *txn, const struct report *report)
{
	struct activity activity = {
		.type = AS_FLAG, .actor_id = instance_of(txn_view(txn))->actor_id, .object_kind = OBJECT_URI,
		.content = report->comment,
	};
	struct str_list *uris = &activity.object_uris;
	struct post post;

	*uris = (struct str_list){ ARENA_ARRAY(arena, struct str, report->post_ids.count + 1), 1 };
	if (target_uri(arena, txn, report->target_id, &uris->items[0]))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < report->post_ids.count; i++)
		if (posts_get(arena, txn_view(txn), report->post_ids.ids[i], &post) == OK)
			uris->items[uris->count++] = post.uri;
	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_flag(struct arena *arena, struct txn *txn, struct report *report)
{
	int r = reports_add(txn, report);

	if (!r)
		r = staff_reported(txn, report->id);
	if (r || !report->forwarded)
		return r;
	r = forward(arena, txn, report);
	return r ? txn_fail(txn, r) : OK;
}

/* reactions */

/* Each choice is an activity of its own: that is how all peers read votes. */
int act_vote(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, const struct id_list *choices)
{
	struct poll poll;
	struct vote vote;
	int r = polls_get(arena, txn_view(txn), post_id, &poll);

	if (!r && polls_vote_get(arena, txn_view(txn), post_id, actor_id, &vote) == OK)
		r = ERR_EXISTS;
	if (!r && (!choices->count || (choices->count > 1 && !poll.multiple)))
		r = ERR_INVALID;
	for (size_t i = 0; i < choices->count && !r; i++)
		if (choices->ids[i] >= poll.options.count)
			r = ERR_INVALID;
	for (size_t i = 0; i < choices->count && !r; i++) {
		struct activity activity = {
			.type = AS_CREATE, .actor_id = actor_id, .object_kind = OBJECT_VOTE, .object_id = post_id,
			.votes = { &poll.options.items[choices->ids[i]], 1 },
		};

		r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
		if (r && i)
			txn_fail(txn, r);
	}
	return r;
}

int act_like(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity activity = {
		.type = AS_LIKE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_unlike(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity like = { .type = AS_LIKE };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = post_id,
		.inner = &like,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

int act_emoji_react(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, struct str emoji,
                    struct str emoji_url)
{
	struct activity activity = {
		.type = AS_EMOJI_REACT, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
		.emoji = emoji, .emoji_url = emoji_url,
	};

	return done_already(activity_apply(arena, txn, &activity, ORIGIN_LOCAL));
}

int act_emoji_unreact(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, struct str emoji)
{
	struct activity reaction = { .type = AS_EMOJI_REACT, .emoji = emoji };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = post_id,
		.inner = &reaction,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

int act_announce(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, uint8_t visibility,
                 uint64_t *ret_boost_id)
{
	struct activity activity = {
		.type = AS_ANNOUNCE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = post_id,
		.visibility = visibility,
	};
	struct post post;
	int r = posts_get(arena, txn_view(txn), post_id, &post);

	if (r)
		return r;
	if (post.reblog_of_id)
		post_id = post.reblog_of_id;
	if (posts_boost_get(txn_view(txn), post_id, actor_id, ret_boost_id) == OK)
		return OK;
	r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
	if (!r)
		*ret_boost_id = activity.object_id;
	return r;
}

int act_unannounce(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id)
{
	struct activity announce = { .type = AS_ANNOUNCE };
	struct activity activity = {
		.type = AS_UNDO, .actor_id = actor_id, .object_kind = OBJECT_ACTIVITY, .object_id = post_id,
		.inner = &announce,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	return r == ERR_NOT_FOUND ? OK : r;
}

/* moves */

/* Puts a changed account of ours and tells its followers. */
static int put_and_tell(struct arena *arena, struct txn *txn, struct account *account)
{
	int r = accounts_put(txn, account);

	if (!r)
		r = act_update_actor(arena, txn, account->id);
	return r && txn_touched(txn) ? txn_fail(txn, r) : r;
}

int act_alias(struct arena *arena, struct txn *txn, uint64_t actor_id, struct str uri, bool add)
{
	struct str_list kept;
	struct account account;
	struct url url;
	int r = accounts_get(arena, txn_view(txn), actor_id, &account);

	if (r)
		return r;
	if (str_list_has(&account.also_known_as, uri) == add)
		return add ? ERR_EXISTS : ERR_NOT_FOUND;
	if (add && (url_parse(arena, uri, &url) || str_eq(uri, account.uri)))
		return ERR_INVALID;
	if (add && account.also_known_as.count >= ACTOR_ALIASES_MAX)
		return ERR_LIMIT;
	kept = (struct str_list){ ARENA_ARRAY(arena, struct str, account.also_known_as.count + 1), 0 };
	for (size_t i = 0; i < account.also_known_as.count; i++)
		if (!str_eq(account.also_known_as.items[i], uri))
			kept.items[kept.count++] = account.also_known_as.items[i];
	if (add)
		kept.items[kept.count++] = uri;
	account.also_known_as = kept;
	return put_and_tell(arena, txn, &account);
}

int act_aliases(struct arena *arena, struct txn *txn, uint64_t actor_id, const struct str_list *uris)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), actor_id, &account);

	if (r)
		return r;
	account.also_known_as = *uris;
	return put_and_tell(arena, txn, &account);
}

int act_move(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id)
{
	struct activity activity = {
		.type = AS_MOVE, .actor_id = actor_id, .object_kind = OBJECT_URI, .object_id = actor_id,
	};
	int r = target_uri(arena, txn, actor_id, &activity.object_uri);

	if (!r)
		r = target_uri(arena, txn, target_id, &activity.target_uri);
	return r ? r : activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_unmove(struct arena *arena, struct txn *txn, uint64_t actor_id)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), actor_id, &account);

	if (!r && !account.moved_to.n)
		r = ERR_NOT_FOUND;
	if (r)
		return r;
	account.moved_to = STR_NONE;
	account.moved_id = 0;
	return put_and_tell(arena, txn, &account);
}

/* actors */

int act_update_actor(struct arena *arena, struct txn *txn, uint64_t actor_id)
{
	struct activity activity = { .type = AS_UPDATE, .actor_id = actor_id, .object_kind = OBJECT_ACTOR };

	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}

int act_delete_actor(struct arena *arena, struct txn *txn, uint64_t actor_id)
{
	struct activity activity = { .type = AS_DELETE, .actor_id = actor_id, .object_kind = OBJECT_ACTOR };

	return activity_apply(arena, txn, &activity, ORIGIN_LOCAL);
}
