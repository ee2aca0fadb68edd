/*
 * What people do with posts. What they typed is checked here, in the check stage; what may be done is asked by
 * federation/apply.h, in the write.
 */
#include "node/api/statuses.h"

#include "federation/compose.h"
#include "federation/text.h"
#include "node/api/answer.h"
#include "node/api/batch.h"
#include "node/api/entities.h"
#include "node/api/limits.h"
#include "node/api/media.h"
#include "node/api/polls.h"
#include "node/api/quotes.h"
#include "node/api/scheduled.h"
#include "node/api/status_views.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/media.h"
#include "storage/pins.h"
#include "storage/posts.h"
#include "storage/quotes.h"
#include "storage/tokens.h"
#include "storage/users.h"

enum { HOLD_SECONDS_MAX = 60 };

/* From stage to stage. */
struct status_call {
	struct post_draft draft;
	struct str_list unknown;         /* mentions to be fetched */
	struct str idempotency_key;
	uint64_t subject_id;             /* the post that is edited, deleted, favoured, boosted */
	uint64_t post_id;                /* what the show stage shows */
	int64_t at_ms;                   /* when it is to appear; 0: now */
	uint8_t boost_visibility;        /* enum visibility; 0: as the person posts */
};

static struct status_call *state_of(struct call *call)
{
	if (!call->state)
		call->state = ARENA_NEW(call->arena, struct status_call);
	return call->state;
}

/* --- what was typed --------------------------------------------------------------------------------------------- */

/* Who asks for a hold that we cannot give, or for a post that stays here, must not find it published. */
static int read_reach(struct call *call)
{
	struct str hold = call_param(call, "hold_seconds");
	uint64_t seconds;

	if (hold.n && (!str_to_u64(hold, &seconds) || seconds > HOLD_SECONDS_MAX))
		return answer_refuse(call, "hold_seconds is a number from 0 to 60");
	if (call_param_bool(call, "local_only", false) || !call_param_bool(call, "federated", true))
		return answer_refuse(call, "Validation failed: local_only is not known here: posts go where their visibility says");
	return OK;
}

/* A language tag, or `fallback` for anything else: clients send all sorts of things, and it is only a hint. */
static struct str read_language(const struct call *call, struct str fallback)
{
	struct str tag = call_param(call, "language");

	return language_tag_valid(tag) ? tag : fallback;
}

/* As clients count, which the instance documents tell how; beyond several times `max` nothing is looked at. */
static size_t count_characters(struct call *call, const struct post_draft *draft, uint64_t max)
{
	enum { TYPED_PER_COUNTED_MAX = 4 };
	size_t warning = utf8_length(draft->spoiler), typed = utf8_length(draft->text);

	if (typed > TYPED_PER_COUNTED_MAX * max)
		return typed;
	return warning + text_length(call->arena, draft->text, LIMIT_URL_CHARACTERS);
}

/* Text, warning and marks; `draft` comes with what holds when a parameter is absent. */
static int read_words(struct call *call, struct post_draft *draft)
{
	uint64_t max = call->node->config->limits_post_characters;
	struct str text = call_param(call, "status"), spoiler = call_param(call, "spoiler_text");

	if (text.p)
		draft->text = text;
	if (spoiler.p)
		draft->spoiler = str_trim(spoiler);
	/* A warning with nothing behind it is the text. */
	if (!str_trim(draft->text).n && str_trim(spoiler).n) {
		draft->text = draft->spoiler;
		draft->spoiler = STR_NONE;
	}
	if (!str_trim(draft->text).n && !draft->poll && !draft->quote_id && !draft->media_ids.count)
		return answer_refuse(call, "Validation failed: Text can't be blank");
	if (!utf8_valid(draft->text) || !utf8_valid(draft->spoiler))
		return answer_refuse(call, "Validation failed: Text is not UTF-8");
	if (count_characters(call, draft, max) > max)
		return call_fail_status(call, ERR_INVALID, 422, NULL,
		                        "Validation failed: Text character limit of %llu exceeded",
		                        (unsigned long long)max);
	draft->sensitive = call_param_bool(call, "sensitive", draft->sensitive) || draft->spoiler.n;
	draft->language = read_language(call, draft->language);
	return OK;
}

static int read_visibility(struct call *call, const char *name, uint8_t *visibility)
{
	struct str text = call_param(call, name);

	if (!text.n)
		return OK;
	*visibility = visibility_parse(text);
	return *visibility ? OK : answer_refuse(call, "Validation failed: Visibility is not included in the list");
}

static int read_parent(struct call *call, struct view *view, struct post_draft *draft)
{
	struct str text = call_param(call, "in_reply_to_id");
	struct post parent;

	if (!text.n)
		return OK;
	draft->in_reply_to_id = call_param_id(call, "in_reply_to_id");
	return draft->in_reply_to_id
	       ? access_post(call->arena, view, answer_beholder(call), draft->in_reply_to_id, &parent)
	       : ERR_NOT_FOUND;
}

/* What may not be quoted is refused before anything is looked up, and once more in the write. */
static int refuse_quote(struct call *call)
{
	return call_fail_status(call, ERR_INVALID, 422, "quote_denied", "Validation failed: this post may not be quoted");
}

static int read_quote(struct call *call, struct view *view, struct post_draft *draft)
{
	struct post quoted;
	int r = quote_read_policy(call, &draft->quote_policy);

	if (r != OK || !call_param(call, "quoted_status_id").n)
		return r;
	draft->quote_id = call_param_id(call, "quoted_status_id");
	r = draft->quote_id ? access_post(call->arena, view, answer_beholder(call), draft->quote_id, &quoted)
	                    : ERR_NOT_FOUND;
	if (r == OK && quoted.reblog_of_id)
		r = access_post(call->arena, view, answer_beholder(call), quoted.reblog_of_id, &quoted);
	if (r == OK && quotes_may(view, &quoted, call->viewer.account_id) == QUOTE_DENIED)
		return refuse_quote(call);
	return r;
}

static int read_new_post(struct call *call, struct view *view, struct post_draft *draft)
{
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	if (r != OK)
		return r;
	*draft = (struct post_draft){
		.visibility = user.default_visibility ? user.default_visibility : VISIBILITY_PUBLIC,
		.sensitive = user.default_sensitive,
		.language = user.default_language,
		.quote_policy = user.default_quote_policy,
		.app_id = call->viewer.app_id,
		.hold_ms = (int64_t)call_param_u64(call, "hold_seconds", 0, 0, HOLD_SECONDS_MAX) * SECOND_MS,
	};
	r = read_reach(call);
	if (r == OK)
		r = poll_read(call, draft);
	if (r == OK)
		r = media_read_draft(call, draft);
	if (r == OK)
		r = read_quote(call, view, draft);
	if (r == OK)
		r = read_words(call, draft);
	if (r == OK)
		r = read_visibility(call, "visibility", &draft->visibility);
	return r == OK ? read_parent(call, view, draft) : r;
}

/* Mentions known here; the others make the work stage necessary. */
static int look_up_mentions(struct call *call, struct view *view)
{
	struct status_call *state = state_of(call);
	int r = compose_look_up(call->arena, view, &state->draft, &state->unknown);

	return r == OK && !state->unknown.count ? CALL_SKIP_WORK : r;
}

int api_status_work(struct call *call)
{
	struct status_call *state = state_of(call);
	const struct node *node = call->node;
	struct view *view;
	int r;

	r = compose_resolve(&node->federation, call->arena, node->store, node->writer, &state->unknown);
	if (r == OK)
		r = view_begin(node->store, &view);
	if (r != OK)
		return r;
	r = compose_look_up(call->arena, view, &state->draft, &state->unknown);
	view_end(view);
	return r;
}

/* --- new posts -------------------------------------------------------------------------------------------------- */

int api_status_check(struct call *call, struct view *view)
{
	struct status_call *state = state_of(call);
	int r = scheduled_read_time(call, &state->at_ms);

	if (r == OK)
		r = read_new_post(call, view, &state->draft);
	if (r != OK)
		return r;
	state->idempotency_key = str_sub(str_trim(call_request_header(call, "Idempotency-Key")), 0,
	                                 LIMIT_IDEMPOTENCY_KEY_BYTES);
	return look_up_mentions(call, view);
}

/* Asked in the write, so that two at once make one post. */
int api_status_write(struct call *call, struct txn *txn)
{
	struct status_call *state = state_of(call);
	struct str key = state->idempotency_key;
	uint64_t author_id = call->viewer.account_id;
	int r;

	if (key.n && idempotency_get(txn_view(txn), author_id, key, txn_now_ms(txn), &state->post_id) == OK)
		return OK;
	if (state->at_ms)
		r = scheduled_keep(call, txn, &state->draft, state->at_ms, &state->post_id);
	else
		r = act_create_post(call->arena, txn, author_id, &state->draft, &state->post_id);
	if (r == ERR_INVALID && !state->at_ms)
		return answer_refuse(call, "Validation failed: the post that is answered does not exist");
	if (r == ERR_DENIED && state->draft.quote_id)
		return refuse_quote(call);
	r = media_refuse(call, r);
	return r == OK && key.n ? idempotency_put(txn, author_id, key, state->post_id) : r;
}

int api_status_show(struct call *call, struct view *view)
{
	struct answer answer;
	struct post post;
	int r;

	if (state_of(call)->at_ms)
		return scheduled_show(call, view, state_of(call)->post_id);
	r = access_post(call->arena, view, answer_beholder(call), state_of(call)->post_id, &post);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entity_status(&answer.w, call->arena, view, call->viewer.account_id, &post);
	return answer_end(&answer, call, r);
}

/* --- editing ---------------------------------------------------------------------------------------------------- */

int api_status_edit_check(struct call *call, struct view *view)
{
	struct status_call *state = state_of(call);
	struct post post;
	int r = status_find_own(call, view, &post);

	if (r == OK && post.reblog_of_id)
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = read_reach(call);
	if (r == OK)
		r = poll_read_again(call, view, post.id);
	if (r == OK && call_param(call, "quoted_status_id").n && call_param_id(call, "quoted_status_id") != post.quote_id)
		r = answer_refuse(call, "Validation failed: what a post quotes cannot be changed");
	if (r != OK)
		return r;
	state->subject_id = state->post_id = post.id;
	state->draft = (struct post_draft){
		.text = post.source, .spoiler = post.spoiler, .language = post.language,
		.sensitive = post.sensitive && !post.spoiler.n, .visibility = post.visibility, .app_id = post.app_id,
		.in_reply_to_id = post.in_reply_to_id,
	};
	r = quote_read_policy(call, &state->draft.quote_policy);
	/* As the API's model has it: what is not named again is not shown any more. */
	if (r == OK)
		r = media_read_draft(call, &state->draft);
	if (r == OK)
		r = read_words(call, &state->draft);
	return r == OK ? look_up_mentions(call, view) : r;
}

int api_status_edit_write(struct call *call, struct txn *txn)
{
	struct status_call *state = state_of(call);

	return media_refuse(call, act_update_post(call->arena, txn, call->viewer.account_id, state->subject_id,
	                                          &state->draft));
}

/* --- deleting --------------------------------------------------------------------------------------------------- */

/* The answer is the post as it was, with its text for "delete and write anew"; so it is rendered before. */
int api_status_delete_check(struct call *call, struct view *view)
{
	struct batch batch;
	struct answer answer;
	struct post post;
	int r = status_find_own(call, view, &post);

	if (r != OK)
		return r;
	state_of(call)->subject_id = post.id;
	batch_init(&batch, call->arena, view, call->viewer.account_id);
	batch_add_post(&batch, &post);
	r = batch_load(&batch);
	answer_begin(&answer, call);
	if (r == OK)
		batch_w_status_with_text(&batch, &answer.w, post.id, post.source.p ? post.source : STR(""));
	return answer_end(&answer, call, r);
}

/* Its files wait a day for the post that is written anew, unless they are to go too. */
int api_status_delete_write(struct call *call, struct txn *txn)
{
	struct post post;
	int r = posts_get(call->arena, txn_view(txn), state_of(call)->subject_id, &post);

	if (r == OK)
		r = act_delete_post(call->arena, txn, call->viewer.account_id, post.id);
	for (size_t i = 0; r == OK && call_param_bool(call, "delete_media", false) && i < post.media_ids.count; i++)
		r = txn_fail(txn, media_delete(txn, post.media_ids.ids[i]));
	return r;
}

/* --- favouring and boosting ------------------------------------------------------------------------------------- */

int api_status_react_check(struct call *call, struct view *view)
{
	struct status_call *state = state_of(call);
	struct post post;
	int r = status_find(call, view, &post);

	if (r == OK)
		r = read_visibility(call, "visibility", &state->boost_visibility);
	/* What is done to a boost is done to what it boosts. */
	if (r == OK)
		state->subject_id = state->post_id = post.reblog_of_id ? post.reblog_of_id : post.id;
	return r;
}

uint64_t status_subject(struct call *call)
{
	return state_of(call)->subject_id;
}

int api_status_favourite_write(struct call *call, struct txn *txn)
{
	int r = act_like(call->arena, txn, call->viewer.account_id, state_of(call)->subject_id);

	return r == ERR_EXISTS ? OK : r;
}

int api_status_unfavourite_write(struct call *call, struct txn *txn)
{
	int r = act_unlike(call->arena, txn, call->viewer.account_id, state_of(call)->subject_id);

	return r == ERR_NOT_FOUND ? OK : r;
}

int api_status_boost_write(struct call *call, struct txn *txn)
{
	struct status_call *state = state_of(call);
	uint64_t booster_id = call->viewer.account_id;
	int r = act_announce(call->arena, txn, booster_id, state->subject_id, state->boost_visibility,
	                     &state->post_id);

	if (r == ERR_EXISTS)
		r = posts_boost_get(txn_view(txn), state->subject_id, booster_id, &state->post_id);
	return r;
}

int api_status_unboost_write(struct call *call, struct txn *txn)
{
	int r = act_unannounce(call->arena, txn, call->viewer.account_id, state_of(call)->subject_id);

	return r == ERR_NOT_FOUND ? OK : r;
}

int api_status_pin_check(struct call *call, struct view *view)
{
	struct status_call *state = state_of(call);
	struct post post;
	int r = status_find(call, view, &post);

	if (r != OK)
		return r;
	if (post.account_id != call->viewer.account_id || post.reblog_of_id)
		return answer_refuse(call, "Validation failed: Someone else's post cannot be pinned");
	if (post.visibility > VISIBILITY_UNLISTED)
		return answer_refuse(call, "Validation failed: Only posts that all may see can be pinned");
	state->subject_id = state->post_id = post.id;
	return OK;
}

int api_status_pin_write(struct call *call, struct txn *txn)
{
	int r = act_pin(call->arena, txn, call->viewer.account_id, state_of(call)->subject_id);

	if (r == ERR_LIMIT)
		return answer_refuse(call, "Validation failed: You have already pinned the maximum number of posts");
	return r;
}

int api_status_unpin_write(struct call *call, struct txn *txn)
{
	return act_unpin(call->arena, txn, call->viewer.account_id, state_of(call)->subject_id);
}
