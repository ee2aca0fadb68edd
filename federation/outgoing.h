/*
 * One request to a peer as it is made ready: whose key signs what, in which form. What the pool does for the delivery
 * thread (federation/deliver.h): look-ups, and the signature, which is the costly part.
 *
 * Sends nothing, decides nothing about peers, writes nothing. Pool threads; one at a time for a request.
 */
#ifndef FEDERATION_OUTGOING_H
#define FEDERATION_OUTGOING_H

#include "federation/accept_signature.h"
#include "federation/federation.h"
#include "federation/knock.h"
#include "federation/signature.h"
#include "federation/url.h"
#include "storage/model.h"

struct arena;
struct store;

/* Content-Type or Accept, Collection-Synchronization, and what a signature adds. */
enum { OUTGOING_HEADERS_MAX = 2 + SIGNATURE_MADE_HEADERS };

struct outgoing {
	/* set by the delivery thread */
	struct arena *arena;               /* all texts below live there */
	struct str address;
	struct delivery delivery;          /* of a hello: no more than whose peer it goes to */
	bool hello;                        /* a GET in the name of the node */
	bool second;                       /* it was refused once: `way` and `wish` say how to sign it now */
	enum knock_way way;                /* otherwise filled in: how it was signed */
	struct signature_wish wish;        /* what the peer asked for; no label: nothing */
	/* filled in */
	struct url url;
	struct header headers[OUTGOING_HEADERS_MAX];
	size_t header_count;
	struct str body;
	struct str key_id;
	struct str other_key_id;           /* RSA signed: the id of the actor's Ed25519 key; empty: none */
};

/* Reads, fills in and signs. Errors of url_parse(), of the look-ups and of signature_make(); ERR_FULL, ERR_IO: the
 * store's own trouble. */
int outgoing_prepare(struct outgoing *outgoing, const struct federation *federation, struct store *store);

/* Takes what a refusal asked for in Accept-Signature into `wish`, when a key of the actor will do. false: nothing of
 * use. */
bool outgoing_take_wish(struct outgoing *outgoing, struct str accept_signature);
/* An answer to a signed request asked for the next ones to be signed with Ed25519. */
bool outgoing_hears_ed25519(const struct outgoing *outgoing, struct str accept_signature);

#endif
