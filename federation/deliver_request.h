/*
 * One HTTP request of the deliverer, from the pick to the verdict, and what the verdict leaves in the store. For
 * federation/deliver*.c only.
 */
#ifndef FEDERATION_DELIVER_REQUEST_H
#define FEDERATION_DELIVER_REQUEST_H

#include "federation/lanes.h"
#include "federation/outgoing.h"
#include "federation/wire.h"
#include "storage/base/pool.h"
#include "storage/engine/writer.h"
#include "storage/peers.h"

struct arena;
struct deliverer;

/* Without a lane it only says hello. */
struct request {
	struct deliverer *deliverer;
	struct arena *arena;
	struct peer_lane *lane;         /* stays as long as this is under way */
	struct outgoing outgoing;
	struct transfer transfer;
	int err;                        /* of preparing or sending */
	enum verdict verdict;
	struct lane health;             /* to be stored with the verdict, when put_health */
	bool put_health;
	bool expired;                   /* it waited too long and is not sent */
	struct pool_item item;
	struct write write;
	struct request *next;           /* in one of the lists below */
};

/* Of one that the wire, or what came before it, is done with. Any thread. */
enum verdict request_verdict(const struct request *request);
/* Why it did not arrive, for operators: the name of an error, or a status. */
const char *request_reason(const struct request *request);
/* Is it not tried again, and did not arrive? */
bool request_is_dropped(const struct request *request);
/* How its peer fares is stored with the verdict. The thread of deliveries. */
void request_note(struct request *request, const char *reason);
/* Body for the writer, over the request. */
int request_write(struct txn *txn, void *arg);

#endif
