/*
 * The activity table and its driver.
 *
 * A row says all that is true of an activity but how it is done: whom it may come from and what it does stand in the
 * rooms on_*.c, who hears of it and where it goes in columns. Writer thread.
 */
#include "federation/apply.h"

#include "federation/addressing.h"
#include "federation/effects.h"
#include "federation/fanout.h"
#include "federation/on_actor.h"
#include "federation/on_block.h"
#include "federation/on_emoji.h"
#include "federation/on_flag.h"
#include "federation/on_follow.h"
#include "federation/on_move.h"
#include "federation/on_pin.h"
#include "federation/on_poll.h"
#include "federation/on_post.h"
#include "federation/on_quote.h"
#include "federation/on_react.h"
#include "federation/policy.h"
#include "federation/receipt.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/reactions.h"
#include "storage/receipts.h"

/* Who may fetch the activity at its id. */
enum keep {
	KEEP_OBJECT,   /* the audience of the post it is about */
	KEEP_FORMER,   /* the post is gone: all, if it was for all */
	KEEP_PUBLIC,
	KEEP_PRIVATE,  /* those it was sent to */
};

static const struct activity_row {
	enum activity_type type, of;  /* of: the type inside an Undo, Accept or Reject */
	unsigned objects;             /* set of enum object_kind */
	int (*may)(struct apply *apply);
	int (*apply)(struct apply *apply);
	enum notify notify;
	enum addressing addressing;
	enum keep keep;
	bool outbox;
	const char *summary;          /* for people */
} rows[] = {
	{ AS_CREATE, AS_UNKNOWN, OBJECT_POST | OBJECT_URI, create_may, create_apply, NOTIFY_MENTIONED,
	  TO_AUDIENCE, KEEP_OBJECT, true, "Create: a new post" },
	{ AS_CREATE, AS_UNKNOWN, OBJECT_VOTE, vote_may, vote_apply, NOTIFY_NOBODY,
	  TO_AUTHOR, KEEP_PRIVATE, false, "Create: a vote in a poll" },
	{ AS_UPDATE, AS_UNKNOWN, OBJECT_POST | OBJECT_URI, update_may, update_apply, NOTIFY_EDITED,
	  TO_WITNESSES, KEEP_OBJECT, false, "Update: an edited post" },
	{ AS_UPDATE, AS_UNKNOWN, OBJECT_ACTOR, actor_update_may, actor_update_apply, NOTIFY_NOBODY,
	  TO_FOLLOWERS, KEEP_PUBLIC, false, "Update: a changed profile" },
	{ AS_DELETE, AS_UNKNOWN, OBJECT_POST | OBJECT_URI | OBJECT_TOMBSTONE, delete_may, delete_apply, NOTIFY_NOBODY,
	  TO_WITNESSES, KEEP_FORMER, false, "Delete: a removed post" },
	{ AS_DELETE, AS_UNKNOWN, OBJECT_ACTOR, actor_delete_may, actor_delete_apply, NOTIFY_NOBODY,
	  TO_FOLLOWERS, KEEP_PUBLIC, false, "Delete: an account that ended" },
	{ AS_DELETE, AS_UNKNOWN, OBJECT_STAMP, unstamp_may, unstamp_apply, NOTIFY_NOBODY,
	  TO_WITNESSES, KEEP_FORMER, false, "Delete: a quote is allowed no more" },
	{ AS_FOLLOW, AS_UNKNOWN, OBJECT_URI | OBJECT_ACTOR, follow_may, follow_apply, NOTIFY_TARGET,
	  TO_TARGET, KEEP_PRIVATE, false, "Follow: a follow, or the request of one" },
	{ AS_ACCEPT, AS_FOLLOW, OBJECT_ACTIVITY | OBJECT_URI, accept_may, accept_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Accept of Follow: a request is granted" },
	{ AS_REJECT, AS_FOLLOW, OBJECT_ACTIVITY | OBJECT_URI, reject_may, reject_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Reject of Follow: a request is refused, or a follow ended by the followed" },
	{ AS_UNDO, AS_FOLLOW, OBJECT_ACTIVITY | OBJECT_URI, unfollow_may, unfollow_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Undo of Follow: a follow ended by the follower" },
	{ AS_UNDO, AS_ACCEPT, OBJECT_ACTIVITY, reject_may, reject_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Undo of Accept: a follow ended by the followed" },
	{ AS_LIKE, AS_UNKNOWN, OBJECT_URI | OBJECT_POST, like_may, like_apply, NOTIFY_AUTHOR,
	  TO_AUTHOR, KEEP_PRIVATE, false, "Like: a favourite" },
	{ AS_UNDO, AS_LIKE, OBJECT_ACTIVITY | OBJECT_URI, unlike_may, unlike_apply, NOTIFY_NOBODY,
	  TO_AUTHOR, KEEP_PRIVATE, false, "Undo of Like: a favourite taken back" },
	{ AS_EMOJI_REACT, AS_UNKNOWN, OBJECT_URI | OBJECT_POST, emoji_react_may, emoji_react_apply, NOTIFY_AUTHOR,
	  TO_AUTHOR, KEEP_PRIVATE, false, "EmojiReact: a reaction with an emoji" },
	{ AS_UNDO, AS_EMOJI_REACT, OBJECT_ACTIVITY | OBJECT_URI, emoji_unreact_may, emoji_unreact_apply, NOTIFY_NOBODY,
	  TO_AUTHOR, KEEP_PRIVATE, false, "Undo of EmojiReact: a reaction taken back" },
	{ AS_QUOTE_REQUEST, AS_UNKNOWN, OBJECT_URI | OBJECT_POST, quote_request_may, quote_request_apply, NOTIFY_NOBODY,
	  TO_AUTHOR, KEEP_PRIVATE, false, "QuoteRequest: a post wants to quote another" },
	{ AS_ACCEPT, AS_QUOTE_REQUEST, OBJECT_ACTIVITY | OBJECT_URI, quote_answer_may, quote_accept_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Accept of QuoteRequest: it may, with a stamp" },
	{ AS_REJECT, AS_QUOTE_REQUEST, OBJECT_ACTIVITY | OBJECT_URI, quote_answer_may, quote_reject_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Reject of QuoteRequest: it may not" },
	{ AS_ANNOUNCE, AS_UNKNOWN, OBJECT_URI | OBJECT_POST, announce_may, announce_apply, NOTIFY_AUTHOR,
	  TO_AUDIENCE, KEEP_OBJECT, true, "Announce: a boost" },
	{ AS_UNDO, AS_ANNOUNCE, OBJECT_ACTIVITY | OBJECT_URI, unannounce_may, unannounce_apply, NOTIFY_NOBODY,
	  TO_AUDIENCE, KEEP_FORMER, false, "Undo of Announce: a boost taken back" },
	{ AS_BLOCK, AS_UNKNOWN, OBJECT_URI | OBJECT_ACTOR, block_may, block_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Block: a person shuts another out" },
	{ AS_UNDO, AS_BLOCK, OBJECT_ACTIVITY | OBJECT_URI, unblock_may, unblock_apply, NOTIFY_NOBODY,
	  TO_TARGET, KEEP_PRIVATE, false, "Undo of Block: a block ended" },
	{ AS_ADD, AS_UNKNOWN, OBJECT_URI | OBJECT_POST, pin_may, pin_apply, NOTIFY_NOBODY,
	  TO_FOLLOWERS, KEEP_PUBLIC, false, "Add: a post of one's own shown first on the profile" },
	{ AS_REMOVE, AS_UNKNOWN, OBJECT_URI | OBJECT_POST | OBJECT_TOMBSTONE, unpin_may, unpin_apply, NOTIFY_NOBODY,
	  TO_FOLLOWERS, KEEP_PUBLIC, false, "Remove: it is shown first no more" },
	{ AS_FLAG, AS_UNKNOWN, OBJECT_URI, flag_may, flag_apply, NOTIFY_NOBODY,
	  TO_NODE, KEEP_PRIVATE, false, "Flag: a report for those who run the other node" },
	{ AS_MOVE, AS_UNKNOWN, OBJECT_URI | OBJECT_ACTOR, move_may, move_apply, NOTIFY_NOBODY,
	  TO_FOLLOWERS, KEEP_PUBLIC, false, "Move: an account goes on under another address" },
};

enum { ROWS = sizeof(rows) / sizeof *rows };

static const struct activity_row *row_of(const struct activity *a)
{
	enum activity_type of = a->inner ? a->inner->type : AS_UNKNOWN;

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].type == a->type && rows[i].of == of && (rows[i].objects & a->object_kind))
			return &rows[i];
	return NULL;
}

size_t activity_rows(const char *const **ret_lines)
{
	static const char *lines[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		lines[i] = rows[i].summary;
	*ret_lines = lines;
	return ROWS;
}

/* before */

/* Who is kept out can still be erased by those who run the node, and siblings are told. Whom another node says it
 * suspended does nothing new until it says otherwise: nobody follows or speaks unseen. */
static bool is_kept_out(const struct apply *apply)
{
	const struct activity *a = apply->activity;
	bool of_himself = a->object_kind == OBJECT_ACTOR && (a->type == AS_DELETE || a->type == AS_UPDATE);

	if (apply->origin == ORIGIN_LOCAL)
		return apply->actor.disabled && !of_himself;
	return apply->actor.disabled ||
	       (apply->actor.withheld && a->type != AS_DELETE && a->type != AS_UPDATE && a->type != AS_UNDO &&
	        a->type != AS_REJECT);
}

static int find_actor(struct apply *apply)
{
	struct activity *a = apply->activity;
	int r;

	if (apply->origin == ORIGIN_LOCAL) {
		r = accounts_get(apply->arena, apply->view, a->actor_id, &apply->actor);
	} else {
		if (instance_owns(apply->instance, a->actor_uri))
			return ERR_DENIED;
		r = accounts_by_uri(apply->arena, apply->view, a->actor_uri, &apply->actor);
		if (r == ERR_NOT_FOUND) {
			a->need = a->actor_uri;
			return NEED;
		}
	}
	if (r)
		return r;
	if (apply->actor.deleted)
		return ERR_GONE;
	if (is_kept_out(apply))
		return ERR_DENIED;
	a->actor_id = apply->actor.id;
	a->actor_uri = apply->actor.uri;
	return OK;
}

/* What the filters say of a foreign act, when it is to have its effect: they may have changed since it came. */
static int judge(struct apply *apply)
{
	struct activity *a = apply->activity;
	bool takes_back = a->type == AS_DELETE || a->type == AS_UNDO;
	struct policy_case c = {
		.arena = apply->arena, .view = apply->view, .actor = &apply->actor, .takes_back = takes_back,
		.shown = a->object_actor ? a->object_actor : &apply->actor, .post = a->draft ? &a->draft->post : NULL,
		.poll = a->draft ? a->draft->poll : NULL,
	};
	int r;

	if (apply->origin == ORIGIN_LOCAL)
		return OK;
	r = policy_judge(&c, takes_back ? POLICY_ACTOR : POLICY_ACTOR | POLICY_TEXT);
	a->refusal = c.reason;
	return r;
}

static int check_new(struct apply *apply)
{
	const struct activity *a = apply->activity;
	struct str name;

	if (apply->origin == ORIGIN_LOCAL || !a->uri.n)
		return OK;
	name = activity_name(apply->arena, a->uri, a->actor_uri);
	return activities_seen(apply->view, name) || activities_voided(apply->view, name) ? ERR_EXISTS : OK;
}

/* The activity that an Undo, Accept or Reject names by its id alone, from what we know it made. */
static void complete_inner(struct apply *apply)
{
	static const enum activity_type made_by[] = {
		[MADE_FOLLOW] = AS_FOLLOW, [MADE_FAVOURITE] = AS_LIKE, [MADE_BOOST] = AS_ANNOUNCE,
		[MADE_EMOJI_REACTION] = AS_EMOJI_REACT,
		[MADE_BLOCK] = AS_BLOCK,
	};
	struct activity *a = apply->activity, *inner;
	uint64_t first, second;
	uint8_t kind;

	/* An Undo may leave out the emoji that made a Like a reaction; what the Like made tells. */
	if (a->type == AS_UNDO && a->inner && (a->inner->type == AS_LIKE || a->inner->type == AS_EMOJI_REACT) &&
	    a->inner->uri.n && made_get(apply->view, a->inner->uri, &kind, &first, &second) == OK &&
	    (kind == MADE_FAVOURITE || kind == MADE_EMOJI_REACTION))
		a->inner->type = made_by[kind];
	if ((a->type != AS_UNDO && a->type != AS_ACCEPT && a->type != AS_REJECT) || a->inner || !a->object_uri.n)
		return;
	inner = ARENA_NEW(apply->arena, struct activity);
	inner->uri = a->object_uri;
	if (made_get(apply->view, inner->uri, &kind, &first, &second) == OK && kind < sizeof(made_by) / sizeof *made_by)
		inner->type = made_by[kind];
	else if (a->type != AS_UNDO)
		quote_complete_inner(apply, inner);
	a->inner = inner;
}

/* One takes back one's own acts only. */
static bool undoes_another(const struct activity *a)
{
	return a->type == AS_UNDO && a->inner && a->inner->actor_uri.n && !str_eq(a->inner->actor_uri, a->actor_uri);
}

/* One's own account as an object is an actor, however it was written; a stamp that we know a stamp. */
static void complete_object(struct apply *apply)
{
	struct activity *a = apply->activity;

	if (a->type == AS_DELETE && a->object_kind != OBJECT_ACTOR &&
	    quote_knows_stamp(apply->arena, apply->view, a->object_uri))
		a->object_kind = OBJECT_STAMP;
	if (a->type == AS_DELETE && a->object_uri.n && str_eq(a->object_uri, a->actor_uri))
		a->object_kind = OBJECT_ACTOR;
}

/* after */

static uint8_t kept_for(const struct apply *apply, enum keep keep)
{
	switch (keep) {
	case KEEP_OBJECT:
		return 0;
	case KEEP_FORMER:
		return apply->post.visibility <= VISIBILITY_UNLISTED ? VISIBILITY_PUBLIC : VISIBILITY_DIRECT;
	case KEEP_PUBLIC:
		return VISIBILITY_PUBLIC;
	case KEEP_PRIVATE:
		break;
	}
	return VISIBILITY_DIRECT;
}

/* Renders and keeps an activity of ours that somebody elsewhere must hear of, or that stands in an outbox. */
static int send(struct apply *apply, const struct activity_row *row, const struct recipients *recipients)
{
	const struct activity *a = apply->activity;
	/* The end of an account always has a fan-out, which also starts the purge behind it. */
	bool remote = (a->type == AS_DELETE && a->object_kind == OBJECT_ACTOR) ||
	              (a->type == AS_UPDATE && a->object_kind == OBJECT_ACTOR && receipt_tells_all(&apply->actor)) ||
	              ((a->type == AS_DELETE || a->type == AS_UPDATE) && receipts_has(apply->view, a->object_id)) ||
	              fanout_reaches(apply->arena, apply->view, apply->actor.id, recipients);
	struct activity_record record = {
		.id = a->record_id, .uri = a->uri, .type = str_of(activity_type_name(a->type)),
		.account_id = apply->actor.id, .object_id = a->object_id,
		.visibility = kept_for(apply, row->keep),
		/* What is held back is not shown either; its fan-out lists it. */
		.outbox = row->outbox && !a->hold_ms,
	};
	int r;

	if (!remote && !row->outbox)
		return OK;
	record.body = activity_render(apply->arena, apply->view, a);
	r = activities_put(apply->txn, &record);
	if (r || (!remote && !a->hold_ms))
		return r;
	return fanout_add(apply->arena, apply->txn, a->record_id, recipients, txn_now_ms(apply->txn) + a->hold_ms);
}

static int void_inner(struct apply *apply)
{
	const struct activity *a = apply->activity;

	if (!a->inner->uri.n)
		return OK;
	return activities_void(apply->txn, activity_name(apply->arena, a->inner->uri, a->actor_uri));
}

/* What one of ours did is never seen twice: it comes by no wire. */
static int mark_seen(struct apply *apply)
{
	const struct activity *a = apply->activity;

	if (apply->origin == ORIGIN_LOCAL || !a->uri.n)
		return OK;
	return activities_mark_seen(apply->txn, activity_name(apply->arena, a->uri, a->actor_uri));
}

static int run_row(struct apply *apply, const struct activity_row *row)
{
	struct activity *a = apply->activity;
	struct recipients recipients = { 0 };
	bool local = apply->origin == ORIGIN_LOCAL;
	int r = row->may(apply);

	if (r || apply->nothing)
		return r;
	if (apply->unknown && a->type == AS_UNDO)
		r = void_inner(apply);
	else
		r = row->apply(apply);
	if (r)
		return r;
	if (!apply->unknown)
		r = effects_run(apply, row->notify);
	if (!r)
		r = mark_seen(apply);
	if (!r && local)
		r = addressing_fill(apply, row->addressing, &recipients);
	if (!r && local && !a->quiet)
		r = send(apply, row, &recipients);
	/* From here on half of it is written: an error takes all of it back. */
	return r ? txn_fail(apply->txn, r) : OK;
}

/* An Undo of what we never knew: should it still come, it is void. */
static int undo_unknown(struct apply *apply)
{
	int r = void_inner(apply);

	return r ? r : mark_seen(apply);
}

int activity_apply(struct arena *arena, struct txn *txn, struct activity *activity, enum origin origin)
{
	struct apply apply = {
		.arena = arena, .txn = txn, .view = txn_view(txn), .instance = instance_of(txn_view(txn)),
		.activity = activity, .origin = origin,
	};
	const struct activity_row *row;
	int r = find_actor(&apply);

	if (!r)
		r = judge(&apply);
	if (!r)
		r = check_new(&apply);
	if (r)
		return r;
	if (origin == ORIGIN_LOCAL) {
		if (!activity->record_id)
			activity->record_id = txn_new_id(txn);
		activity->uri = instance_activity_uri(arena, apply.instance, activity->record_id);
	}
	if (undoes_another(activity))
		return ERR_DENIED;
	complete_inner(&apply);
	complete_object(&apply);
	row = row_of(activity);
	if (row)
		return run_row(&apply, row);
	if (activity->type == AS_UNDO && activity->inner && origin == ORIGIN_REMOTE &&
	    activity->inner->type == AS_UNKNOWN)
		return undo_unknown(&apply);
	return ERR_INVALID;
}
