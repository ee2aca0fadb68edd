/*
 * An activity that another brings than its actor. What the bringer is worth is settled by the inbox; here it counts for
 * nothing.
 */
#include "federation/brought.h"

#include "federation/budget.h"
#include "federation/on_actor.h"
#include "federation/on_post.h"
#include "federation/pkey.h"
#include "federation/policy.h"
#include "federation/proof.h"
#include "federation/replay.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "federation/waiting.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/posts.h"

enum {
	KEY_REST_MS = 5 * MINUTE_MS,   /* a key that was fetched in vain is left alone for a while */
	AHEAD_MS = HOUR_MS,            /* of a proof's date: clocks differ */
};

static const char not_actor[] = "the signer is not the actor";

static bool has_proof(const struct incoming *incoming)
{
	return json_member(incoming->document, "proof") != NULL;
}

/* A new answer: all that hearsay is good for. */
static bool is_answer(const struct activity *activity)
{
	return activity->type == AS_CREATE && activity->draft && activity->draft->post.in_reply_to_uri.n;
}

bool brought_may(const struct incoming *incoming)
{
	/* One without an id could be brought again and again. */
	return incoming->activity->uri.n && (has_proof(incoming) || is_answer(incoming->activity));
}

/* The node of the actor is one that we listen to, whoever speaks for it. */
static int check_origin(struct incoming *incoming, struct view *view, struct peer *ret_peer)
{
	struct policy_case c = { .arena = incoming->arena, .view = view, .uri = incoming->activity->actor_uri };
	int r = policy_judge(&c, POLICY_CONTACT);

	*ret_peer = c.peer;
	if (c.reason) {
		incoming->reason = c.detail;
		incoming->word = c.reason;
	}
	if (!r && c.peer.paused)
		return incoming_refuse(incoming, ERR_BUSY, "the origin of its actor is paused");
	return r;
}

/* by hearsay */

/* The answer is asked for when it hangs below a post that is here, and is not here itself. Whoever may not see the post
 * is told what he is told when there is none. */
static int check_hearsay(struct incoming *incoming, struct view *view)
{
	const struct activity *activity = incoming->activity;
	struct post parent;
	uint64_t id;
	int r;

	if (!is_answer(activity) ||
	    posts_by_uri(incoming->arena, view, activity->draft->post.in_reply_to_uri, &parent) != OK ||
	    !access_sees(view, incoming_beholder(incoming), &parent))
		return incoming_refuse(incoming, ERR_DENIED, not_actor);
	r = posts_id_by_uri(view, activity->object_uri, &id);
	if (r == OK || r == ERR_GONE) {
		incoming->duplicate = true;
		return OK;
	}
	incoming->hearsay = activity->object_uri;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* by proof */

/* A proof has no end of its own, and what it proves must not have its effect anew when we have forgotten it. */
static bool is_timely(const struct proof *proof, int64_t now_ms)
{
	int64_t ms;

	return date_parse_iso(json_member_str(proof->statement, "created"), &ms) && ms <= now_ms + AHEAD_MS &&
	       ms > now_ms - (int64_t)BROUGHT_DAYS_MAX * DAY_MS;
}

static int read_proof(struct incoming *incoming, struct proof *ret_proof)
{
	int64_t now_ms = clock_now_ms();
	int r;

	if (incoming->body.n > BROUGHT_BYTES_MAX) {
		incoming->word = "size";
		incoming->reason = "the activity is too large to be brought by another";
		return ERR_LIMIT;
	}
	r = proof_parse(incoming->arena, incoming->document, now_ms, ret_proof, &incoming->reason);
	if (r)
		return r;
	if (!is_timely(ret_proof, now_ms))
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the proof is too old, of the future or without a date");
	if (!url_same_origin(incoming->arena, ret_proof->key_id, incoming->activity->actor_uri))
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the proof names a key of another origin than its actor's");
	return OK;
}

static int verify(struct incoming *incoming, const struct proof *proof, const struct account *author)
{
	struct pkey *key;

	if (key_cache_multikey(incoming->federation->keys, incoming->arena, author->proof_key_id, author->proof_key, &key))
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the key of the proof is of no use");
	return proof_verify(incoming->arena, proof, key, author->uri, incoming->activity->actor_uri, &incoming->reason);
}

static bool is_resting(const struct incoming *incoming, const struct proof *proof)
{
	return replay_cache_knows(incoming->federation->replays, proof->key_id, STR("fetched for a proof"),
	                          clock_monotonic_ms());
}

static int let_rest(const struct incoming *incoming, const struct proof *proof)
{
	int64_t now_ms = clock_monotonic_ms();

	replay_cache_admit(incoming->federation->replays, proof->key_id, STR("fetched for a proof"), now_ms,
	                   now_ms + KEY_REST_MS);
	return ERR_UNAUTHORIZED;
}

/* Its profile. A former one would bring keys back that were taken from use. */
static bool tells_of_actor(const struct incoming *incoming)
{
	return incoming->activity->type == AS_UPDATE && incoming->activity->object_actor;
}

int brought_check(struct incoming *incoming, struct view *view)
{
	struct proof proof;
	struct account author;
	struct peer peer;
	int r = check_origin(incoming, view, &peer);

	if (!r)
		r = read_proof(incoming, &proof);
	if (r)
		return r == ERR_NOT_FOUND ? check_hearsay(incoming, view) : r;
	r = accounts_by_uri(incoming->arena, view, incoming->activity->actor_uri, &author);
	if (r && r != ERR_NOT_FOUND)
		return r;
	if (!r && (author.deleted || author.disabled))
		return incoming_refuse(incoming, ERR_DENIED, "the actor's account has ended");
	/* A key that does not fit may have been changed under its old name. */
	if (!r && !tells_of_actor(incoming) && str_eq(author.proof_key_id, proof.key_id) &&
	    verify(incoming, &proof, &author) == OK)
		return OK;
	return is_resting(incoming, &proof) ? incoming_refuse(incoming, ERR_UNAUTHORIZED, "the proof cannot be checked") : NEED;
}

static int check_origin_now(struct incoming *incoming, struct store *store, struct peer *ret_peer)
{
	struct view *view;
	int r = view_begin(store, &view);

	if (r)
		return r;
	r = check_origin(incoming, view, ret_peer);
	view_end(view);
	return r;
}

int brought_work(struct incoming *incoming, struct store *store)
{
	struct account *author = ARENA_NEW(incoming->arena, struct account);
	struct proof proof;
	struct peer peer;
	int r = check_origin_now(incoming, store, &peer);

	if (!r)
		r = read_proof(incoming, &proof);
	if (r)
		return r;
	if (!budget_take_key(incoming->federation->budget, peer.url))
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "too many unknown keys of this origin at once");
	r = resolve_proof_key(incoming->federation, incoming->arena, store, incoming->activity->actor_uri, proof.key_id,
	                      author);
	if (r == ERR_NETWORK || r == ERR_BUSY)
		return incoming_refuse(incoming, ERR_BUSY, "the key of the proof could not be fetched");
	if (r || author->disabled) {
		incoming->reason = "the key of the proof cannot be trusted";
		return let_rest(incoming, &proof);
	}
	/* Whether it proves this or not, it is what his node says: a forger must not keep us from the true one. */
	incoming->author = author;
	if (verify(incoming, &proof, author))
		return let_rest(incoming, &proof);
	if (tells_of_actor(incoming))
		*incoming->activity->object_actor = *author;
	return OK;
}

/* writing */

int brought_put_actor(struct incoming *incoming, struct txn *txn)
{
	struct account author;

	if (!incoming->author)
		return OK;
	author = *incoming->author;
	return on_actor_put(incoming->arena, txn, &author);
}

int brought_ask(struct incoming *incoming, struct txn *txn)
{
	uint64_t id;

	if (posts_id_by_uri(txn_view(txn), incoming->hearsay, &id) == OK)
		return OK;
	if (!waiting_has_room(txn_view(txn), incoming->hearsay))
		return incoming_refuse(incoming, ERR_BUSY, "too much is waiting to be fetched");
	return on_post_fetch_parent(incoming->arena, txn, incoming->hearsay, 1);
}
