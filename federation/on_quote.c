/*
 * QuoteRequest and its answers, and stamps. Writer thread.
 *
 * Who may quote a post is said by its policy (storage/quotes.h). The stamp (QuoteAuthorization) is kept beside our
 * activities and served like them, to those who may see the quoted post and for as long as it is there.
 */
#include "federation/on_quote.h"

#include "federation/on_react.h"
#include "federation/url.h"
#include "federation/waiting.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/instance.h"
#include "storage/jobs.h"
#include "storage/posts.h"
#include "storage/quotes.h"

enum { STAMPED_MAX = 20 };  /* posts of one stamp that are looked at: it is for one */

/* stamps of ours */

static struct str render_stamp(struct arena *arena, struct str uri, struct str author_uri, struct str quoting_uri,
                               struct str quoted_uri)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	activity_w_context(&w);
	json_w_member_str(&w, "id", uri);
	json_w_member_cstr(&w, "type", "QuoteAuthorization");
	json_w_member_str(&w, "attributedTo", author_uri);
	json_w_member_str(&w, "interactingObject", quoting_uri);
	json_w_member_str(&w, "interactionTarget", quoted_uri);
	json_w_object_end(&w);
	return buf_str(&buf);
}

static int put_stamp(struct arena *arena, struct txn *txn, uint64_t stamp_id, const struct account *author,
                     const struct post *quoted, struct str quoting_uri)
{
	struct activity_record stamp = {
		.id = stamp_id, .type = STR("QuoteAuthorization"), .account_id = author->id, .object_id = quoted->id,
	};

	stamp.uri = instance_activity_uri(arena, instance_of(txn_view(txn)), stamp.id);
	stamp.body = render_stamp(arena, stamp.uri, author->uri, quoting_uri, quoted->uri);
	return activities_put(txn, &stamp);
}

int quote_made(struct arena *arena, struct txn *txn, const struct post *post, int64_t hold_ms)
{
	struct job job = { .kind = STR("quote"), .subject = post->id, .due_ms = txn_now_ms(txn) + hold_ms };
	uint64_t stamp_id = instance_parse_id(instance_of(txn_view(txn)), "a", post->quote_stamp_uri);
	struct account author;
	struct post quoted;
	int r;

	if (post->quote_state == QUOTE_PENDING)
		return jobs_add(txn, &job);
	if (!stamp_id)
		return OK;
	r = posts_get(arena, txn_view(txn), post->quote_id, &quoted);
	if (!r)
		r = accounts_get(arena, txn_view(txn), quoted.account_id, &author);
	return r ? r : put_stamp(arena, txn, stamp_id, &author, &quoted, post->uri);
}

/* requests */

/* Ours: the job that asks has found the quoted post; it may have gone since. */
static int ask_may(struct apply *apply)
{
	struct activity *a = apply->activity;
	int r = posts_get(apply->arena, apply->view, a->object_id, &apply->post);

	if (!r && !apply->post.remote)
		r = ERR_INVALID;
	if (!r)
		a->object_uri = apply->post.uri;
	return r;
}

int quote_request_may(struct apply *apply)
{
	const struct activity *a = apply->activity;
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		return ask_may(apply);
	if (!url_same_origin(apply->arena, a->instrument_uri, a->actor_uri))
		return ERR_INVALID;
	r = react_find_post(apply, a->object_uri, 0, &apply->post);
	if (r)
		return r;
	if (apply->post.remote)
		return ERR_DENIED;
	r = accounts_get(apply->arena, apply->view, apply->post.account_id, &apply->target);
	return !r && (apply->target.disabled || apply->target.deleted) ? ERR_NOT_FOUND : r;
}

/* What is known of the post that wants to quote; state 0: nothing, as of one that quotes another author. */
static struct post known_quoting(struct apply *apply)
{
	struct post quoting;

	if (posts_by_uri(apply->arena, apply->view, apply->activity->instrument_uri, &quoting) ||
	    quoting.quote_account_id != apply->post.account_id)
		return (struct post){ .quote_state = 0 };
	return quoting;
}

/* Who asks again is told again: one post has one stamp, as far as it is here. */
static int give_stamp(struct apply *apply, const struct post *quoting, struct str *ret_uri)
{
	struct activity_record stamp;
	uint64_t stamp_id;

	if (quoting->quote_id == apply->post.id &&
	    activities_by_uri(apply->arena, apply->view, quoting->quote_stamp_uri, &stamp) == OK) {
		*ret_uri = stamp.uri;
		return OK;
	}
	stamp_id = txn_new_id(apply->txn);
	*ret_uri = instance_activity_uri(apply->arena, apply->instance, stamp_id);
	return put_stamp(apply->arena, apply->txn, stamp_id, &apply->target, &apply->post, apply->activity->instrument_uri);
}

int quote_request_apply(struct apply *apply)
{
	const struct activity *request = apply->activity;
	struct activity inner = {
		.type = AS_QUOTE_REQUEST, .uri = request->uri, .actor_uri = request->actor_uri,
		.object_uri = apply->post.uri, .instrument_uri = request->instrument_uri,
	};
	struct activity answer = {
		.type = AS_REJECT, .actor_id = apply->target.id, .object_kind = OBJECT_ACTIVITY,
		.object_id = apply->actor.id, .inner = &inner,
	};
	struct post quoting;
	int r = OK;

	if (apply->origin == ORIGIN_LOCAL)
		return OK;
	quoting = known_quoting(apply);
	/* A post from which the right to quote was taken does not get it back by asking again. */
	if (quotes_may(apply->view, &apply->post, apply->actor.id) == QUOTE_AUTOMATIC &&
	    quoting.quote_state != QUOTE_REVOKED) {
		answer.type = AS_ACCEPT;
		r = give_stamp(apply, &quoting, &answer.result_uri);
	}
	if (!r)
		r = activity_apply(apply->arena, apply->txn, &answer, ORIGIN_LOCAL);
	return r ? txn_fail(apply->txn, r) : OK;
}

/* answers */

void quote_complete_inner(struct apply *apply, struct activity *inner)
{
	struct activity_record request;
	json_t *body;

	if (!instance_owns(apply->instance, inner->uri) ||
	    activities_by_uri(apply->arena, apply->view, inner->uri, &request) ||
	    !str_eq(request.type, STR("QuoteRequest")) || json_parse(apply->arena, request.body, &body))
		return;
	inner->type = AS_QUOTE_REQUEST;
	inner->object_uri = json_member_str(body, "object");
	inner->instrument_uri = json_member_str(body, "instrument");
	if (!inner->instrument_uri.n)
		inner->instrument_uri = json_member_str(json_member(body, "instrument"), "id");
}

/* What a peer answers counts for a post of ours that quotes one of the sender; to all else there was no question. */
static int answered_may(struct apply *apply)
{
	const struct activity *a = apply->activity, *inner = a->inner;
	const struct post *post = &apply->post;
	int r;

	if (!inner->instrument_uri.n)
		quote_complete_inner(apply, a->inner);
	apply->nothing = true;
	if (!instance_owns(apply->instance, inner->instrument_uri))
		return OK;
	r = posts_by_uri(apply->arena, apply->view, inner->instrument_uri, &apply->post);
	if (r == ERR_NOT_FOUND || r == ERR_GONE)
		return OK;
	if (r || post->remote || !post->quote_uri.n)
		return r;
	if (inner->object_uri.n && !str_eq(inner->object_uri, post->quote_uri))
		return OK;
	if (post->quote_account_id != apply->actor.id)
		return ERR_DENIED;
	if (a->type == AS_ACCEPT)
		apply->nothing = (post->quote_state != QUOTE_PENDING && post->quote_state != QUOTE_REJECTED) ||
		                 !url_same_origin(apply->arena, a->result_uri, apply->actor.uri);
	else
		apply->nothing = post->quote_state != QUOTE_PENDING && post->quote_state != QUOTE_ACCEPTED;
	if (a->type == AS_ACCEPT && !apply->nothing && !waiting_has_room(apply->view, a->result_uri))
		return ERR_BUSY;
	return OK;
}

int quote_answer_may(struct apply *apply)
{
	if (apply->origin == ORIGIN_REMOTE)
		return answered_may(apply);
	return accounts_get(apply->arena, apply->view, apply->activity->object_id, &apply->target);
}

/* The stamp is believed once it was read. */
int quote_accept_apply(struct apply *apply)
{
	const struct post *post = &apply->post;
	struct job job = { .kind = STR("quote"), .subject = post->id, .argument = apply->activity->result_uri };
	struct quote_standing standing = {
		.state = QUOTE_PENDING, .account_id = post->quote_account_id, .stamp_uri = apply->activity->result_uri,
	};
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		return OK;
	r = posts_set_quote(apply->txn, post->id, &standing);
	return r ? r : jobs_add(apply->txn, &job);
}

int quote_reject_apply(struct apply *apply)
{
	const struct post *post = &apply->post;
	struct quote_standing standing = {
		.state = post->quote_state == QUOTE_ACCEPTED ? QUOTE_REVOKED : QUOTE_REJECTED,
		.account_id = post->quote_account_id, .stamp_uri = post->quote_stamp_uri,
	};
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		return OK;
	r = posts_set_quote(apply->txn, post->id, &standing);
	return r || standing.state != QUOTE_REVOKED ? r : act_tell_quote(apply->arena, apply->txn, post->id);
}

/* stamps that are taken back */

bool quote_knows_stamp(struct arena *arena, struct view *view, struct str stamp_uri)
{
	struct id_list ids = { NULL, 0 };

	return stamp_uri.n && quotes_by_stamp(arena, view, stamp_uri, 1, &ids) == OK && ids.count;
}

/* Ours, which is about the quoted post: who wrote what quoted it hears of it whether they follow or not. */
static int unstamp_may_local(struct apply *apply)
{
	struct activity *a = apply->activity;
	struct activity_record stamp;
	struct post quoting;
	int r = activities_by_uri(apply->arena, apply->view, a->object_uri, &stamp);

	if (r)
		return r;
	if (stamp.account_id != apply->actor.id || !str_eq(stamp.type, STR("QuoteAuthorization")))
		return ERR_DENIED;
	/* Its own, not that of the post: a Delete with that would be the post's, and end what is kept for it. */
	a->object_id = stamp.id;
	r = posts_get(apply->arena, apply->view, stamp.object_id, &apply->post);
	apply->witnesses.ids = ARENA_ARRAY(apply->arena, uint64_t, apply->stamped.count);
	for (size_t i = 0; i < apply->stamped.count && !r; i++) {
		r = posts_brief(apply->view, apply->stamped.ids[i], &quoting);
		if (!r)
			apply->witnesses.ids[apply->witnesses.count++] = quoting.account_id;
	}
	return r;
}

int unstamp_may(struct apply *apply)
{
	const struct activity *a = apply->activity;
	int r = quotes_by_stamp(apply->arena, apply->view, a->object_uri, STAMPED_MAX, &apply->stamped);

	if (r)
		return r;
	if (apply->origin == ORIGIN_LOCAL)
		return unstamp_may_local(apply);
	return url_same_origin(apply->arena, a->object_uri, a->actor_uri) ? OK : ERR_DENIED;
}

/* One that names the stamp without having been allowed by it, or as that of another, is none of its. */
static int end_quote(struct apply *apply, uint64_t id)
{
	struct quote_standing standing = { .state = QUOTE_REVOKED, .account_id = apply->actor.id };
	struct post post;
	int r = posts_get(apply->arena, apply->view, id, &post);

	if (r || post.quote_state != QUOTE_ACCEPTED || post.quote_account_id != apply->actor.id)
		return r;
	standing.stamp_uri = post.quote_stamp_uri;
	r = posts_set_quote(apply->txn, id, &standing);
	return r || post.remote ? r : act_tell_quote(apply->arena, apply->txn, id);
}

/* A stamp that is not known yet may still come. */
int unstamp_apply(struct apply *apply)
{
	const struct activity *a = apply->activity;
	uint64_t stamp_id = instance_parse_id(apply->instance, "a", a->object_uri);
	int r = OK;

	for (size_t i = 0; i < apply->stamped.count && !r; i++)
		r = end_quote(apply, apply->stamped.ids[i]);
	if (!r && apply->origin == ORIGIN_LOCAL)
		r = activities_delete(apply->txn, stamp_id);
	else if (!r)
		r = activities_void(apply->txn, activity_name(apply->arena, a->object_uri, a->actor_uri));
	return r ? txn_fail(apply->txn, r) : OK;
}
