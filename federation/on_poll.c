/*
 * Votes, totals and the end of polls. Writer thread.
 *
 * A vote is told to nobody but the poll's author: peers hear of totals, gathered for some minutes.
 */
#include "federation/on_poll.h"

#include "federation/on_react.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/jobs.h"
#include "storage/notices.h"
#include "storage/polls.h"
#include "storage/posts.h"

enum {
	UPDATE_AFTER_MS = 150 * SECOND_MS,  /* so long votes gather before peers are told */
	VOTERS_PAGE = 500,
};

/* votes */

/* Of others' nodes come votes on polls of ours only. */
int vote_may(struct apply *apply)
{
	const struct activity *a = apply->activity;
	struct poll poll;
	int r = react_find_post(apply, a->object_uri, a->object_id, &apply->post);

	if (!r)
		r = polls_get(apply->arena, apply->view, apply->post.id, &poll);
	if (apply->origin == ORIGIN_REMOTE && (r == ERR_NOT_FOUND || r == ERR_GONE || (!r && apply->post.remote))) {
		apply->nothing = true;
		return OK;
	}
	if (r)
		return r;
	if (apply->post.account_id == apply->actor.id || polls_over(&poll, txn_now_ms(apply->txn)) ||
	    blocks_between(apply->view, apply->post.account_id, apply->actor.id))
		return ERR_DENIED;
	return OK;
}

/* The author's node is asked to say at the end what became of it; here the voters of ours are told. */
static int add_end(struct txn *txn, const struct poll *poll)
{
	struct job job = { .kind = STR("poll_end"), .subject = poll->post_id, .due_ms = poll->expires_ms };
	struct poll changed = *poll;
	int r;

	if (poll->told || !poll->expires_ms)
		return OK;
	changed.told = true;
	r = jobs_add(txn, &job);
	return r ? r : polls_put(txn, &changed);
}

static int add_update(struct txn *txn, const struct poll *poll)
{
	struct job job = {
		.kind = STR("poll_update"), .subject = poll->post_id, .due_ms = txn_now_ms(txn) + UPDATE_AFTER_MS,
	};
	struct poll changed = *poll;
	int r;

	if (poll->pending)
		return OK;
	changed.pending = true;
	r = jobs_add(txn, &job);
	return r ? r : polls_put(txn, &changed);
}

static size_t choice_of(const struct poll *poll, struct str name)
{
	size_t i = 0;

	while (i < poll->options.count && !str_eq(poll->options.items[i], name))
		i++;
	return i;
}

/* What was voted already, or is not offered, has no effect. */
int vote_apply(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct poll poll;
	int r = polls_get(apply->arena, apply->view, apply->post.id, &poll);

	for (size_t i = 0; i < a->votes.count && !r; i++) {
		size_t choice = choice_of(&poll, a->votes.items[i]);

		r = polls_vote(apply->txn, apply->post.id, apply->actor.id, choice);
		if (apply->origin == ORIGIN_REMOTE && (r == ERR_EXISTS || r == ERR_INVALID))
			r = OK;
	}
	a->object_uri = apply->post.uri;
	a->object_id = apply->post.id;
	if (!r)
		r = polls_get(apply->arena, apply->view, apply->post.id, &poll);
	if (r)
		return r;
	return apply->post.remote ? add_end(apply->txn, &poll) : add_update(apply->txn, &poll);
}

/* what is asked */

static bool same_options(const struct poll *a, const struct poll *b)
{
	if (a->options.count != b->options.count || a->multiple != b->multiple)
		return false;
	for (size_t i = 0; i < a->options.count; i++)
		if (!str_eq(a->options.items[i], b->options.items[i]))
			return false;
	return true;
}

static int drop_votes(struct arena *arena, struct txn *txn, uint64_t post_id)
{
	struct id_list voters = { NULL, 0 };
	int r;

	do {
		r = polls_voters(arena, txn_view(txn), post_id, 0, VOTERS_PAGE, &voters);
		for (size_t i = 0; i < voters.count && !r; i++)
			r = polls_vote_remove(txn, post_id, voters.ids[i]);
	} while (!r && voters.count == VOTERS_PAGE);
	return r;
}

int on_poll_totals(struct arena *arena, struct txn *txn, const struct object_draft *draft)
{
	struct poll poll, known;
	int r;

	if (!draft->poll)
		return OK;
	r = polls_get(arena, txn_view(txn), draft->post.id, &known);
	if (r || !same_options(&known, draft->poll))
		return r == ERR_NOT_FOUND ? OK : r;
	poll = known;
	poll.counts = draft->poll->counts;
	poll.voters = draft->poll->voters;
	poll.closed_ms = draft->poll->closed_ms;
	poll.expires_ms = draft->poll->expires_ms;
	return polls_put(txn, &poll);
}

int on_poll_put(struct arena *arena, struct txn *txn, const struct object_draft *draft)
{
	struct poll poll, known;
	int r;

	if (!draft->poll)
		return OK;
	r = polls_get(arena, txn_view(txn), draft->post.id, &known);
	if (r == OK && same_options(&known, draft->poll))
		return on_poll_totals(arena, txn, draft);
	if (r == OK)
		r = drop_votes(arena, txn, draft->post.id);
	if (r && r != ERR_NOT_FOUND)
		return r;
	poll = *draft->poll;
	poll.post_id = draft->post.id;
	r = polls_put(txn, &poll);
	return r || draft->post.remote ? r : add_end(txn, &poll);
}

/* jobs */

static int send_totals(struct arena *arena, struct txn *txn, const struct post *post)
{
	struct object_draft object = { .post = *post };
	struct activity activity = {
		.type = AS_UPDATE, .actor_id = post->account_id, .object_kind = OBJECT_POST, .object_id = post->id,
		.draft = &object, .totals = true,
	};
	int r = activity_apply(arena, txn, &activity, ORIGIN_LOCAL);

	/* The author may be about to go. */
	return r == ERR_DENIED || r == ERR_GONE || r == ERR_NOT_FOUND ? OK : r;
}

static int find_poll(struct arena *arena, struct txn *txn, uint64_t post_id, struct post *post, struct poll *poll)
{
	int r = posts_get(arena, txn_view(txn), post_id, post);

	return r ? r : polls_get(arena, txn_view(txn), post_id, poll);
}

int poll_update_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct post post;
	struct poll poll;
	int r = find_poll(arena, txn, job->subject, &post, &poll);

	*ret_more = false;
	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	poll.pending = false;
	r = polls_put(txn, &poll);
	/* The end tells it all. */
	return r || polls_over(&poll, txn_now_ms(txn)) ? r : send_totals(arena, txn, &post);
}

static int tell_end(struct txn *txn, const struct post *post, uint64_t account_id)
{
	struct notice notice = {
		.account_id = account_id, .kind = NOTICE_POLL, .actor_id = post->account_id, .post_id = post->id,
		.created_ms = txn_now_ms(txn),
	};
	int r;

	if (blocks_between(txn_view(txn), account_id, post->account_id))
		return OK;
	r = notices_add(txn, &notice);
	return r == ERR_EXISTS ? OK : r;
}

int poll_end_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct id_list voters = { NULL, 0 };
	struct post post;
	struct poll poll;
	int r = find_poll(arena, txn, job->subject, &post, &poll);

	*ret_more = false;
	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	if (!polls_over(&poll, txn_now_ms(txn))) {  /* its author gave it more time */
		poll.told = false;
		return add_end(txn, &poll);
	}
	if (!job->cursor)
		r = tell_end(txn, &post, post.account_id);
	if (!r && !job->cursor && !post.remote)
		r = send_totals(arena, txn, &post);
	if (!r)
		r = polls_voters(arena, txn_view(txn), post.id, job->cursor, VOTERS_PAGE, &voters);
	for (size_t i = 0; i < voters.count && !r; i++)
		r = tell_end(txn, &post, voters.ids[i]);
	if (!r && voters.count == VOTERS_PAGE) {
		job->cursor = voters.ids[voters.count - 1];
		*ret_more = true;
	}
	return r;
}
