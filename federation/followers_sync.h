/*
 * Followers synchronisation (FEP-8fcf): two nodes that lost track of who follows whom find it out and mend it.
 *
 * A delivery to the followers of an actor says, in a signed header, which of the receiver's people its node takes for
 * followers: as a digest, and as the address of a partial collection for when the receiver's own differs. What is
 * mended is only ever the follows of people here to the one actor who signed, by what his own node says.
 */
#ifndef FEDERATION_FOLLOWERS_SYNC_H
#define FEDERATION_FOLLOWERS_SYNC_H

#include "federation/federation.h"
#include "federation/signature.h"
#include "storage/model.h"

struct arena;
struct job;
struct store;
struct txn;
struct view;
struct writer;

#define FOLLOWERS_SYNC_HEADER "Collection-Synchronization"

enum {
	FOLLOWERS_SYNC_MAX = 10000,          /* followers of one actor at one origin; beyond it nothing is said of them */
	FOLLOWERS_SYNC_PAGES_MAX = 10,       /* of a partial collection that are read */
	FOLLOWERS_SYNC_BATCH = 500,          /* follows that one run takes back */
	FOLLOWERS_SYNC_REST_MS = 5 * MINUTE_MS,  /* between two looks at the followers of one actor */
};

/* What a delivery by `actor` of ours to `inbox` says in that header; empty: nothing. One look-up. Any thread. */
struct str followers_sync_header(struct arena *arena, struct view *view, const struct account *actor, struct str inbox);
/* The address of the partial collection of an actor of ours. */
struct str followers_sync_url(struct arena *arena, const struct account *actor);
/* Its members for a signer of this origin (any address there). ERR_LIMIT: there are more than are told. */
int followers_sync_members(struct arena *arena, struct view *view, uint64_t account_id, struct str origin,
                           struct str_list *ret_uris);

/* Writer thread: what a verified delivery by `signer` says of his followers. When it is not what we know a job is added,
 * unless one was within FOLLOWERS_SYNC_REST_MS. A header that is malformed, not covered by the signature, or about
 * anything but the signer's own collection on his own origin has no effect. Fails only when the store does. */
int followers_sync_hear(const struct federation *federation, struct arena *arena, struct txn *txn,
                        const struct signature_request *request, const struct signature *signature,
                        const struct account *signer, bool *ret_asks);
/* Once that write, which said that it asks, is durable: the rest begins. Any thread. */
void followers_sync_asked(const struct federation *federation, const struct account *signer);

/* JOB "followers_sync", on a thread of the jobs: fetches the partial collection and, if it is whole (its digest is the
 * one of the header), ends the follows of our people that it does not list, takes for accepted what we only know as
 * asked for, and sends an Undo for each follow that we do not know. Verdict as resolve_job(). */
int followers_sync_job(const struct federation *federation, struct arena *arena, struct store *store,
                       struct writer *writer, const struct job *job);

#endif
