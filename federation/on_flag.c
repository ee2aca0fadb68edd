/*
 * Flag: a report from another node is kept; one of ours was kept before it is sent. Writer thread.
 *
 * Only what is ours and what the sender may see counts, so that a report is no way to ask whether a post is there.
 */
#include "federation/on_flag.h"

#include "federation/staff.h"
#include "federation/url.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/receipts.h"
#include "storage/reports.h"

enum { MENTIONS_LOOKED_AT = 50 };  /* of one post */

/* An instance actor speaks for its node, not for a person. */
static struct beholder sender_of(const struct apply *apply)
{
	struct beholder beholder = { BEHOLDER_REMOTE, apply->actor.id };

	if (apply->actor.kind == ACCOUNT_APPLICATION)
		beholder = (struct beholder){ BEHOLDER_PEER, 0 };
	return beholder;
}

/* Somebody there who is mentioned in it may see it. */
static bool is_for_one_of(const struct apply *apply, const struct post *post)
{
	struct account account;

	for (size_t i = 0; i < post->mention_ids.count && i < MENTIONS_LOOKED_AT; i++) {
		struct beholder beholder = { BEHOLDER_REMOTE, post->mention_ids.ids[i] };

		if (accounts_get(apply->arena, apply->view, beholder.account_id, &account) == OK && account.host.n &&
		    url_same_origin(apply->arena, account.uri, apply->actor.uri) &&
		    access_sees(apply->view, beholder, post))
			return true;
	}
	return false;
}

/* A node speaks for people whom it does not name: what it was sent for its followers, or for one of them, it may report. */
static bool was_sent_there(const struct apply *apply, const struct post *post)
{
	struct id_list peers;
	struct peer peer;

	if (apply->actor.kind != ACCOUNT_APPLICATION)
		return false;
	if (is_for_one_of(apply, post))
		return true;
	return post->visibility == VISIBILITY_FOLLOWERS &&
	       peers_by_url(apply->arena, apply->view, apply->actor.uri, &peer) == OK &&
	       receipts_of(apply->arena, apply->view, post->id, &peers) == OK && ids_have(&peers, peer.id);
}

/* Keeps the ids of the posts among the objects that are ours and seen; of others nothing is said. */
static void find_posts(struct apply *apply)
{
	const struct str_list *uris = &apply->activity->object_uris;
	struct id_list *ids = &apply->flagged;
	struct post post;

	*ids = (struct id_list){ ARENA_ARRAY(apply->arena, uint64_t, uris->count), 0 };
	for (size_t i = 0; i < uris->count; i++) {
		if (posts_by_uri(apply->arena, apply->view, uris->items[i], &post) || post.remote ||
		    (!access_sees(apply->view, sender_of(apply), &post) && !was_sent_there(apply, &post)))
			continue;
		if (!apply->target.id && accounts_get(apply->arena, apply->view, post.account_id, &apply->target))
			continue;
		if (post.account_id == apply->target.id && !ids_have(ids, post.id))
			ids->ids[ids->count++] = post.id;
	}
}

static bool is_reportable(const struct account *account)
{
	return !account->host.n && !account->deleted && account->kind != ACCOUNT_APPLICATION;
}

/* The first account of ours among the objects, or else the author of the first post. */
static int find_reported(struct apply *apply)
{
	const struct str_list *uris = &apply->activity->object_uris;
	struct account account;

	for (size_t i = 0; i < uris->count && !apply->target.id; i++)
		if (accounts_by_uri(apply->arena, apply->view, uris->items[i], &account) == OK && is_reportable(&account))
			apply->target = account;
	find_posts(apply);
	return apply->target.id ? OK : ERR_NOT_FOUND;
}

int flag_may(struct apply *apply)
{
	if (apply->origin == ORIGIN_REMOTE)
		return find_reported(apply);
	return accounts_by_uri(apply->arena, apply->view, apply->activity->object_uris.items[0], &apply->target);
}

int flag_apply(struct apply *apply)
{
	struct report report = {
		.reporter_id = apply->actor.id, .target_id = apply->target.id, .post_ids = apply->flagged,
		.comment = apply->activity->content, .category = STR("other"),
	};
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		return OK;
	r = reports_add(apply->txn, &report);
	if (!r)
		r = staff_reported(apply->txn, report.id);
	/* A peer is not asked to try again. */
	return r == ERR_LIMIT ? ERR_DENIED : r;
}
