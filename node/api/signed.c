/*
 * Signed requests: federation/inbox.h over calls.
 */
#include "node/api/signed.h"

#include "federation/accept_signature.h"
#include "federation/deliver.h"
#include "federation/url.h"
#include "node/node.h"

struct signed_call {
	struct incoming incoming;
	bool is_good;
};

struct incoming *signed_incoming(struct call *call)
{
	struct signed_call *state = ARENA_NEW(call->arena, struct signed_call);

	call->state = state;
	state->incoming = (struct incoming){
		.arena = call->arena,
		.federation = &call->node->federation,
		.request = {
			.method = call->request.head ? STR("HEAD") : call->request.method,
			.target = call->request.target,
			.headers = call->request.headers, .header_count = call->request.header_count,
			.body = call->request.body,
		},
		.body = call->request.body,
		.address = call->request.peer_address,
	};
	return &state->incoming;
}

int signed_refuse(struct call *call, const struct incoming *incoming, int err)
{
	/* Who did not sign, or not so that we could read it, learns how (RFC 9421 section 5.1). */
	if (err == ERR_UNAUTHORIZED && !incoming->signature.key_id.n)
		call_header(call, "Accept-Signature", accept_signature_make(incoming->request.body.n > 0));
	if (incoming->reason)
		return call_fail(call, err, "%s", incoming->reason);
	if (err == ERR_UNAUTHORIZED)
		return call_fail(call, err, "This request needs a signature");
	return err;
}

void signed_wake(struct call *call, const struct incoming *incoming)
{
	if (call->node->deliverer && incoming->peer.id && incoming->verified)
		deliver_wake(call->node->deliverer, incoming->peer.id, true);
}

/* The outcome of a check or work stage of federation/inbox.h. */
static int settle(struct call *call, int err)
{
	struct signed_call *state = call->state;

	if (err == OK) {
		state->is_good = true;
		signed_wake(call, &state->incoming);
	}
	return err;
}

static int keep_body(struct txn *txn, void *arg)
{
	return fetch_write(arg, txn);
}

/* Stores a key that was fetched, so that the next request finds it. The answer does not depend on it. */
static void keep(struct call *call)
{
	struct signed_call *state = call->state;
	const struct node *node = call->node;

	if (!state->incoming.fetched)
		return;
	if (node->writer)
		writer_run(node->writer, keep_body, &state->incoming);
	else
		store_write(node->store, keep_body, &state->incoming, NULL, NULL);
}

int signed_require(struct call *call, struct view *view)
{
	struct incoming *incoming = signed_incoming(call);
	int r = settle(call, fetch_check(incoming, view));

	if (r == OK)
		return CALL_SKIP_WORK;
	return r == NEED ? OK : signed_refuse(call, incoming, r);
}

int signed_require_work(struct call *call)
{
	struct signed_call *state = call->state;
	int r = settle(call, fetch_work(&state->incoming, call->node->store));

	keep(call);
	return r == OK ? OK : signed_refuse(call, &state->incoming, r);
}

int signed_try(struct call *call, struct view *view)
{
	int r = settle(call, fetch_check(signed_incoming(call), view));

	return r == NEED ? OK : CALL_SKIP_WORK;
}

int signed_try_work(struct call *call)
{
	struct signed_call *state = call->state;

	settle(call, fetch_work(&state->incoming, call->node->store));
	keep(call);
	return OK;
}

void signed_greet(struct call *call, struct view *view)
{
	settle(call, fetch_check(signed_incoming(call), view));
}

bool signed_by_peer(const struct call *call)
{
	const struct signed_call *state = call->state;

	return state && state->is_good;
}

struct beholder signed_beholder(const struct call *call)
{
	const struct signed_call *state = call->state;

	return signed_by_peer(call) ? incoming_beholder(&state->incoming) : (struct beholder){ 0 };
}

struct str signed_origin(const struct call *call)
{
	const struct signed_call *state = call->state;
	struct url url;

	if (!signed_by_peer(call) || url_parse(call->arena, state->incoming.signature.key_id, &url) != OK)
		return STR_NONE;
	return url_origin(call->arena, &url);
}
