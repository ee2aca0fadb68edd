/*
 * The last stage of an incoming delivery or signed GET: what it changes here. Writer thread.
 */
#include "federation/inbox.h"

#include "federation/actor.h"
#include "federation/apply.h"
#include "federation/brought.h"
#include "federation/followers_sync.h"
#include "federation/knock.h"
#include "federation/on_actor.h"
#include "federation/url.h"
#include "federation/waiting.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/peers.h"
#include "storage/refusals.h"

enum {
	STUB_REST_MS = MINUTE_MS,
	WAITING_BYTES_MAX = 64 * 1024,   /* an activity that needs one names things, it brings none along */
};

/* In the form in which a peer signs it reads. */
static bool hear_way(const struct incoming *incoming, struct peer *peer, int64_t now_ms)
{
	struct knock knock = knock_of(peer);

	if (!knock_learn(&knock, KNOCK_HEARD, knock_way_heard(incoming->signature.scheme, incoming->by_ed25519), now_ms))
		return false;
	knock_keep(&knock, peer);
	return true;
}

/* What a good signature says of the peer it came from: that it is there, what its key is, which form it signs in. */
static int note_peer(struct incoming *incoming, struct txn *txn)
{
	struct peer peer;
	bool pins;
	int r = peers_get(incoming->arena, txn_view(txn), incoming->peer.id, &peer);

	if (r)
		return r == ERR_NOT_FOUND ? incoming_refuse(incoming, ERR_DENIED, "this origin is not on the allow list") : r;
	if (!incoming->verified)
		return OK;
	pins = incoming->signer_is_instance && !peer.key_pem.n;
	if (!hear_way(incoming, &peer, txn_now_ms(txn)) && peer.contacted_ms && !pins)
		return OK;
	if (pins) {
		peer.actor_uri = incoming->signer.uri;
		peer.inbox = incoming->signer.inbox;
		peer.key_id = incoming->signer.key_id;
		peer.key_pem = incoming->signer.key_pem;
	}
	if (!peer.contacted_ms)
		peer.contacted_ms = txn_now_ms(txn);
	return peers_put(txn, &peer);
}

/* He was read while his node did not list us. As he signs to us it seems to by now: he is asked for again, in a while if
 * that was vain. */
static int ask_stub(const struct incoming *incoming, struct txn *txn)
{
	struct job job = { .kind = STR("resolve"), .argument = incoming->signer.uri };
	struct account signer;
	int r;

	if (!actor_is_stub(&incoming->signer) ||
	    accounts_get(incoming->arena, txn_view(txn), incoming->signer.id, &signer) || !actor_is_stub(&signer) ||
	    txn_now_ms(txn) - signer.fetched_ms < STUB_REST_MS || !waiting_has_room(txn_view(txn), signer.uri))
		return OK;
	signer.fetched_ms = txn_now_ms(txn);
	r = accounts_put(txn, &signer);
	return r ? r : jobs_add(txn, &job);
}

int fetch_write(struct incoming *incoming, struct txn *txn)
{
	struct account signer = incoming->signer;
	int r = OK;

	if (incoming->fetched)
		r = on_actor_put(incoming->arena, txn, &signer);
	else if (incoming->verified)
		r = ask_stub(incoming, txn);
	if (r == ERR_EXISTS)
		return incoming_refuse(incoming, ERR_DENIED, "the signer's name or key is somebody else's");
	return r ? r : note_peer(incoming, txn);
}

/* Keeps the activity until what it needs was fetched. */
static int keep(struct incoming *incoming, struct txn *txn, const struct activity *activity)
{
	struct activity_record record = {
		.id = txn_new_id(txn), .uri = activity_name(incoming->arena, activity->uri, activity->actor_uri), .type = str_of(activity_type_name(activity->type)),
		.account_id = activity->actor_id, .body = incoming->body, .visibility = VISIBILITY_DIRECT,
	};
	struct job job = { .kind = STR("resolve"), .subject = record.id, .argument = activity->need };
	struct activity_record waiting;
	int r;

	if (activities_by_uri(incoming->arena, txn_view(txn), record.uri, &waiting) == OK)
		return OK;
	if (record.body.n > WAITING_BYTES_MAX)
		return ERR_LIMIT;
	if (!waiting_has_room(txn_view(txn), activity->need))
		return incoming_refuse(incoming, ERR_BUSY, "too much is waiting to be fetched");
	r = activities_put(txn, &record);
	return r ? r : jobs_add(txn, &job);
}

/* What the journal says of it; NULL: it is not the sender's fault. */
static const char *refusal_text(int err)
{
	if (err == ERR_DENIED)
		return "not this actor's to do";
	return err == ERR_LIMIT ? "out of bounds" : NULL;
}

/* The body may run again, so the activity is applied as a copy. */
static int apply(struct incoming *incoming, struct txn *txn)
{
	struct activity activity = *incoming->activity;
	struct object_draft draft;
	struct account account;
	int r;

	if (activity.draft) {
		draft = *activity.draft;
		activity.draft = &draft;
	}
	if (activity.object_actor) {
		account = *activity.object_actor;
		activity.object_actor = &account;
	}
	r = activity_apply(incoming->arena, txn, &activity, ORIGIN_REMOTE);
	incoming->word = activity.refusal;
	return r == NEED ? keep(incoming, txn, &activity) : r;
}

/* Where no filter gave one, the word follows from how far it came. */
static const char *word_of(const struct incoming *incoming)
{
	if (incoming->word)
		return incoming->word;
	if (incoming->duplicate)
		return "replay";
	return incoming->verified ? "not-allowed" : "not-verified";
}

int inbox_refuse_write(struct incoming *incoming, struct txn *txn)
{
	struct str origin = incoming->peer.url;
	struct url url;

	if (incoming->fetched)
		fetch_write(incoming, txn);
	brought_put_actor(incoming, txn);
	if (!origin.n && url_parse(incoming->arena, incoming->signature.key_id, &url) == OK)
		origin = url_origin(incoming->arena, &url);
	if (!origin.n)
		origin = incoming->address;
	return refusals_add(txn, &(struct refusal){
		.origin = origin, .who = incoming->signature.key_id, .reason = str_of(word_of(incoming)),
		.detail = str_of(incoming->reason),
	});
}

/* It had its effect, is there already, came too late, is about nothing here, or is of a kind that has no effect here. */
static bool is_taken(int err)
{
	return err == OK || err == ERR_EXISTS || err == ERR_GONE || err == ERR_NOT_FOUND || err == ERR_INVALID;
}

static int hear_followers(struct incoming *incoming, struct txn *txn)
{
	if (!incoming->verified)
		return OK;
	return followers_sync_hear(incoming->federation, incoming->arena, txn, &incoming->request, &incoming->signature,
	                           &incoming->signer, &incoming->asks_followers);
}

int inbox_write(struct incoming *incoming, struct txn *txn)
{
	int r = OK;

	if (incoming->duplicate)
		return incoming->reason ? inbox_refuse_write(incoming, txn) : OK;
	r = fetch_write(incoming, txn);
	if (!r)
		r = brought_put_actor(incoming, txn);
	if (!r)
		r = incoming->hearsay.n ? brought_ask(incoming, txn) : apply(incoming, txn);
	if (txn_err(txn))
		return txn_err(txn);
	if (is_taken(r))
		return hear_followers(incoming, txn);
	if (!refusal_text(r))
		return r;
	if (!incoming->reason)
		incoming->reason = incoming->word ? "a filter caught it" : refusal_text(r);
	return inbox_refuse_write(incoming, txn);
}
