/*
 * Who is told about what happened. A notice for somebody who is not ours, or that is there already, is no notice
 * (storage/notices.h); so nothing here asks where an account lives. Writer thread.
 */
#include "federation/effects.h"

#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/conversations.h"
#include "storage/instance.h"
#include "storage/graph.h"
#include "storage/hushes.h"
#include "storage/ids.h"
#include "storage/jobs.h"
#include "storage/notice_policy.h"
#include "storage/notices.h"
#include "storage/posts.h"
#include "storage/quotes.h"
#include "storage/shuns.h"
#include "storage/silence.h"

enum { FOLLOWERS_PAGE = 500, BOOSTERS_MAX = 200, QUOTES_MAX = 200 };

/* Does somebody not want to hear of it? */
static bool is_silenced(struct view *view, uint64_t account_id, uint64_t actor_id, uint64_t post_id)
{
	struct post post;

	return blocks_has(view, actor_id, account_id) || shuns_notices(view, account_id, actor_id) ||
	       (post_id && posts_brief(view, post_id, &post) == OK &&
	        hushes_has(view, hushes_thread(view, &post), account_id));
}

static int tell(struct txn *txn, uint64_t account_id, uint8_t kind, uint64_t actor_id, uint64_t post_id)
{
	struct notice notice = {
		.account_id = account_id, .kind = kind, .actor_id = actor_id, .post_id = post_id,
		.created_ms = txn_now_ms(txn),
	};
	uint8_t verdict;
	int r;

	if (account_id == actor_id || is_silenced(txn_view(txn), account_id, actor_id, post_id))
		return OK;
	verdict = notice_policy_judge(txn_view(txn), &notice);
	if (verdict == NOTICES_DROP)
		return OK;
	notice.filtered = verdict == NOTICES_FILTER;
	r = notices_add(txn, &notice);
	return r == ERR_EXISTS ? OK : r;
}

/* Followers who want to hear of each post are found by a job: there may be many followers and few of those. */
static int tell_followers_later(struct apply *apply)
{
	const struct post *post = &apply->post;
	struct job job = { .kind = STR("notify"), .subject = post->id };
	struct account_stats stats;
	int r;

	if (post->visibility == VISIBILITY_DIRECT ||
	    (post->in_reply_to_uri.n && post->in_reply_to_account_id != post->account_id))
		return OK;
	r = accounts_stats_get(apply->view, post->account_id, &stats);
	if (r || !stats.followers)
		return r;
	return jobs_add(apply->txn, &job);
}

static int tell_mentioned(struct apply *apply)
{
	const struct post *post = &apply->post;
	int r = OK;

	for (size_t i = 0; i < post->mention_ids.count && !r; i++)
		r = tell(apply->txn, post->mention_ids.ids[i], NOTICE_MENTION, post->account_id, post->id);
	if (!r && post->visibility == VISIBILITY_DIRECT)
		r = conversations_add(apply->arena, apply->txn, post);
	if (!r && post->quote_id)
		r = effects_quoted(apply->txn, post->id);
	return r ? r : tell_followers_later(apply);
}

int effects_quoted(struct txn *txn, uint64_t quoting_id)
{
	struct view *view = txn_view(txn);
	struct post post, quoted;
	struct beholder author = { BEHOLDER_LOCAL, 0 };
	int r = posts_brief(view, quoting_id, &post);

	if (!r)
		r = posts_brief(view, post.quote_id, &quoted);
	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	author.account_id = quoted.account_id;
	if (!access_sees(view, author, &post))
		return OK;
	return tell(txn, quoted.account_id, NOTICE_QUOTE, post.account_id, post.id);
}

static int tell_target(struct apply *apply)
{
	uint8_t kind = apply->follow.state == FOLLOW_ACCEPTED ? NOTICE_FOLLOW : NOTICE_FOLLOW_REQUEST;

	if (apply->repeated)
		return OK;
	return tell(apply->txn, apply->target.id, kind, apply->actor.id, 0);
}

static int tell_author(struct apply *apply)
{
	if (apply->boosted.id)
		return tell(apply->txn, apply->boosted.account_id, NOTICE_REBLOG, apply->actor.id, apply->boosted.id);
	if (apply->activity->type == AS_EMOJI_REACT)
		return tell(apply->txn, apply->post.account_id, NOTICE_EMOJI_REACTION, apply->actor.id, apply->post.id);
	return tell(apply->txn, apply->post.account_id, NOTICE_FAVOURITE, apply->actor.id, apply->post.id);
}

/* Those of ours whose posts quote it: what they quote says something else now. */
static int tell_quoting(struct apply *apply)
{
	struct post_page quotes = { 0 };
	int r = quotes_ours(apply->arena, apply->view, apply->post.id, QUOTES_MAX, &quotes);

	for (size_t i = 0; i < quotes.count && !r; i++)
		if (quotes.posts[i].account_id != apply->post.account_id)
			r = tell(apply->txn, quotes.posts[i].account_id, NOTICE_QUOTED_UPDATE, apply->post.account_id,
			         quotes.posts[i].id);
	return r;
}

/* Who was mentioned before has heard of it, even if he put that notice away. */
static int tell_edited(struct apply *apply)
{
	const struct post *post = &apply->post;
	struct id_list boosters = { NULL, 0 };
	int r;

	if (apply->activity->totals)
		return OK;
	if (apply->news)
		return tell_mentioned(apply);
	r = posts_boosters(apply->arena, apply->view, post->id, 0, BOOSTERS_MAX, &boosters);
	for (size_t i = 0; i < post->mention_ids.count && !r; i++)
		if (!ids_have(&apply->told, post->mention_ids.ids[i]))
			r = tell(apply->txn, post->mention_ids.ids[i], NOTICE_MENTION, post->account_id, post->id);
	if (!r && post->visibility == VISIBILITY_DIRECT)
		r = conversations_add(apply->arena, apply->txn, post);
	for (size_t i = 0; i < boosters.count && !apply->repeated && !r; i++)
		r = tell(apply->txn, boosters.ids[i], NOTICE_UPDATE, post->account_id, post->id);
	return r || apply->repeated ? r : tell_quoting(apply);
}

int effects_run(struct apply *apply, enum notify notify)
{
	switch (notify) {
	case NOTIFY_NOBODY:
		return OK;
	case NOTIFY_MENTIONED:
		return tell_mentioned(apply);
	case NOTIFY_TARGET:
		return tell_target(apply);
	case NOTIFY_AUTHOR:
		return tell_author(apply);
	case NOTIFY_EDITED:
		return tell_edited(apply);
	}
	return OK;
}

int effects_notify_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct view *view = txn_view(txn);
	struct id_list followers;
	struct follow follow;
	struct post post;
	int r = posts_get(arena, view, job->subject, &post);

	*ret_more = false;
	if (r == OK)
		r = graph_followers(arena, view, post.account_id, job->cursor, FOLLOWERS_PAGE, &followers);
	if (r)
		return r == ERR_NOT_FOUND || r == ERR_GONE ? OK : r;
	for (size_t i = 0; i < followers.count && !r; i++)
		if (graph_follow_get(arena, view, followers.ids[i], post.account_id, &follow) == OK && follow.notify)
			r = tell(txn, followers.ids[i], NOTICE_STATUS, post.account_id, post.id);
	if (followers.count == FOLLOWERS_PAGE) {
		job->cursor = followers.ids[followers.count - 1];
		*ret_more = true;
	}
	return r;
}
