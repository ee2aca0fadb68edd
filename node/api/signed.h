/*
 * The signature of a request as the stages of a call see it: who signed, and what follows when nobody did.
 *
 * Keeps a struct incoming in call->state. check functions on HTTP threads, work functions on the pool (they may fetch
 * a key). After a signature of a peer was found good, its deliveries that wait are tried again at once.
 */
#ifndef NODE_API_SIGNED_H
#define NODE_API_SIGNED_H

#include "federation/inbox.h"
#include "node/call.h"
#include "storage/access.h"

/* What arrived, for federation/inbox.h; in the call's arena. */
struct incoming *signed_incoming(struct call *call);
/* Fails the call with the reason the incoming request was refused for. */
int signed_refuse(struct call *call, const struct incoming *incoming, int err);

/* A good signature of a listed peer, or the call fails: 401, 403. */
int signed_require(struct call *call, struct view *view);
int signed_require_work(struct call *call);
/* The same where one may also come without: never fails. */
int signed_try(struct call *call, struct view *view);
int signed_try_work(struct call *call);
/* Of a request that may be signed with a key we know: notes the sign of life, never fetches, never fails. */
void signed_greet(struct call *call, struct view *view);

/* After the above: was there a good signature? And whose, for the audience predicate. */
bool signed_by_peer(const struct call *call);
struct beholder signed_beholder(const struct call *call);
/* The origin whose key made the good signature. */
struct str signed_origin(const struct call *call);
/* The peer of this good request is up. */
void signed_wake(struct call *call, const struct incoming *incoming);

#endif
