/*
 * A delivery that is done goes, one that is tried again is put back; of the peer it is kept how it fares, what was dropped, and
 * how it wants requests signed. Writer thread, but for what says otherwise.
 */
#include "federation/deliver_request.h"

#include "federation/knock.h"
#include "federation/receipt.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"

/* What an answer teaches about the peer's way goes into its record; that it took neither stays in memory. */
static int learn_way(struct request *request, struct txn *txn, struct peer *peer)
{
	struct knock knock = knock_of(peer);
	enum knock_event event;
	bool learned;

	if (request->err != OK || !knock_event_of(request->transfer.status, request->outgoing.second, &event))
		return OK;
	learned = knock_learn(&knock, event, request->outgoing.way, txn_now_ms(txn));
	if (event != KNOCK_REFUSED && outgoing_hears_ed25519(&request->outgoing, request->transfer.accept_signature))
		learned |= knock_learn(&knock, KNOCK_HEARD, KNOCK_MESSAGE_ED25519, txn_now_ms(txn));
	if (!learned)
		return OK;
	knock_keep(&knock, peer);
	return peers_put(txn, peer);
}

enum verdict request_verdict(const struct request *request)
{
	if (request->err == OK)
		return lane_verdict(request->transfer.status);
	/* The rules of the way out can be changed by an operator; that there is nothing to send cannot. */
	return request->err == ERR_DENIED ? VERDICT_RETRY : VERDICT_DROP;
}

const char *request_reason(const struct request *request)
{
	int status = request->transfer.status;

	if (request->err != OK)
		return err_name(request->err);
	if (status)
		return log_u64((unsigned)status);
	return request->expired ? "too old" : "no answer";
}

bool request_is_dropped(const struct request *request)
{
	return request->verdict == VERDICT_DROP || request->verdict == VERDICT_GONE;
}

/* How the peer fares, as the thread knows it, and what was dropped, as the store does. An error stays until the next. */
static int lane_write(struct request *request, struct txn *txn)
{
	struct lane stored, lane;
	int err = lanes_get(request->arena, txn_view(txn), request->outgoing.delivery.peer_id, &stored);

	if (err != OK)
		return err;
	lane = request->put_health ? request->health : stored;
	if (!lane.last_error.n) {
		lane.last_error = stored.last_error;
		lane.error_ms = stored.error_ms;
	}
	lane.dropped = stored.dropped;
	lane.dropped_reason = stored.dropped_reason;
	lane.dropped_ms = stored.dropped_ms;
	if (request_is_dropped(request)) {
		lane.dropped++;
		lane.dropped_reason = arena_printf(request->arena, "%s", request_reason(request));
		lane.dropped_ms = txn_now_ms(txn);
	}
	return lanes_put(txn, &lane);
}

int request_write(struct txn *txn, void *arg)
{
	struct request *request = arg;
	const struct delivery *delivery = &request->outgoing.delivery;
	struct delivery again = *delivery;
	struct peer peer;
	int err = OK;

	if (request->verdict != VERDICT_RETRY && request->verdict != VERDICT_DOWN)
		err = deliveries_delete(txn, delivery->peer_id, delivery->sequence);
	if (err == OK && request->verdict != VERDICT_RETRY && request->verdict != VERDICT_DOWN)
		err = receipt_judge(request->arena, txn, delivery, request->verdict != VERDICT_DROP);
	/* The peer may have left the list, with its lane and deliveries, while this was under way. */
	if (err != OK || peers_get(request->arena, txn_view(txn), delivery->peer_id, &peer) != OK)
		return err;
	if (request->verdict == VERDICT_RETRY)
		err = deliveries_put(txn, &again);
	if (err == OK)
		err = learn_way(request, txn, &peer);
	if (err == OK && (request->put_health || request_is_dropped(request)))
		err = lane_write(request, txn);
	return err;
}

void request_note(struct request *request, const char *reason)
{
	request->health = request->lane->lane;
	request->health.last_error = arena_printf(request->arena, "%s", reason);
	request->health.error_ms = reason[0] ? clock_now_ms() : 0;
	request->put_health = true;
}
