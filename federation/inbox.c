/*
 * An incoming delivery or signed GET, from its bytes to a verified activity: the first two of its stages. The third, its
 * effect, is inbox_write.c.
 *
 * The order is the defence: what costs little comes first, nothing is fetched for an origin that is not on the list,
 * nothing is parsed before the digest holds, and nothing has an effect before the signer is the actor. The stages share
 * struct incoming and nothing else.
 */
#include "federation/inbox.h"

#include "federation/actor.h"
#include "federation/brought.h"
#include "federation/budget.h"
#include "federation/followers_sync.h"
#include "federation/pkey.h"
#include "federation/policy.h"
#include "federation/replay.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

enum { KEY_REST_MS = 5 * MINUTE_MS };

static const char not_actor[] = "the signer is not the actor";

/* check */

/* What the filters say. */
static int judge(struct incoming *incoming, struct policy_case *c, unsigned stages)
{
	int r = policy_judge(c, stages);

	if (c->reason) {
		incoming->word = c->reason;
		incoming->reason = c->detail;
	}
	return r;
}

/* The peer whose key signed. A paused one is put off, not refused: what it sends is not lost. */
static int check_peer(struct incoming *incoming, struct view *view)
{
	struct policy_case c = {
		.arena = incoming->arena, .view = view, .uri = incoming->signature.key_id,
		.body_bytes = incoming->request.body.n,
	};
	int r = judge(incoming, &c, POLICY_CONTACT | POLICY_REQUEST);

	incoming->peer = c.peer;
	if (!r && incoming->peer.paused)
		return incoming_refuse(incoming, ERR_BUSY, "this origin is paused");
	return r;
}

/* All of a signed request that can be known without the key. */
static int check_signature(struct incoming *incoming, struct view *view)
{
	const struct instance *instance = incoming->federation->instance;
	struct signature_policy policy = {
		.now_ms = clock_now_ms(), .tolerance_ms = incoming->federation->signature_window_ms,
	};
	struct str hosts[2] = { instance->domain, STR_NONE };
	struct url url;
	int r = signature_parse(incoming->arena, &incoming->request, &incoming->signature, &incoming->reason);

	if (r)
		return r == ERR_NOT_FOUND ? incoming_refuse(incoming, ERR_UNAUTHORIZED, "the request is not signed") : r;
	r = check_peer(incoming, view);
	if (r)
		return r;
	if (url_parse(incoming->arena, instance->url, &url) == OK) {
		hosts[1] = url_host_port(incoming->arena, &url);
		incoming->request.origin = url_origin(incoming->arena, &url);
	}
	policy.hosts = hosts;
	policy.host_count = 2;
	return signature_check_request(incoming->arena, &incoming->request, &incoming->signature, &policy,
	                               &incoming->until_ms, &incoming->reason);
}

static int verify(struct incoming *incoming, const struct account *signer)
{
	struct key_cache *keys = incoming->federation->keys;
	struct str key_id = incoming->signature.key_id;
	struct pkey *key;
	int r;

	if (str_eq(key_id, signer->key_id))
		r = key_cache_public(keys, incoming->arena, key_id, signer->key_pem, &key);
	else
		r = key_cache_multikey(keys, incoming->arena, key_id, signer->proof_key, &key);
	if (r)
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the signer's key is of no use");
	r = signature_verify(incoming->arena, &incoming->request, &incoming->signature, key, &incoming->reason);
	incoming->verified = r == OK;
	incoming->by_ed25519 = pkey_type(key) == PKEY_ED25519;
	return r;
}

/* What a key was fetched for, as a name for replay_cache. Reads and deliveries rest apart: a peer whose signed GETs
 * never verify (Fedify 2.3 signs the fragment of a key's address with it) must still be believed with a new key. */
static struct str fetched_for(const struct incoming *incoming)
{
	return signature_request_reads(&incoming->request) ? STR("fetched for a read") : STR("fetched");
}

/* A key that was fetched in vain is left alone for a while. */
static bool is_resting(const struct incoming *incoming)
{
	return replay_cache_knows(incoming->federation->replays, incoming->signature.key_id, fetched_for(incoming),
	                          clock_monotonic_ms());
}

static void let_rest(const struct incoming *incoming)
{
	int64_t now_ms = clock_monotonic_ms();

	replay_cache_admit(incoming->federation->replays, incoming->signature.key_id, fetched_for(incoming), now_ms,
	                   now_ms + KEY_REST_MS);
}

/* Where nodes have their instance actors, and none of their people. One elsewhere is found through NodeInfo. */
static bool is_instance_place(const struct incoming *incoming, struct str uri)
{
	const struct peer *peer = &incoming->peer;
	struct str rest = str_sub(uri, peer->url.n, SIZE_MAX);

	return str_starts(uri, peer->url) &&
	       (str_eq(rest, STR("/")) || str_eq(rest, STR("/actor")) ||
	        str_ends(rest, arena_printf(incoming->arena, "/%.*s", STR_ARG(peer->domain))));
}

/* An instance actor is who its peer's pinned key says; until one is pinned, the Application in its place. */
static int know_signer(struct incoming *incoming, const struct account *signer)
{
	const struct peer *peer = &incoming->peer;

	incoming->signer = *signer;
	incoming->signer_is_instance = peer->actor_uri.n ? str_eq(signer->uri, peer->actor_uri)
	                                                 : signer->kind == ACCOUNT_APPLICATION &&
	                                                           is_instance_place(incoming, signer->uri);
	if (incoming->signer_is_instance && peer->key_pem.n &&
	    (!str_eq(signer->key_pem, peer->key_pem) || !str_eq(incoming->signature.key_id, signer->key_id)))
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the key of the instance actor is not the pinned one");
	return OK;
}

/* OK, or NEED when the key is unknown or does not fit (it may have been changed). */
static int check_signer(struct incoming *incoming, struct view *view)
{
	struct account signer;
	int r = accounts_by_key_id(incoming->arena, view, incoming->signature.key_id, &signer);

	if (r == ERR_NOT_FOUND)
		return is_resting(incoming) ? incoming_refuse(incoming, ERR_UNAUTHORIZED, "the signer's key is not known") : NEED;
	if (r)
		return r;
	if (signer.deleted || signer.disabled)
		return incoming_refuse(incoming, ERR_DENIED, "the signer's account has ended");
	r = verify(incoming, &signer);
	if (r)
		return r == ERR_UNAUTHORIZED && !is_resting(incoming) ? NEED : r;
	return know_signer(incoming, &signer);
}

static bool takes_back(const struct activity *activity)
{
	return activity && (activity->type == AS_DELETE || activity->type == AS_UNDO);
}

/* The signature is good: may he, and is it not too much? */
static int check_policy(struct incoming *incoming, struct view *view)
{
	struct policy_case c = {
		.arena = incoming->arena, .view = view, .peer = incoming->peer, .budget = incoming->federation->budget,
		.rate = incoming->federation->peer_rate,
		.actor = &incoming->signer, .takes_back = takes_back(incoming->activity),
	};

	return judge(incoming, &c, incoming->activity ? POLICY_DELIVERY | POLICY_ACTOR : POLICY_ACTOR);
}

static int check_policy_now(struct incoming *incoming, struct store *store)
{
	struct view *view;
	int r = view_begin(store, &view);

	if (r)
		return r;
	r = check_policy(incoming, view);
	view_end(view);
	return r;
}

static bool is_actor(const struct incoming *incoming)
{
	return str_eq(incoming->signer.uri, incoming->activity->actor_uri);
}

/* The last thing before an effect: the same signature has it once. */
static int check_replay(struct incoming *incoming)
{
	if (replay_cache_knows(incoming->federation->replays, incoming->signature.key_id, incoming->signature.bytes,
	                       clock_now_ms())) {
		incoming->reason = "a signature came twice";
		incoming->duplicate = true;
	}
	return OK;
}

void inbox_done(const struct incoming *incoming)
{
	if (incoming->verified && !incoming->duplicate)
		replay_cache_admit(incoming->federation->replays, incoming->signature.key_id, incoming->signature.bytes,
		                   clock_now_ms(), incoming->until_ms);
	if (incoming->asks_followers)
		followers_sync_asked(incoming->federation, &incoming->signer);
}

static int check_body(struct incoming *incoming)
{
	struct activity *activity = ARENA_NEW(incoming->arena, struct activity);
	json_t *document;
	int r = json_parse(incoming->arena, incoming->request.body, &document);

	if (r)
		return incoming_refuse(incoming, r, r == ERR_LIMIT ? "the document is too large" : "this is no JSON we accept");
	if (activity_parse(incoming->arena, document, activity))
		return incoming_refuse(incoming, ERR_INVALID, "this is no activity we accept");
	incoming->activity = activity;
	incoming->document = document;
	incoming->body = incoming->request.body;
	if (!url_same_origin(incoming->arena, activity->actor_uri, incoming->signature.key_id) && !brought_may(incoming))
		return incoming_refuse(incoming, ERR_DENIED, not_actor);
	return OK;
}

static bool ends_actor(const struct activity *activity)
{
	return activity->type == AS_DELETE && str_eq(activity->object_uri, activity->actor_uri);
}

/* Of an account we do not know there is nothing to delete; its key may be gone with it. */
static bool ends_unknown(const struct incoming *incoming, struct view *view)
{
	struct account account;

	return ends_actor(incoming->activity) &&
	       (accounts_by_uri(incoming->arena, view, incoming->activity->actor_uri, &account) != OK ||
	        account.deleted);
}

int inbox_check(struct incoming *incoming, struct view *view)
{
	int r;

	if (incoming->request.body.n > JSON_BYTES_MAX)
		return incoming_refuse(incoming, ERR_LIMIT, "the document is too large");
	r = check_signature(incoming, view);
	if (!r)
		r = check_body(incoming);
	if (r)
		return r;
	if (ends_unknown(incoming, view)) {
		incoming->duplicate = true;
		return OK;
	}
	r = check_signer(incoming, view);
	if (!r)
		r = check_policy(incoming, view);
	if (!r && !is_actor(incoming))
		r = brought_may(incoming) ? brought_check(incoming, view) : incoming_refuse(incoming, ERR_DENIED, not_actor);
	return r ? r : check_replay(incoming);
}

/* work */

static int fetch_signer(struct incoming *incoming, struct store *store)
{
	struct account signer = { 0 };
	int r;

	/* Anybody can name keys of a peer. So what exceeds its budget is answered as what concerns this one request; a 503
	 * would have the peer's whole lane wait. */
	if (!budget_take_key(incoming->federation->budget, incoming->peer.url))
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "too many unknown keys of this origin at once");
	r = resolve_key(incoming->federation, incoming->arena, store, incoming->signature.key_id, &signer);

	if (r == ERR_NETWORK)
		return incoming_refuse(incoming, ERR_BUSY, "the signer's key could not be fetched");
	if (r == ERR_BUSY)
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "too many keys of this origin are being fetched");
	if (r == OK) {
		/* Whether it signed this or not, it is what its node says: whoever forges a signature must not keep us
		 * from the true one. */
		incoming->signer = signer;
		incoming->fetched = true;
		r = verify(incoming, &signer);
	} else if (r != ERR_GONE) {
		r = incoming_refuse(incoming, ERR_UNAUTHORIZED, "the signer's key cannot be trusted");
	}
	if (r) {
		let_rest(incoming);
		return r;
	}
	if (signer.disabled)
		return incoming_refuse(incoming, ERR_DENIED, "the signer's account has ended");
	return know_signer(incoming, &signer);
}

/* Where the key was there is nothing any more. That says as much of the actor only if it was in his own document; a key
 * id may name anything that is gone. */
static bool actor_is_gone(const struct incoming *incoming, struct store *store)
{
	struct str key_id = incoming->signature.key_id, actor_uri = incoming->activity->actor_uri;
	struct resolved found;

	if (str_eq(str_cut(&key_id, '#'), actor_uri))
		return true;
	return budget_take_key(incoming->federation->budget, incoming->peer.url) &&
	       resolve_actor(incoming->federation, incoming->arena, store, actor_uri, &found) == ERR_GONE;
}

/* Its node says itself that the actor is gone: that is as good as its signature. */
static int believe_end(struct incoming *incoming, struct store *store)
{
	struct view *view;
	int r = view_begin(store, &view);

	if (r)
		return r;
	r = accounts_by_uri(incoming->arena, view, incoming->activity->actor_uri, &incoming->signer);
	view_end(view);
	if (r == ERR_NOT_FOUND)
		incoming->duplicate = true;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* The signer is known by now: what he brings of another may still need a key. */
static int check_brought(struct incoming *incoming, struct store *store)
{
	struct view *view;
	int r;

	if (!brought_may(incoming))
		return incoming_refuse(incoming, ERR_DENIED, not_actor);
	r = view_begin(store, &view);
	if (r)
		return r;
	r = brought_check(incoming, view);
	view_end(view);
	return r == NEED ? brought_work(incoming, store) : r;
}

int inbox_work(struct incoming *incoming, struct store *store)
{
	int r = incoming->verified ? OK : fetch_signer(incoming, store);

	if (r == ERR_GONE && ends_actor(incoming->activity) && actor_is_gone(incoming, store))
		return believe_end(incoming, store);
	if (r == ERR_GONE)
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the signer's account has ended");
	if (!r && incoming->fetched)
		r = check_policy_now(incoming, store);
	if (!r && !is_actor(incoming))
		r = check_brought(incoming, store);
	return r ? r : check_replay(incoming);
}

/* signed GET */

int fetch_check(struct incoming *incoming, struct view *view)
{
	int r = check_signature(incoming, view);

	if (!r)
		r = check_signer(incoming, view);
	return r ? r : check_policy(incoming, view);
}

int fetch_work(struct incoming *incoming, struct store *store)
{
	int r = fetch_signer(incoming, store);

	if (r == ERR_GONE)
		return incoming_refuse(incoming, ERR_UNAUTHORIZED, "the signer's account has ended");
	return r ? r : check_policy_now(incoming, store);
}
