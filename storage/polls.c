/*
 * Polls and votes. The counts stand in the poll, since those of another node's poll are what its author says. Reads:
 * any thread; puts: the writer.
 */
#include "storage/polls.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/fragment.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/record.h"

int polls_get(struct arena *arena, struct view *view, uint64_t post_id, struct poll *ret_poll)
{
	struct key key;
	int r = record_get(arena, view, SPACE_POLL, key_u64(&key, post_id), &poll_type, ret_poll);

	return r == OK && ret_poll->counts.count != ret_poll->options.count ? ERR_CORRUPT : r;
}

bool polls_over(const struct poll *poll, int64_t now_ms)
{
	return (poll->expires_ms && poll->expires_ms <= now_ms) || (poll->closed_ms && poll->closed_ms <= now_ms);
}

uint64_t polls_sum(const struct poll *poll)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < poll->counts.count; i++)
		sum += poll->counts.ids[i];
	return sum;
}

static int check_poll(const struct poll *poll)
{
	size_t bytes = 0;

	for (size_t i = 0; i < poll->options.count; i++)
		bytes += poll->options.items[i].n;
	if (poll->options.count > POLL_OPTIONS_MAX || bytes > POLL_BYTES_MAX)
		return ERR_LIMIT;
	return poll->options.count && poll->counts.count == poll->options.count ? OK : ERR_INVALID;
}

static int put_record(struct txn *txn, const struct poll *poll)
{
	struct key key;

	return record_put(txn, SPACE_POLL, key_u64(&key, poll->post_id), &poll_type, poll);
}

int polls_put(struct txn *txn, const struct poll *poll)
{
	struct arena *scratch;
	struct post post;
	struct key key;
	int r = check_poll(poll);

	if (r)
		return r;
	scratch = arena_new();
	r = posts_get(scratch, txn_view(txn), poll->post_id, &post);
	if (!r && post.reblog_of_id)
		r = ERR_INVALID;
	if (!r)
		r = put_record(txn, poll);
	if (!r)
		r = txn_put(txn, SPACE_POST_JSON, key_u64(&key, post.id), fragment_post(scratch, txn_view(txn), &post));
	arena_free(scratch);
	return r;
}

int polls_vote_get(struct arena *arena, struct view *view, uint64_t post_id, uint64_t account_id,
                   struct vote *ret_vote)
{
	struct key key;

	return record_get(arena, view, SPACE_VOTE, key_u64_u64(&key, post_id, account_id), &vote_type, ret_vote);
}

/* The vote with one choice more; its list has room for it. */
static int put_choice(struct arena *scratch, struct txn *txn, struct poll *poll, struct vote *vote, uint64_t choice)
{
	struct id_list choices = { ARENA_ARRAY(scratch, uint64_t, vote->choices.count + 1), 0 };
	bool first = vote->choices.count == 0;
	struct key key;
	struct str at = key_u64_u64(&key, vote->post_id, vote->account_id);

	for (size_t i = 0; i < vote->choices.count; i++)
		choices.ids[choices.count++] = vote->choices.ids[i];
	choices.ids[choices.count++] = choice;
	vote->choices = choices;
	record_put(txn, SPACE_VOTE, at, &vote_type, vote);
	if (first)
		index_put(txn, SPACE_VOTE, at, vote);
	poll->counts.ids[choice]++;
	poll->voters += first;
	return put_record(txn, poll);
}

int polls_vote(struct txn *txn, uint64_t post_id, uint64_t account_id, uint64_t choice)
{
	struct arena *scratch = arena_new();
	struct vote vote;
	struct poll poll;
	int r = polls_get(scratch, txn_view(txn), post_id, &poll);

	if (!r && choice >= poll.options.count)
		r = ERR_INVALID;
	if (!r) {
		r = polls_vote_get(scratch, txn_view(txn), post_id, account_id, &vote);
		if (r == ERR_NOT_FOUND) {
			vote = (struct vote){ .post_id = post_id, .account_id = account_id };
			r = OK;
		} else if (!r && (!poll.multiple || ids_have(&vote.choices, choice))) {
			r = ERR_EXISTS;
		}
	}
	if (!r)
		r = put_choice(scratch, txn, &poll, &vote, choice);
	arena_free(scratch);
	return r;
}

/* What was counted of a vote is no longer; of a poll that went with its post there is nothing to count. */
static int uncount(struct arena *scratch, struct txn *txn, const struct vote *vote)
{
	struct poll poll;
	int r = polls_get(scratch, txn_view(txn), vote->post_id, &poll);

	if (r)
		return r == ERR_NOT_FOUND ? OK : r;
	for (size_t i = 0; i < vote->choices.count; i++)
		if (vote->choices.ids[i] < poll.counts.count && poll.counts.ids[vote->choices.ids[i]])
			poll.counts.ids[vote->choices.ids[i]]--;
	if (poll.voters)
		poll.voters--;
	return put_record(txn, &poll);
}

int polls_vote_remove(struct txn *txn, uint64_t post_id, uint64_t account_id)
{
	struct arena *scratch = arena_new();
	struct vote vote;
	struct key key;
	struct str at = key_u64_u64(&key, post_id, account_id);
	int r = polls_vote_get(scratch, txn_view(txn), post_id, account_id, &vote);

	if (!r) {
		index_del(txn, SPACE_VOTE, at, &vote);
		txn_del(txn, SPACE_VOTE, at);
		r = uncount(scratch, txn, &vote);
	}
	arena_free(scratch);
	return r;
}

int polls_voters(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                 struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_VOTE, post_id, after, max, NULL, ret_ids);
}

int polls_voted(struct arena *arena, struct view *view, uint64_t account_id, size_t max, struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_VOTE_BY, account_id, 0, max, NULL, ret_ids);
}
