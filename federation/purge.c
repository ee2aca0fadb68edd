/*
 * What an account or a post that ended leaves behind. Writer thread; each run removes a page, so that nobody's write
 * waits for long behind it.
 */
#include "federation/purge.h"

#include "storage/accounts.h"
#include "storage/announcements.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/bookmarks.h"
#include "storage/email_links.h"
#include "storage/emoji_reactions.h"
#include "storage/filters.h"
#include "storage/graph.h"
#include "storage/hushes.h"
#include "storage/imports.h"
#include "storage/invitations.h"
#include "storage/jobs.h"
#include "storage/lists.h"
#include "storage/mails.h"
#include "storage/media.h"
#include "storage/named.h"
#include "storage/notice_requests.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/receipts.h"
#include "storage/scheduled.h"
#include "storage/ties.h"

enum {
	POSTS_PAGE = 20,         /* each is some twenty puts, or hundreds when many reacted to it */
	FAVOURITES_PAGE = 100,
	FOLLOWS_PAGE = 100,
	BLOCKS_PAGE = 100,
	KEPT_PAGE = 200,
	KEY_KEPT_DAYS = 30,      /* as long as a Delete is tried (federation/fanout.c) */
	CURSOR_KEY = 1,          /* job->cursor: only the key is left */
};

static int purge_posts(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct id_list ids = { NULL, 0 };
	int r = posts_of_author(arena, txn_view(txn), account_id, 0, POSTS_PAGE, &ids);

	for (size_t i = 0; i < ids.count && !r; i++) {
		struct job rest = { .kind = STR("purge_post"), .subject = ids.ids[i] };
		bool more = false;

		r = posts_delete(txn, ids.ids[i], &more);
		/* Its end is that of its author. */
		if (!r)
			r = receipts_drop(txn, ids.ids[i]);
		/* One's boost of one's own post went with it. */
		if (r == ERR_NOT_FOUND)
			r = OK;
		if (!r && more)
			r = jobs_add(txn, &rest);
	}
	*ret_more = ids.count > 0;
	return r;
}

static int purge_favourites(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct id_list posts = { NULL, 0 };
	int r = favourites_of(arena, txn_view(txn), account_id, FAVOURITES_PAGE, &posts);

	for (size_t i = 0; i < posts.count && !r; i++) {
		struct post post;

		r = favourites_remove(txn, posts.ids[i], account_id);
		if (!r && posts_brief(txn_view(txn), posts.ids[i], &post) == OK)
			r = notices_remove(txn, post.account_id, NOTICE_FAVOURITE, account_id, post.id);
	}
	*ret_more = posts.count > 0;
	return r;
}

static int purge_emoji_reactions(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct emoji_reaction *reactions = NULL;
	struct post post;
	size_t count = 0;
	int r = emoji_reactions_of(arena, txn_view(txn), account_id, FAVOURITES_PAGE, &reactions, &count);

	for (size_t i = 0; i < count && !r; i++) {
		r = emoji_reactions_remove(txn, reactions[i].post_id, reactions[i].id);
		if (!r && posts_brief(txn_view(txn), reactions[i].post_id, &post) == OK)
			r = notices_remove(txn, post.account_id, NOTICE_EMOJI_REACTION, account_id, post.id);
	}
	*ret_more = count > 0;
	return r;
}

static int purge_votes(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct id_list posts = { NULL, 0 };
	int r = polls_voted(arena, txn_view(txn), account_id, FAVOURITES_PAGE, &posts);

	for (size_t i = 0; i < posts.count && !r; i++)
		r = polls_vote_remove(txn, posts.ids[i], account_id);
	*ret_more = posts.count > 0;
	return r;
}

static int purge_media(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct id_list ids = { NULL, 0 };
	int r = media_of_account(arena, txn_view(txn), account_id, FAVOURITES_PAGE, &ids);

	for (size_t i = 0; i < ids.count && !r; i++)
		r = media_delete(txn, ids.ids[i]);
	*ret_more = ids.count > 0;
	return r;
}

static int purge_follows(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct view *view = txn_view(txn);
	struct id_list following = { NULL, 0 }, followers = { NULL, 0 }, requests = { NULL, 0 };
	int r = graph_following(arena, view, account_id, 0, FOLLOWS_PAGE, &following);

	if (!r)
		r = graph_followers(arena, view, account_id, 0, FOLLOWS_PAGE, &followers);
	if (!r)
		r = graph_requests(arena, view, account_id, 0, FOLLOWS_PAGE, &requests);
	for (size_t i = 0; i < following.count && !r; i++)
		r = graph_follow_delete(txn, account_id, following.ids[i]);
	for (size_t i = 0; i < followers.count && !r; i++)
		r = graph_follow_delete(txn, followers.ids[i], account_id);
	for (size_t i = 0; i < requests.count && !r; i++)
		r = graph_follow_delete(txn, requests.ids[i], account_id);
	*ret_more = following.count || followers.count || requests.count;
	return r;
}

static int purge_blocks(struct arena *arena, struct txn *txn, uint64_t account_id, bool *ret_more)
{
	struct id_list blocked = { NULL, 0 }, blockers = { NULL, 0 };
	int r = blocks_of(arena, txn_view(txn), account_id, 0, BLOCKS_PAGE, &blocked);

	if (!r)
		r = blocks_against(arena, txn_view(txn), account_id, 0, BLOCKS_PAGE, &blockers);
	for (size_t i = 0; i < blocked.count && !r; i++)
		r = blocks_delete(txn, account_id, blocked.ids[i]);
	for (size_t i = 0; i < blockers.count && !r; i++)
		r = blocks_delete(txn, blockers.ids[i], account_id);
	*ret_more = blocked.count || blockers.count;
	return r;
}

/* What it kept for itself, and what others kept about it. */
static int purge_kept(struct txn *txn, uint64_t account_id, bool *ret_more)
{
	static int (*const purges[])(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more) = {
		bookmarks_purge, hushes_purge, ties_purge, lists_purge, named_purge,
		filters_purge, notice_requests_purge, scheduled_purge, announcements_purge, imports_purge, mails_purge,
		invitations_purge, email_links_purge,
	};
	int r = OK;

	*ret_more = false;
	for (size_t i = 0; i < sizeof(purges) / sizeof(purges[0]) && !r && !*ret_more; i++)
		r = purges[i](txn, account_id, KEPT_PAGE, ret_more);
	return r;
}

/* The key of one of ours still signs what is on its way. */
static int drop_key_later(struct arena *arena, struct txn *txn, uint64_t account_id)
{
	struct job job = {
		.kind = STR("purge_account"), .subject = account_id, .cursor = CURSOR_KEY,
		.due_ms = txn_now_ms(txn) + (int64_t)KEY_KEPT_DAYS * DAY_MS,
	};
	struct str pem;
	int r = accounts_private_key_get(arena, txn_view(txn), account_id, &pem);

	return r ? (r == ERR_NOT_FOUND ? OK : r) : jobs_add(txn, &job);
}

int purge_account_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	bool more = false;
	int r;

	*ret_more = false;
	if (job->cursor == CURSOR_KEY)
		return accounts_delete(txn, job->subject);
	r = purge_posts(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_media(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_favourites(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_emoji_reactions(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_votes(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_follows(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_blocks(arena, txn, job->subject, &more);
	if (!r && !more)
		r = purge_kept(txn, job->subject, &more);
	if (!r && !more)
		r = drop_key_later(arena, txn, job->subject);
	*ret_more = more;
	return r;
}

int purge_post_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	int r = posts_delete(txn, job->subject, ret_more);

	(void)arena;
	return r == ERR_NOT_FOUND ? OK : r;
}

int purge_peer_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	int r = peers_delete(txn, job->subject, ret_more);

	(void)arena;
	return r == ERR_NOT_FOUND ? OK : r;
}
