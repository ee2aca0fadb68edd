/*
 * QuoteRequest and its answers. Writer thread.
 *
 * What everybody may see, everybody may quote; of the rest nothing is quoted. The stamp (QuoteAuthorization) is kept
 * beside our activities and served like them, to those who may see the quoted post and for as long as it is there.
 */
#include "federation/on_quote.h"

#include "federation/on_react.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"

int quote_request_may(struct apply *apply)
{
	const struct activity *a = apply->activity;
	int r;

	if (apply->origin == ORIGIN_LOCAL || !url_same_origin(apply->arena, a->instrument_uri, a->actor_uri))
		return ERR_INVALID;
	r = react_find_post(apply, a->object_uri, 0, &apply->post);
	if (r)
		return r;
	if (apply->post.remote)
		return ERR_DENIED;
	r = accounts_get(apply->arena, apply->view, apply->post.account_id, &apply->target);
	return !r && (apply->target.disabled || apply->target.deleted) ? ERR_NOT_FOUND : r;
}

static struct str render_stamp(struct apply *apply, struct str uri)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, apply->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	activity_w_context(&w);
	json_w_member_str(&w, "id", uri);
	json_w_member_cstr(&w, "type", "QuoteAuthorization");
	json_w_member_str(&w, "attributedTo", apply->target.uri);
	json_w_member_str(&w, "interactingObject", apply->activity->instrument_uri);
	json_w_member_str(&w, "interactionTarget", apply->post.uri);
	json_w_object_end(&w);
	return buf_str(&buf);
}

static int put_stamp(struct apply *apply, struct str *ret_uri)
{
	struct activity_record stamp = {
		.id = txn_new_id(apply->txn), .type = STR("QuoteAuthorization"), .account_id = apply->target.id,
		.object_id = apply->post.id,
	};

	stamp.uri = instance_activity_uri(apply->arena, apply->instance, stamp.id);
	stamp.body = render_stamp(apply, stamp.uri);
	*ret_uri = stamp.uri;
	return activities_put(apply->txn, &stamp);
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
	int r = OK;

	if (apply->post.visibility <= VISIBILITY_UNLISTED) {
		answer.type = AS_ACCEPT;
		r = put_stamp(apply, &answer.result_uri);
	}
	if (!r)
		r = activity_apply(apply->arena, apply->txn, &answer, ORIGIN_LOCAL);
	return r ? txn_fail(apply->txn, r) : OK;
}

/* We ask nobody, so an answer from elsewhere is to nothing. */
int quote_answer_may(struct apply *apply)
{
	apply->nothing = apply->origin == ORIGIN_REMOTE;
	if (apply->nothing)
		return OK;
	return accounts_get(apply->arena, apply->view, apply->activity->object_id, &apply->target);
}

int quote_answer_apply(struct apply *apply)
{
	(void)apply;
	return OK;
}
