/*
 * POST to an inbox: federation/inbox.h over the stages of a call.
 *
 * Refusals are written to the journal, but only so many a minute: what a stranger sends must not keep the disk busy.
 */
#include "node/api/activitypub.h"

#include <stdatomic.h>

#include "federation/accept_signature.h"
#include "node/api/answer.h"
#include "node/api/signed.h"
#include "node/node.h"
#include "storage/accounts.h"

struct inbox_call {
	struct incoming *incoming;
	int refusal;  /* of check or work, journaled by the write and told by the show; 0: none */
};

/* application/activity+json, or application/ld+json with our profile or none; a charset may follow. */
static bool is_activity_type(struct str content_type)
{
	struct str type = str_trim(str_cut(&content_type, ';'));

	return str_eq_nocase(type, STR("application/activity+json")) ||
	       str_eq_nocase(type, STR("application/ld+json"));
}

/* A personal inbox belongs to somebody of ours. */
static int check_owner(struct call *call, struct view *view)
{
	struct account account;
	uint64_t id;
	int r;

	if (!call_path_param(call, "id").p)
		return OK;
	r = answer_path_id(call, &id);
	if (r == OK)
		r = accounts_get(call->arena, view, id, &account);
	if (r == OK && (account.host.n || account.withheld))
		r = ERR_NOT_FOUND;
	return r == OK && account.deleted ? ERR_GONE : r;
}

/* Known peers and strangers have a budget each, so that the noise of one does not drown the other. Minute and count
 * share a word: counting needs no lock. */
static bool journal_takes(bool is_peer)
{
	enum { STRANGERS_A_MINUTE = 20, PEERS_A_MINUTE = 60, COUNT_BITS = 8 };
	static _Atomic uint64_t counts[2];
	uint64_t minute = (uint64_t)(clock_now_ms() / MINUTE_MS), old = atomic_load(&counts[is_peer]), next;

	do {
		next = old >> COUNT_BITS == minute ? old + 1 : minute << COUNT_BITS | 1;
		if ((next & ((1 << COUNT_BITS) - 1)) > (is_peer ? PEERS_A_MINUTE : STRANGERS_A_MINUTE))
			return false;
	} while (!atomic_compare_exchange_weak(&counts[is_peer], &old, next));
	return true;
}

/* Ends the call, by way of the journal where that has room: then the write and show stages follow. */
static int refuse(struct call *call, int err)
{
	struct inbox_call *state = call->state;

	if ((err == ERR_BUSY && !state->incoming->word) || err == ERR_NETWORK || err == ERR_IO || err == ERR_CORRUPT)
		return signed_refuse(call, state->incoming, err);
	if (!journal_takes(state->incoming->peer.id != 0) && !state->incoming->fetched)
		return signed_refuse(call, state->incoming, err);
	state->refusal = err;
	return OK;
}

static int accept(struct call *call)
{
	call->reply.status = 202;
	return OK;
}

int api_inbox_check(struct call *call, struct view *view)
{
	struct inbox_call *state = ARENA_NEW(call->arena, struct inbox_call);
	int r;

	if (!is_activity_type(call_request_header(call, "Content-Type")))
		return call_fail_status(call, ERR_INVALID, 415, NULL, "An inbox takes application/activity+json");
	r = check_owner(call, view);
	if (r != OK)
		return r;
	state->incoming = signed_incoming(call);
	call->state = state;
	r = inbox_check(state->incoming, view);
	if (r == OK && state->incoming->duplicate && !journal_takes(true)) {
		accept(call);
		return CALL_DONE;
	}
	if (r == NEED)
		return OK;
	if (r != OK)
		r = refuse(call, r);
	return r == OK ? CALL_SKIP_WORK : r;
}

int api_inbox_work(struct call *call)
{
	struct inbox_call *state = call->state;
	int r = inbox_work(state->incoming, call->node->store);

	return r == OK ? OK : refuse(call, r);
}

int api_inbox_write(struct call *call, struct txn *txn)
{
	struct inbox_call *state = call->state;
	int r;

	if (state->refusal) {
		inbox_refuse_write(state->incoming, txn);
		return OK;
	}
	r = inbox_write(state->incoming, txn);
	return r < OK ? signed_refuse(call, state->incoming, r) : OK;
}

int api_inbox_show(struct call *call, struct view *view)
{
	struct inbox_call *state = call->state;

	(void)view;
	if (state->refusal)
		return signed_refuse(call, state->incoming, state->refusal);
	inbox_done(state->incoming);
	signed_wake(call, state->incoming);
	/* A sibling that understands it spares both of us the RSA from now on (RFC 9421 section 5). */
	if (state->incoming->verified && !state->incoming->by_ed25519)
		call_header(call, "Accept-Signature", accept_signature_make_ed25519());
	return accept(call);
}
