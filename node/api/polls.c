/*
 * Polls through the client API.
 */
#include "node/api/polls.h"

#include "node/api/answer.h"
#include "node/api/batch.h"
#include "node/api/limits.h"
#include "node/api/status_views.h"
#include "storage/access.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/polls.h"
#include "storage/posts.h"

struct poll_call {
	uint64_t post_id;
	struct id_list choices;
};

/* --- the entity ------------------------------------------------------------------------------------------------- */

static void w_options(struct json_writer *w, const struct poll *poll, bool shown)
{
	json_w_key(w, "options");
	json_w_array(w);
	for (size_t i = 0; i < poll->options.count; i++) {
		json_w_object(w);
		json_w_member_str(w, "title", poll->options.items[i]);
		if (shown)
			json_w_member_u64(w, "votes_count", poll->counts.ids[i]);
		else
			json_w_member_null(w, "votes_count");
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

static void w_own(struct json_writer *w, bool is_author, const struct vote *vote)
{
	json_w_member_bool(w, "voted", is_author || vote);
	json_w_key(w, "own_votes");
	json_w_array(w);
	for (size_t i = 0; vote && i < vote->choices.count; i++)
		json_w_u64(w, vote->choices.ids[i]);
	json_w_array_end(w);
}

void poll_entity_w(struct json_writer *w, const struct poll *poll, struct str emojis, uint64_t author_id,
                   uint64_t viewer_id, const struct vote *vote)
{
	bool over = polls_over(poll, clock_now_ms());
	uint64_t sum = polls_sum(poll);

	json_w_object(w);
	json_w_member_id(w, "id", poll->post_id);
	json_w_member_date(w, "expires_at", poll->expires_ms);
	json_w_member_bool(w, "expired", over);
	json_w_member_bool(w, "multiple", poll->multiple);
	json_w_member_u64(w, "votes_count", sum);
	/* Some nodes do not tell how many people voted. */
	if (sum && !poll->voters)
		json_w_member_null(w, "voters_count");
	else
		json_w_member_u64(w, "voters_count", poll->voters);
	w_options(w, poll, over || !poll->hide_totals);
	json_w_member_raw(w, "emojis", emojis);
	if (viewer_id)
		w_own(w, viewer_id == author_id, vote);
	json_w_object_end(w);
}

/* --- asking ----------------------------------------------------------------------------------------------------- */

static int read_options(struct call *call, struct poll *poll)
{
	struct str *values;
	size_t count = call_param_list(call, "poll[options]", &values);

	if (count < 2)
		return answer_refuse(call, "Validation failed: Options must be more than one item");
	if (count > LIMIT_POLL_OPTIONS)
		return answer_refuse(call, "Validation failed: Options are too many");
	poll->options = (struct str_list){ values, count };
	poll->counts = (struct id_list){ ARENA_ARRAY(call->arena, uint64_t, count), count };
	for (size_t i = 0; i < count; i++) {
		poll->counts.ids[i] = 0;
		values[i] = str_trim(values[i]);
		if (!values[i].n || !utf8_valid(values[i]) || utf8_length(values[i]) > LIMIT_POLL_OPTION_CHARACTERS)
			return answer_refuse(call, "Validation failed: an option is empty or too long");
		for (size_t k = 0; k < i; k++)
			if (str_eq(values[i], values[k]))
				return answer_refuse(call, "Validation failed: Options contain duplicate items");
	}
	return OK;
}

int poll_read(struct call *call, struct post_draft *draft)
{
	struct str lasts = call_param(call, "poll[expires_in]");
	struct poll *poll;
	uint64_t seconds;
	struct str *values;
	int r;

	if (!call_param_list(call, "poll[options]", &values))
		return OK;
	poll = ARENA_NEW(call->arena, struct poll);
	*poll = (struct poll){
		.multiple = call_param_bool(call, "poll[multiple]", false),
		.hide_totals = call_param_bool(call, "poll[hide_totals]", false),
	};
	r = read_options(call, poll);
	if (r)
		return r;
	if (!str_to_u64(lasts, &seconds) || seconds < LIMIT_POLL_SECONDS_LOW || seconds > LIMIT_POLL_SECONDS_HIGH)
		return answer_refuse(call, "Validation failed: a poll lasts from 5 minutes to a month");
	draft->poll = poll;
	draft->poll_ms = (int64_t)seconds * SECOND_MS;
	return OK;
}

static bool asks_the_same(const struct call *call, const struct poll *poll, const struct str *values, size_t count)
{
	bool same = count == poll->options.count &&
	            call_param_bool(call, "poll[multiple]", poll->multiple) == poll->multiple;

	for (size_t i = 0; same && i < count; i++)
		same = str_eq(str_trim(values[i]), poll->options.items[i]);
	return same;
}

int poll_read_again(struct call *call, struct view *view, uint64_t post_id)
{
	struct str *values;
	size_t count = call_param_list(call, "poll[options]", &values);
	bool asked = false;
	struct poll poll;
	int r;

	for (size_t i = 0; i < count; i++)
		asked = asked || str_trim(values[i]).n;
	if (!asked)
		return OK;
	r = polls_get(call->arena, view, post_id, &poll);
	if (r == ERR_NOT_FOUND || (r == OK && !asks_the_same(call, &poll, values, count)))
		return answer_refuse(call, "Validation failed: a poll cannot be changed");
	return r;
}

/* --- answering -------------------------------------------------------------------------------------------------- */

int api_poll_check(struct call *call, struct view *view)
{
	struct poll_call *state = ARENA_NEW(call->arena, struct poll_call);
	struct post post;
	int r = status_find(call, view, &post);

	if (r)
		return r;
	*state = (struct poll_call){ .post_id = post.id };
	call->state = state;
	return OK;
}

int api_poll_vote_check(struct call *call, struct view *view)
{
	struct poll_call *state;
	struct str *values;
	size_t count = call_param_list(call, "choices", &values);
	int r = api_poll_check(call, view);

	if (r)
		return r;
	if (count > POLL_OPTIONS_MAX)
		return answer_refuse(call, "Validation failed: too many choices");
	state = call->state;
	state->choices.ids = ARENA_ARRAY(call->arena, uint64_t, count);
	for (size_t i = 0; i < count; i++) {
		uint64_t choice;

		if (!str_to_u64(values[i], &choice))
			return answer_refuse(call, "Validation failed: The chosen vote option does not exist");
		if (!ids_have(&state->choices, choice))
			state->choices.ids[state->choices.count++] = choice;
	}
	return OK;
}

int api_poll_vote_write(struct call *call, struct txn *txn)
{
	const struct poll_call *state = call->state;
	int r = act_vote(call->arena, txn, call->viewer.account_id, state->post_id, &state->choices);

	if (r == ERR_EXISTS)
		return answer_refuse(call, "Validation failed: You have already voted on this poll");
	if (r == ERR_DENIED)
		return answer_refuse(call, "Validation failed: The poll has already ended, or is your own");
	if (r == ERR_INVALID)
		return answer_refuse(call, "Validation failed: The chosen vote option does not exist");
	return r;
}

int api_poll_show(struct call *call, struct view *view)
{
	const struct poll_call *state = call->state;
	struct answer answer;
	struct batch batch;
	struct post post;
	struct poll poll;
	int r = access_post(call->arena, view, answer_beholder(call), state->post_id, &post);

	if (!r)
		r = polls_get(call->arena, view, post.id, &poll);
	if (r)
		return r;
	batch_init(&batch, call->arena, view, call->viewer.account_id);
	batch_add_post(&batch, &post);
	r = batch_load(&batch);
	if (!r && !batch_has_status(&batch, post.id))
		r = ERR_NOT_FOUND;
	if (r)
		return r;
	answer_begin(&answer, call);
	batch_w_poll(&batch, &answer.w, post.id);
	return answer_end(&answer, call, OK);
}
