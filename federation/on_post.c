/*
 * Create, Update and Delete of posts. Writer thread.
 *
 * A post of another node is kept when it concerns somebody here; who wrote it and who may see it is fixed by its
 * first delivery, no later activity adds to either.
 */
#include "federation/on_post.h"

#include "federation/object.h"
#include "federation/on_poll.h"
#include "federation/on_quote.h"
#include "federation/policy.h"
#include "federation/url.h"
#include "federation/waiting.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/emoji_reactions.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/peers.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/reactions.h"

enum {
	PARENT_DEPTH_MAX = 3,    /* posts fetched up a thread that somebody answered */
	WITNESSES_MAX = 500,     /* of each kind */
	LATE_UPDATE_MS = DAY_MS, /* an Update of an unknown post older than this is no news */
};

/* Create */

static bool is_local(struct arena *arena, struct view *view, uint64_t account_id)
{
	struct account account;

	return accounts_get(arena, view, account_id, &account) == OK && !account.host.n;
}

/* Somebody here follows the author, is named, was answered, or the author is of our own group and speaks to all. */
static bool concerns_us(struct apply *apply, const struct post *post)
{
	struct id_list followers = { NULL, 0 };
	struct peer peer;

	if (post->in_reply_to_id)
		return true;
	if (post->visibility == VISIBILITY_PUBLIC &&
	    peers_by_url(apply->arena, apply->view, apply->actor.uri, &peer) == OK && peer.tier == PEER_GROUP)
		return true;
	for (size_t i = 0; i < post->mention_ids.count; i++)
		if (is_local(apply->arena, apply->view, post->mention_ids.ids[i]))
			return true;
	return post->visibility != VISIBILITY_DIRECT &&
	       graph_followers(apply->arena, apply->view, apply->actor.id, 0, 1, &followers) == OK && followers.count;
}

/* Does it quote a post of ours that its author sees? */
static bool quotes_ours(struct apply *apply, const struct post *post)
{
	struct beholder author = { BEHOLDER_REMOTE, apply->actor.id };
	struct post quoted;

	return post->quote_uri.n && instance_owns(apply->instance, post->quote_uri) &&
	       posts_by_uri(apply->arena, apply->view, post->quote_uri, &quoted) == OK && !quoted.remote &&
	       access_sees(apply->view, author, &quoted);
}

static bool is_gone(struct apply *apply, struct str uri)
{
	return posts_tombstone_get(apply->arena, apply->view, uri, NULL) == OK ||
	       activities_voided(apply->view, activity_name(apply->arena, uri, apply->actor.uri));
}

/* Only its address came, or an object that was not to be believed. */
static int need_object(struct apply *apply)
{
	struct activity *a = apply->activity;

	if (!url_same_origin(apply->arena, a->object_uri, a->actor_uri))
		return ERR_DENIED;
	a->need = a->object_uri;
	return NEED;
}

static int create_may_remote(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct str parent;
	uint64_t id;
	int r;

	if (instance_owns(apply->instance, a->object_uri))
		return ERR_DENIED;
	if (is_gone(apply, a->object_uri))
		return ERR_GONE;
	if (posts_id_by_uri(apply->view, a->object_uri, &id) == OK)
		return ERR_EXISTS;
	if (!a->draft)
		return need_object(apply);
	r = object_resolve(apply->arena, apply->view, a->draft, &parent);
	if (r)
		return r;
	apply->nothing = !concerns_us(apply, &a->draft->post) && !quotes_ours(apply, &a->draft->post);
	a->need = parent;
	return OK;
}

int create_may(struct apply *apply)
{
	struct beholder author = { BEHOLDER_LOCAL, apply->actor.id };
	struct post parent;
	const struct post *post;

	if (apply->origin == ORIGIN_REMOTE)
		return create_may_remote(apply);
	post = &apply->activity->draft->post;
	if (post->in_reply_to_id &&
	    access_post(apply->arena, apply->view, author, post->in_reply_to_id, &parent))
		return ERR_INVALID;
	return OK;
}

/* A job finds out whether it may quote what it says. When too much waits nobody does, and it shows a link. */
static int prove_quote(struct txn *txn, const struct post *post, bool alone)
{
	struct str uri = post->quote_stamp_uri.n ? post->quote_stamp_uri : post->quote_uri;
	struct job job = { .kind = STR("quote"), .subject = post->id, .argument = uri };

	if (alone || !post->quote_uri.n || post->quote_state || !waiting_has_room(txn_view(txn), uri))
		return OK;
	return jobs_add(txn, &job);
}

static int add_post(struct arena *arena, struct txn *txn, struct object_draft *draft)
{
	int64_t now_ms = txn_now_ms(txn);
	struct post *post = &draft->post;
	int r;

	post->created_ms = draft->published_ms && draft->published_ms < now_ms ? draft->published_ms : now_ms;
	if (post->edited_ms <= post->created_ms || post->edited_ms > now_ms)
		post->edited_ms = 0;
	post->id = posts_id_for(txn, post->created_ms);
	r = posts_add(txn, post);
	if (!r)
		r = txn_fail(txn, on_poll_put(arena, txn, draft));
	return r ? r : txn_fail(txn, prove_quote(txn, post, draft->alone));
}

int on_post_fetch_parent(struct arena *arena, struct txn *txn, struct str uri, uint64_t depth)
{
	struct job job = { .kind = STR("resolve"), .argument = uri, .cursor = depth };
	struct peer peer;

	if (!uri.n || depth > PARENT_DEPTH_MAX || policy_peer_by_url(arena, txn_view(txn), uri, &peer) ||
	    !waiting_has_room(txn_view(txn), uri))
		return OK;
	return jobs_add(txn, &job);
}

int create_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct object_draft *draft = a->draft;
	struct str parent = a->need;
	int r;

	if (apply->origin == ORIGIN_LOCAL) {
		r = posts_add(apply->txn, &draft->post);
		if (!r)
			r = txn_fail(apply->txn, on_poll_put(apply->arena, apply->txn, draft));
		if (!r)
			r = txn_fail(apply->txn, quote_made(apply->arena, apply->txn, &draft->post, a->hold_ms));
	} else {
		a->need = STR_NONE;
		r = add_post(apply->arena, apply->txn, draft);
		if (!r)
			r = txn_fail(apply->txn, on_post_fetch_parent(apply->arena, apply->txn, parent, 1));
	}
	apply->post = draft->post;
	a->object_id = draft->post.id;
	return r;
}

/* Update */

static void add_all(struct id_list *list, const struct id_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		list->ids[list->count++] = more->ids[i];
}

/* Who holds a copy though the audience does not name them: they answered, boosted or favoured it. */
static int find_witnesses(struct apply *apply)
{
	struct arena *arena = apply->arena;
	uint64_t post_id = apply->post.id;
	struct id_list answers = { NULL, 0 }, boosters = { NULL, 0 }, fans = { NULL, 0 };
	struct id_list *list = &apply->witnesses;
	struct emoji_reaction *reactions = NULL;
	size_t reaction_count = 0;
	struct id_list voters = { NULL, 0 };
	struct post answer;
	int r = posts_descendants(arena, apply->view, post_id, WITNESSES_MAX, &answers);

	if (!r)
		r = posts_boosters(arena, apply->view, post_id, 0, WITNESSES_MAX, &boosters);
	if (!r)
		r = favourites_accounts(arena, apply->view, post_id, 0, WITNESSES_MAX, &fans);
	if (!r)
		r = emoji_reactions_list(arena, apply->view, post_id, WITNESSES_MAX, &reactions, &reaction_count);
	if (!r)
		r = polls_voters(arena, apply->view, post_id, 0, WITNESSES_MAX, &voters);
	if (r)
		return r;
	list->ids = ARENA_ARRAY(arena, uint64_t, answers.count + boosters.count + fans.count + reaction_count + voters.count +
	                        apply->post.mention_ids.count);
	for (size_t i = 0; i < reaction_count; i++)
		list->ids[list->count++] = reactions[i].account_id;
	for (size_t i = 0; i < answers.count; i++)
		if (posts_get(arena, apply->view, answers.ids[i], &answer) == OK)
			list->ids[list->count++] = answer.account_id;
	add_all(list, &boosters);
	add_all(list, &fans);
	add_all(list, &voters);
	/* Whom an edit no longer mentions has the text that did. */
	add_all(list, &apply->post.mention_ids);
	return OK;
}

/* An Update that overtook its Create is the Create, unless it is old news. */
static int update_unknown(struct apply *apply)
{
	const struct activity *a = apply->activity;

	if (!a->draft || a->draft->published_ms < txn_now_ms(apply->txn) - LATE_UPDATE_MS) {
		apply->nothing = true;
		return OK;
	}
	apply->news = true;
	return create_may(apply);
}

static int update_may_remote(struct apply *apply)
{
	struct activity *a = apply->activity;
	int64_t edited_ms;
	struct str parent;
	int r = posts_by_uri(apply->arena, apply->view, a->object_uri, &apply->post);

	if (r == ERR_NOT_FOUND && is_gone(apply, a->object_uri))
		return ERR_GONE;
	if (r == ERR_NOT_FOUND)
		return update_unknown(apply);
	if (r)
		return r;
	if (apply->post.account_id != apply->actor.id || apply->post.reblog_of_id)
		return ERR_DENIED;
	if (!a->draft)
		return need_object(apply);
	if (a->updated_ms && a->updated_ms < apply->post.edited_ms)
		return ERR_EXISTS;
	/* What tells of no later text tells of votes. */
	edited_ms = a->draft->post.edited_ms ? a->draft->post.edited_ms : a->updated_ms;
	a->totals = a->draft->poll && edited_ms <= (apply->post.edited_ms ? apply->post.edited_ms : apply->post.created_ms);
	return object_resolve(apply->arena, apply->view, a->draft, &parent);
}

int update_may(struct apply *apply)
{
	struct activity *a = apply->activity;
	int r;

	if (apply->origin == ORIGIN_REMOTE)
		return update_may_remote(apply);
	r = posts_get(apply->arena, apply->view, a->object_id, &apply->post);
	if (r)
		return r;
	if (apply->post.account_id != apply->actor.id || apply->post.reblog_of_id)
		return ERR_DENIED;
	return find_witnesses(apply);
}

/* Of the new text only what an edit may change: never author, audience, place in the thread or address. false: it says
 * nothing else than before. */
static bool take_edit(struct post *post, const struct post *edit, int64_t edited_ms)
{
	bool changed = !str_eq(post->content, edit->content) || !str_eq(post->spoiler, edit->spoiler) ||
	               !str_eq(post->title, edit->title) || post->sensitive != edit->sensitive ||
	               !str_eq(post->attachments_json, edit->attachments_json);

	/* An edit back to the text that we have must still outrank the one between, should that come after it. */
	if (changed || edit->edited_ms > post->edited_ms)
		post->edited_ms = edited_ms;
	post->content = edit->content;
	post->source = edit->source;
	post->spoiler = edit->spoiler;
	post->title = edit->title;
	post->sensitive = edit->sensitive;
	post->language = edit->language;
	post->tags = edit->tags;
	post->mention_ids = edit->mention_ids;
	post->attachments_json = edit->attachments_json;
	post->media_ids = edit->media_ids;
	post->emojis_json = edit->emojis_json;
	post->quote_policy = edit->quote_policy;
	/* A stamp comes later, or is taken back: then it is proved anew. What is quoted stays what it was, and what the
	 * quoted author took back stays taken. */
	if (post->quote_uri.n && !str_eq(post->quote_stamp_uri, edit->quote_stamp_uri) &&
	    !(post->quote_state == QUOTE_REVOKED && post->quote_stamp_uri.n)) {
		if (edit->quote_stamp_uri.n)
			post->quote_state = 0;
		else if (post->quote_id)
			post->quote_state = QUOTE_REVOKED;
		post->quote_stamp_uri = edit->quote_stamp_uri;
		post->quote_id = 0;
	}
	return changed;
}

int update_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	int64_t now_ms = txn_now_ms(apply->txn);
	int64_t edited_ms = a->updated_ms;
	int r;

	if (apply->news)
		return create_apply(apply);
	apply->told = apply->post.mention_ids;
	if (a->totals) {
		struct poll *poll = a->draft->poll;

		a->draft->post = apply->post;
		a->object_id = apply->post.id;
		return poll ? on_poll_totals(apply->arena, apply->txn, a->draft) : OK;
	}
	/* The object says when its text became what it is, its Update only when that was last said. */
	if (apply->origin == ORIGIN_REMOTE && a->draft->post.edited_ms)
		edited_ms = a->draft->post.edited_ms;
	apply->repeated = !take_edit(&apply->post, &a->draft->post,
	                             edited_ms && edited_ms < now_ms ? edited_ms : now_ms);
	r = posts_update(apply->txn, &apply->post);
	if (!r && apply->origin == ORIGIN_REMOTE)
		r = txn_fail(apply->txn, prove_quote(apply->txn, &apply->post, false));
	a->draft->post = apply->post;
	a->object_id = apply->post.id;
	return r ? r : txn_fail(apply->txn, on_poll_put(apply->arena, apply->txn, a->draft));
}

int on_post_put(struct arena *arena, struct txn *txn, struct object_draft *draft)
{
	struct view *view = txn_view(txn);
	struct post stored;
	int r;

	if (instance_owns(instance_of(view), draft->post.uri))
		return ERR_DENIED;
	r = posts_by_uri(arena, view, draft->post.uri, &stored);
	if (r == ERR_NOT_FOUND)
		return add_post(arena, txn, draft);
	if (r)
		return r;
	if (stored.account_id != draft->post.account_id || stored.reblog_of_id)
		return ERR_DENIED;
	draft->post.id = stored.id;
	if (draft->post.edited_ms <= stored.edited_ms)
		return on_poll_totals(arena, txn, draft);
	take_edit(&stored, &draft->post, draft->post.edited_ms);
	r = posts_update(txn, &stored);
	if (!r)
		r = txn_fail(txn, prove_quote(txn, &stored, draft->alone));
	return r ? r : txn_fail(txn, on_poll_put(arena, txn, draft));
}

/* Delete */

int delete_may(struct apply *apply)
{
	struct activity *a = apply->activity;
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		r = posts_get(apply->arena, apply->view, a->object_id, &apply->post);
	else
		r = posts_by_uri(apply->arena, apply->view, a->object_uri, &apply->post);
	if (r == ERR_NOT_FOUND && apply->origin == ORIGIN_REMOTE) {
		if (!url_same_origin(apply->arena, a->object_uri, a->actor_uri))
			return ERR_DENIED;
		apply->unknown = true;
		return is_gone(apply, a->object_uri) ? ERR_GONE : OK;
	}
	if (r)
		return r;
	if (apply->post.account_id != apply->actor.id)
		return ERR_DENIED;
	return apply->origin == ORIGIN_LOCAL ? find_witnesses(apply) : OK;
}

int delete_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	bool more = false;
	int r;

	/* The Create may still be on its way. */
	if (apply->unknown)
		return activities_void(apply->txn, activity_name(apply->arena, a->object_uri, a->actor_uri));
	a->object_id = apply->post.id;
	a->object_uri = apply->post.uri;
	r = posts_delete(apply->txn, apply->post.id, &more);
	if (!r && more) {
		struct job job = { .kind = STR("purge_post"), .subject = apply->post.id };

		r = jobs_add(apply->txn, &job);
	}
	return r;
}
