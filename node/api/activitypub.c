/*
 * Documents of ActivityPub at their ids. Inboxes are inbox_routes.c.
 *
 * Whether a document is hidden or missing is the same to whoever may not see it: the signature is judged before the
 * store is asked, and both are then the same 404.
 */
#include "node/api/activitypub.h"

#include "federation/activity.h"
#include "federation/actor.h"
#include "federation/backfill.h"
#include "federation/followers_sync.h"
#include "federation/object.h"
#include "federation/prove.h"
#include "federation/quote.h"
#include "node/accounts/login.h"
#include "node/api/answer.h"
#include "node/api/document.h"
#include "node/api/signed.h"
#include "node/api/status_views.h"
#include "node/node.h"
#include "node/web/profile.h"
#include "node/web/reading.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/graph.h"
#include "storage/pins.h"
#include "storage/posts.h"

#define ACTIVITY_TYPE "application/activity+json"

enum { COLLECTION_PAGE = 20, CIRCLE_PAGE = 100 };

/* Any member of Accept that names ActivityStreams; browsers name HTML, tools nothing. */
static bool wants_document(const struct call *call)
{
	for (size_t i = 0; i < call->request.header_count; i++) {
		struct str rest = call->request.headers[i].value;

		if (!str_eq_nocase(call->request.headers[i].name, STR("Accept")))
			continue;
		while (rest.p) {
			struct str member = str_cut(&rest, ','), type = str_trim(str_cut(&member, ';'));

			if (str_eq_nocase(type, STR(ACTIVITY_TYPE)) ||
			    str_eq_nocase(type, STR("application/ld+json")))
				return true;
		}
	}
	return false;
}

/* An account of ours that has its document at …/u/ID: not the instance actor. */
static int find_actor(struct call *call, struct view *view, struct account *ret_account)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = accounts_get(call->arena, view, id, ret_account);
	if (r == OK && (ret_account->host.n || ret_account->withheld || id == call->node->instance.actor_id))
		r = ERR_NOT_FOUND;
	return r == OK && ret_account->deleted ? ERR_GONE : r;
}

/* --- actors ----------------------------------------------------------------------------------------------------- */

int api_instance_actor(struct call *call, struct view *view)
{
	struct account account;
	int r = accounts_get(call->arena, view, call->node->instance.actor_id, &account);

	if (r != OK)
		return r;
	/* A starting peer greets us here; its signature is checked only when we have its key already. */
	signed_greet(call, view);
	return document_reply(call, 200, actor_render(call->arena, view, &account, false));
}

int api_actor_check(struct call *call, struct view *view)
{
	struct account account = { 0 };
	int r = find_actor(call, view, &account);

	if (r == ERR_GONE) {
		document_reply(call, 410, object_render_tombstone(call->arena, account.uri, STR("Person"), 0));
		return CALL_DONE;
	}
	if (r != OK)
		return r;
	if (wants_document(call))
		return signed_try(call, view);
	call_header(call, "Vary", STR("Accept, Signature, Signature-Input"));
	call_redirect(call, 303, account.url);
	return CALL_DONE;
}

int api_actor_work(struct call *call)
{
	return signed_try_work(call);
}

int api_actor_show(struct call *call, struct view *view)
{
	struct account account;
	int r = find_actor(call, view, &account);

	if (r != OK)
		return r;
	return document_reply(call, 200, actor_render(call->arena, view, &account, !signed_by_peer(call)));
}

/* --- collections ------------------------------------------------------------------------------------------------ */

int api_instance_actor_collection(struct call *call, struct view *view)
{
	struct str path = call->request.path;

	(void)view;
	return document_collection(call, arena_printf(call->arena, "%.*s%.*s", STR_ARG(call->node->instance.url),
	                                           STR_ARG(path)), 0, false);
}

/* Does the node show nothing of this account, as a moderator said? */
static bool is_withheld(struct call *call, struct view *view, uint64_t account_id)
{
	struct account account;

	return accounts_get(call->arena, view, account_id, &account) == OK && account.withheld;
}

/* An activity of ours goes to those its object is for, or to those it was sent to. */
static bool sees_activity(struct call *call, struct view *view, struct beholder beholder,
                          const struct activity_record *record)
{
	struct post post;

	if (is_withheld(call, view, record->account_id))
		return false;
	switch (record->visibility) {
	case 0:
		return access_post(call->arena, view, beholder, record->object_id, &post) == OK;
	case VISIBILITY_PUBLIC:
	case VISIBILITY_UNLISTED:
		return beholder.kind != BEHOLDER_NOBODY;
	case VISIBILITY_FOLLOWERS:
		return beholder.account_id && graph_follows(view, beholder.account_id, record->account_id);
	default:
		break;
	}
	if (!beholder.account_id)
		return false;
	return record->object_id == beholder.account_id ||
	       (posts_brief(view, record->object_id, &post) == OK && post.account_id == beholder.account_id);
}

static int outbox_page(struct call *call, struct view *view, const struct account *account)
{
	uint64_t cursor = call_param_id(call, "cursor");
	struct beholder beholder = signed_beholder(call);
	struct activity_record record;
	struct answer answer;
	struct id_list ids;
	int r = activities_outbox(call->arena, view, account->id, cursor, COLLECTION_PAGE, &ids);

	if (r != OK)
		return r;
	document_page_begin(&answer, call, account->outbox, cursor,
	             ids.count == COLLECTION_PAGE ? ids.ids[ids.count - 1] : 0);
	for (size_t i = 0; i < ids.count; i++) {
		r = activities_get(call->arena, view, ids.ids[i], &record);
		if (r == OK && sees_activity(call, view, beholder, &record))
			json_w_raw(&answer.w, record.body);
		else if (r != OK && r != ERR_NOT_FOUND)
			return r;
	}
	return document_page_reply(&answer, call);
}

int api_inbox_collection_show(struct call *call, struct view *view)
{
	struct account account;
	int r = find_actor(call, view, &account);

	return r == OK ? document_collection(call, account.inbox, 0, false) : r;
}

int api_outbox_show(struct call *call, struct view *view)
{
	struct account_stats stats;
	struct account account;
	int r = find_actor(call, view, &account);

	if (r == OK && call_param(call, "page").n)
		return outbox_page(call, view, &account);
	if (r == OK)
		r = accounts_stats_get(view, account.id, &stats);
	return r == OK ? document_collection(call, account.outbox, stats.statuses, true) : r;
}

typedef int who_follows(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                        struct id_list *ret_ids);

static int circle_page(struct call *call, struct view *view, const struct account *account, struct str id,
                       who_follows *who)
{
	uint64_t cursor = call_param_id(call, "cursor");
	struct account member;
	struct answer answer;
	struct id_list ids;
	int r = who(call->arena, view, account->id, cursor, CIRCLE_PAGE, &ids);

	if (r != OK)
		return r;
	document_page_begin(&answer, call, id, cursor, ids.count == CIRCLE_PAGE ? ids.ids[ids.count - 1] : 0);
	for (size_t i = 0; i < ids.count; i++)
		if (accounts_get(call->arena, view, ids.ids[i], &member) == OK && !member.deleted)
			json_w_str(&answer.w, member.uri);
	return document_page_reply(&answer, call);
}

/* Who hides their circle tells its size alone. */
static int show_circle(struct call *call, struct view *view, bool followers)
{
	struct account_stats stats;
	struct account account;
	struct str id;
	int r = find_actor(call, view, &account);

	if (r == OK)
		r = accounts_stats_get(view, account.id, &stats);
	if (r != OK)
		return r;
	id = followers ? account.followers_uri : account.following_uri;
	if (account.hide_collections || !call_param(call, "page").n)
		return document_collection(call, id, followers ? stats.followers : stats.following,
		                        !account.hide_collections);
	return circle_page(call, view, &account, id, followers ? graph_followers : graph_following);
}

int api_followers_show(struct call *call, struct view *view)
{
	return show_circle(call, view, true);
}

int api_following_show(struct call *call, struct view *view)
{
	return show_circle(call, view, false);
}

/* FEP-8fcf: to each node those of its own people who follow here, hidden circle or not: it knows them. */
int api_followers_synchronization_show(struct call *call, struct view *view)
{
	struct str origin = signed_origin(call);
	struct account account;
	struct answer answer;
	struct str_list uris;
	int r = origin.n ? find_actor(call, view, &account) : ERR_DENIED;

	if (r == OK)
		r = followers_sync_members(call->arena, view, account.id, origin, &uris);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	document_w_begin(&answer.w, followers_sync_url(call->arena, &account), "OrderedCollection");
	json_w_member_u64(&answer.w, "totalItems", uris.count);
	activity_w_uris(&answer.w, "orderedItems", &uris);
	json_w_object_end(&answer.w);
	return document_reply(call, 200, buf_str(&answer.buf));
}

int api_featured_show(struct call *call, struct view *view)
{
	struct account account;
	struct answer answer;
	struct id_list ids;
	struct str_list uris;
	struct post post;
	int r = find_actor(call, view, &account);

	if (r == OK)
		r = pins_of(call->arena, view, account.id, &ids);
	if (r != OK)
		return r;
	uris = (struct str_list){ ARENA_ARRAY(call->arena, struct str, ids.count), 0 };
	for (size_t i = 0; i < ids.count; i++)
		if (access_post(call->arena, view, signed_beholder(call), ids.ids[i], &post) == OK)
			uris.items[uris.count++] = post.uri;
	answer_begin(&answer, call);
	document_w_begin(&answer.w, actor_featured_uri(call->arena, &account), "OrderedCollection");
	json_w_member_u64(&answer.w, "totalItems", uris.count);
	activity_w_uris(&answer.w, "orderedItems", &uris);
	json_w_object_end(&answer.w);
	return document_reply(call, 200, buf_str(&answer.buf));
}

/* --- posts and activities --------------------------------------------------------------------------------------- */

int api_fetch_check(struct call *call, struct view *view)
{
	return signed_require(call, view);
}

int api_fetch_work(struct call *call)
{
	return signed_require_work(call);
}

/* A person of ours who follows the address of a post with the browser. */
static int show_browser(struct call *call, struct view *view)
{
	struct beholder beholder = { BEHOLDER_LOCAL, login_session_account(call, view) };
	struct post post;
	uint64_t id;
	int r = answer_path_id(call, &id);

	call_header(call, "Vary", STR("Accept, Signature, Signature-Input"));
	if (!beholder.account_id)
		return call_send_to_sign_in(call);
	if (r == OK)
		r = access_post(call->arena, view, beholder, id, &post);
	if (r == OK)
		r = call_redirect(call, 303, post.url);
	return r == OK ? CALL_DONE : r;
}

int api_object_check(struct call *call, struct view *view)
{
	return wants_document(call) ? signed_require(call, view) : show_browser(call, view);
}

/* Peers that may have a copy learn that a post ended. Of one that was not for all they learn nothing: that it is gone
 * would say that it was there. */
static int show_tombstone(struct call *call, struct view *view, uint64_t id)
{
	struct str uri = instance_post_uri(call->arena, &call->node->instance, id);
	struct tombstone tombstone;
	int r = posts_tombstone_get(call->arena, view, uri, &tombstone);
	struct str document;

	if (r != OK)
		return r;
	if (tombstone.visibility != VISIBILITY_PUBLIC && tombstone.visibility != VISIBILITY_UNLISTED)
		return ERR_NOT_FOUND;
	document = object_render_tombstone(call->arena, uri, STR("Note"), tombstone.deleted_ms);
	return document_reply(call, 410, document);
}

int api_object_show(struct call *call, struct view *view)
{
	struct post post;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r != OK)
		return r;
	r = posts_get(call->arena, view, id, &post);
	if (r == ERR_NOT_FOUND || r == ERR_GONE)
		return show_tombstone(call, view, id);
	if (r != OK)
		return r;
	/* A foreign post, or a boost, has its address elsewhere. */
	if (post.remote || post.reblog_of_id || !access_sees(view, signed_beholder(call), &post))
		return ERR_NOT_FOUND;
	return document_reply(call, 200, object_render(call->arena, view, &post));
}

int api_activity_show(struct call *call, struct view *view)
{
	struct activity_record record;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = activities_get(call->arena, view, id, &record);
	if (r != OK)
		return r;
	if (!instance_owns(&call->node->instance, record.uri) ||
	    !sees_activity(call, view, signed_beholder(call), &record) ||
	    !quote_stamp_stands(call->arena, view, &record))
		return ERR_NOT_FOUND;
	return document_reply(call, 200, prove_activity(call->node->federation.keys, call->arena, view, &record));
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

int api_page_check(struct call *call, struct view *view)
{
	if (wants_document(call))
		return signed_require(call, view);
	call_header(call, "Vary", STR("Accept, Signature, Signature-Input"));
	return login_session_account(call, view) ? CALL_SKIP_WORK : call_send_to_sign_in(call);
}

int api_profile_page_show(struct call *call, struct view *view)
{
	struct account account;
	int r;

	if (!signed_by_peer(call))
		return profile_show(call, view);
	r = accounts_by_name(call->arena, view, call_path_param(call, "name"), STR_NONE, &account);
	return r == OK ? call_redirect(call, 303, account.uri) : r;
}

int api_post_page_check(struct call *call, struct view *view)
{
	int r = api_page_check(call, view);
	struct beholder beholder;
	struct post post;
	uint64_t id;

	if (r != CALL_SKIP_WORK)
		return r;
	beholder = (struct beholder){ BEHOLDER_LOCAL, login_session_account(call, view) };
	if (answer_path_id(call, &id) == OK && access_post(call->arena, view, beholder, id, &post) == OK &&
	    backfill_wanted(call->arena, view, &post))
		r = OK;
	return r;
}

int api_post_page_work(struct call *call)
{
	return wants_document(call) ? signed_require_work(call) : api_status_context_work(call);
}

/* Whether there is such a post is for its own address to say. */
int api_post_page_show(struct call *call, struct view *view)
{
	uint64_t id;
	int r;

	if (!signed_by_peer(call))
		return post_page_show(call, view);
	r = answer_path_id(call, &id);
	return r == OK ? call_redirect(call, 303, instance_post_uri(call->arena, &call->node->instance, id)) : r;
}
