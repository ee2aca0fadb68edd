/*
 * One request to a peer, made ready on the pool.
 */
#include "federation/outgoing.h"

#include "federation/followers_sync.h"
#include "federation/pkey.h"
#include "federation/prove.h"
#include "federation/rotate.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/peers.h"

static const struct str content_type = { "application/activity+json", sizeof("application/activity+json") - 1 };

static void header_add(struct outgoing *outgoing, struct str name, struct str value)
{
	outgoing->headers[outgoing->header_count++] = (struct header){ name, value };
}

/* What is known of the peer now: it may have signed to us since its lane was read. */
static enum knock_way first_way(const struct outgoing *outgoing, struct view *view)
{
	struct peer peer;
	struct knock knock;

	if (peers_get(outgoing->arena, view, outgoing->delivery.peer_id, &peer) != OK)
		return KNOCK_CAVAGE;
	knock = knock_of(&peer);
	return knock_first(&knock, clock_now_ms());
}

/* The actor's key for the way; without one of Ed25519 it is the RSA way. A node is known by its RSA key, which peers
 * pin; and so is whoever has just changed his keys by the one of before. */
static int take_key(struct outgoing *outgoing, const struct federation *federation, struct view *view,
                    uint64_t actor_id, struct pkey **ret_key)
{
	int (*get)(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem) = accounts_private_key_get;
	struct account actor;
	struct str pem;
	int err = accounts_get(outgoing->arena, view, actor_id, &actor);

	if (err != OK)
		return err;
	outgoing->key_id = actor.key_id;
	if (rotate_signs_with_old(&actor, outgoing->delivery.activity_id, clock_now_ms())) {
		outgoing->key_id = actor.old_key_id;
		get = accounts_old_key_get;
	} else if (actor.kind != ACCOUNT_APPLICATION) {
		outgoing->other_key_id = actor.proof_key_id;
	}
	if (outgoing->way == KNOCK_MESSAGE_ED25519 && outgoing->other_key_id.n) {
		outgoing->key_id = actor.proof_key_id;
		get = accounts_proof_key_get;
	} else if (outgoing->way == KNOCK_MESSAGE_ED25519) {
		outgoing->way = KNOCK_MESSAGE;
	}
	err = get(outgoing->arena, view, actor_id, &pem);
	return err != OK ? err : key_cache_private(federation->keys, outgoing->arena, outgoing->key_id, pem, ret_key);
}

/* Whom we take for followers there, with what goes to followers. */
static void add_sync(struct outgoing *outgoing, struct view *view, uint64_t actor_id, struct signature_order *order)
{
	struct account actor;
	struct str value;

	if (!outgoing->delivery.to_followers || accounts_get(outgoing->arena, view, actor_id, &actor) != OK)
		return;
	value = followers_sync_header(outgoing->arena, view, &actor, outgoing->address);
	if (!value.n)
		return;
	order->extra = (struct header){ STR(FOLLOWERS_SYNC_HEADER), value };
	header_add(outgoing, order->extra.name, value);
}

static int sign(struct outgoing *outgoing, const struct federation *federation, struct view *view, uint64_t actor_id)
{
	struct signature_order order = {
		.method = outgoing->hello ? STR("GET") : STR("POST"), .target = outgoing->url.target,
		.body = outgoing->body, .host = url_host_port(outgoing->arena, &outgoing->url),
		.content_type = outgoing->hello ? STR_NONE : content_type, .now_ms = clock_now_ms(),
		.secure = outgoing->url.secure, .wish = outgoing->wish.label.n ? &outgoing->wish : NULL,
	};
	struct header made[SIGNATURE_MADE_HEADERS];
	struct pkey *key;
	int err;

	if (!outgoing->second)
		outgoing->way = first_way(outgoing, view);
	err = take_key(outgoing, federation, view, actor_id, &key);
	if (err != OK)
		return err;
	order.key_id = outgoing->key_id;
	order.key = key;
	add_sync(outgoing, view, actor_id, &order);
	order.scheme = knock_scheme(outgoing->way);
	err = signature_make(outgoing->arena, &order, made);
	for (size_t i = 0; err == OK && i < SIGNATURE_MADE_HEADERS; i++)
		header_add(outgoing, made[i].name, made[i].value);
	return err;
}

static int prepare_in(struct outgoing *outgoing, const struct federation *federation, struct view *view)
{
	struct activity_record record;
	int err = url_parse(outgoing->arena, outgoing->address, &outgoing->url);

	outgoing->header_count = 0;
	if (err != OK)
		return err;
	if (outgoing->hello) {
		header_add(outgoing, STR("Accept"), content_type);
		return sign(outgoing, federation, view, federation->instance->actor_id);
	}
	err = activities_get(outgoing->arena, view, outgoing->delivery.activity_id, &record);
	if (err != OK)
		return err;
	outgoing->body = prove_activity(federation->keys, outgoing->arena, view, &record);
	header_add(outgoing, STR("Content-Type"), content_type);
	return sign(outgoing, federation, view, outgoing->delivery.actor_id);
}

int outgoing_prepare(struct outgoing *outgoing, const struct federation *federation, struct store *store)
{
	struct view *view;
	int err = view_begin(store, &view);

	if (err != OK)
		return err;
	err = prepare_in(outgoing, federation, view);
	view_end(view);
	return err;
}

static bool is_key(struct str wished, struct str key_id)
{
	return key_id.n && (!wished.n || str_eq(wished, key_id));
}

bool outgoing_take_wish(struct outgoing *outgoing, struct str accept_signature)
{
	struct signature_wish wish;

	if (!accept_signature.n || accept_signature_parse(outgoing->arena, accept_signature, &wish) != OK)
		return false;
	wish.rsa = wish.rsa && outgoing->way != KNOCK_MESSAGE_ED25519 && is_key(wish.key_id, outgoing->key_id);
	wish.ed25519 = wish.ed25519 && is_key(wish.key_id, outgoing->other_key_id);
	if (!wish.rsa && !wish.ed25519)
		return false;
	outgoing->wish = wish;
	return true;
}

bool outgoing_hears_ed25519(const struct outgoing *outgoing, struct str accept_signature)
{
	struct signature_wish wish;

	return accept_signature.n && outgoing->other_key_id.n &&
	       accept_signature_parse(outgoing->arena, accept_signature, &wish) == OK && wish.ed25519 && !wish.rsa;
}
