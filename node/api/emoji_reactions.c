/*
 * Reactions with an emoji through the client API.
 */
#include "node/api/emoji_reactions.h"

#include "federation/apply.h"
#include "federation/emoji.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/status_views.h"
#include "storage/access.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/emojis.h"
#include "storage/keys.h"
#include "storage/posts.h"

struct reaction_call {
	uint64_t post_id;
	struct str emoji, url;
};

/* What is done to a boost is done to what it boosts. */
static int find_subject(struct call *call, struct view *view, uint64_t *ret_post_id)
{
	struct post post;
	int r = status_find(call, view, &post);

	if (!r)
		*ret_post_id = post.reblog_of_id ? post.reblog_of_id : post.id;
	return r;
}

/* What the path names: of a custom one the name, which some clients put between colons. */
static struct str asked_emoji(const struct call *call)
{
	struct str text = call_path_param(call, "emoji");

	return text.n > 2 && str_starts(text, STR(":")) && str_ends(text, STR(":")) ? str_sub(text, 1, text.n - 2) : text;
}

/* One that is given to the post already: of a foreign custom one only that says what it looks like. */
static bool is_given(struct call *call, struct view *view, struct reaction_call *state)
{
	struct emoji_reaction *reactions = NULL;
	size_t count = 0;

	emoji_reactions_list(call->arena, view, state->post_id, EMOJI_REACTIONS_SHOWN_MAX, &reactions, &count);
	for (size_t i = 0; i < count; i++)
		if (str_eq(reactions[i].emoji, state->emoji)) {
			state->url = reactions[i].emoji_url;
			return true;
		}
	return false;
}

static int read_reaction(struct call *call, struct view *view, struct reaction_call **ret_state)
{
	struct reaction_call *state = ARENA_NEW(call->arena, struct reaction_call);
	int r = find_subject(call, view, &state->post_id);

	state->emoji = asked_emoji(call);
	call->state = *ret_state = state;
	return r;
}

int api_emoji_react_check(struct call *call, struct view *view)
{
	struct reaction_call *state;
	struct emoji_shown shown;
	int r = read_reaction(call, view, &state);

	if (r || emoji_is_picture(state->emoji))
		return r;
	if (emojis_show(call->arena, view, state->emoji, &shown) == OK)
		state->url = shown.url;
	else if (str_find_char(state->emoji, '@') == SIZE_MAX || !is_given(call, view, state))
		return answer_refuse(call, "Validation failed: a reaction is one emoji");
	return OK;
}

/* What was given may be taken back, whatever became of the emoji. */
int api_emoji_unreact_check(struct call *call, struct view *view)
{
	struct reaction_call *state;
	struct emoji_shown shown;
	int r = read_reaction(call, view, &state);

	if (r || emoji_is_picture(state->emoji) || is_given(call, view, state) ||
	    emojis_show(call->arena, view, state->emoji, &shown) == OK)
		return r;
	return answer_refuse(call, "Validation failed: a reaction is one emoji");
}

int api_emoji_react_write(struct call *call, struct txn *txn)
{
	const struct reaction_call *state = call->state;
	int r = act_emoji_react(call->arena, txn, call->viewer.account_id, state->post_id, state->emoji,
	                        state->url);

	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: too many reactions") : r;
}

int api_emoji_unreact_write(struct call *call, struct txn *txn)
{
	const struct reaction_call *state = call->state;

	return act_emoji_unreact(call->arena, txn, call->viewer.account_id, state->post_id, state->emoji);
}

int api_emoji_react_show(struct call *call, struct view *view)
{
	const struct reaction_call *state = call->state;
	struct answer answer;
	struct post post;
	int r = access_post(call->arena, view, answer_beholder(call), state->post_id, &post);

	if (r)
		return r;
	answer_begin(&answer, call);
	r = entity_status(&answer.w, call->arena, view, call->viewer.account_id, &post);
	return answer_end(&answer, call, r);
}

void emoji_count_w(struct json_writer *w, const struct emoji_count *count)
{
	json_w_member_str(w, "name", count->emoji);
	json_w_member_u64(w, "count", count->count);
	json_w_member_bool(w, "me", count->me);
	if (count->url.n)
		json_w_member_str(w, "url", count->url);
	if (count->static_url.n)
		json_w_member_str(w, "static_url", count->static_url);
}

static int w_kind(struct json_writer *w, struct call *call, struct view *view, const struct emoji_count *kind,
                  const struct emoji_reaction *reactions, size_t count)
{
	struct id_list ids = { ARENA_ARRAY(call->arena, uint64_t, kind->count), 0 };
	int r;

	for (size_t i = 0; i < count && ids.count < kind->count; i++)
		if (emoji_same(reactions[i].emoji, kind->emoji) &&
		    !blocks_has(view, call->viewer.account_id, reactions[i].account_id))
			ids.ids[ids.count++] = reactions[i].account_id;
	json_w_object(w);
	emoji_count_w(w, kind);
	json_w_key(w, "accounts");
	r = entities_accounts(w, call->arena, view, &ids);
	json_w_object_end(w);
	return r;
}

int api_emoji_reactions(struct call *call, struct view *view)
{
	struct str wanted = asked_emoji(call);
	struct emoji_reaction *reactions = NULL;
	struct emoji_count *kinds = NULL;
	size_t kind_count = 0, count = 0;
	struct answer answer;
	uint64_t post_id;
	int r = find_subject(call, view, &post_id);

	if (!r)
		r = emoji_reactions_count(call->arena, view, post_id, call->viewer.account_id, &kinds, &kind_count);
	if (!r)
		r = emoji_reactions_list(call->arena, view, post_id, EMOJI_REACTIONS_SHOWN_MAX, &reactions, &count);
	if (r)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < kind_count && !r; i++)
		if (!wanted.n || emoji_same(kinds[i].emoji, wanted))
			r = w_kind(&answer.w, call, view, &kinds[i], reactions, count);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}
