/*
 * From an address to a stored record: WebFinger, actor and object fetches, over federation/net.h. Pool threads only:
 * it blocks. Only origins on the allow list are asked. What it finds it returns; writes happen through the bodies
 * below, on the writer.
 */
#ifndef FEDERATION_RESOLVE_H
#define FEDERATION_RESOLVE_H

#include "federation/activity.h"
#include "federation/federation.h"

struct writer;

/* What a fetch found, to be written by resolve_write(). */
struct resolved {
	struct account *account;        /* NULL: none */
	struct object_draft *draft;     /* NULL: none; its author is `account` or known */
	struct str uri;
	bool alone;                     /* set by who asks: nothing more is fetched for it, no parent and no proof of a quote */
	const char *refusal;            /* resolve_write() sets it with ERR_DENIED: the filter that caught it */
};

/* Fetches an actor by its id (signed by our instance actor) and proves its handle both ways (WebFinger self link
 * equals the id). ERR_NETWORK, ERR_DENIED (not on the list), ERR_INVALID, ERR_GONE, ERR_NOT_FOUND. */
int resolve_actor(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                  struct resolved *ret_found);
/* "name@host": WebFinger (host-meta as the fallback), then the actor. */
int resolve_acct(const struct federation *federation, struct arena *arena, struct store *store, struct str acct,
                 struct resolved *ret_found);
/* An id or a page URL of a post or an actor; a post's author is resolved too. */
int resolve_uri(const struct federation *federation, struct arena *arena, struct store *store, struct str uri,
                struct resolved *ret_found);
/* Body for the writer: puts what was found (accounts replace, posts by object_resolve and posts_add without notices
 * for backfill). *ret_account_id and *ret_post_id: 0 when none. */
int resolve_write(struct arena *arena, struct txn *txn, struct resolved *found, uint64_t *ret_account_id,
                  uint64_t *ret_post_id);

/* After ERR_DENIED with a refusal: writes it into the journal of refusals. */
int resolve_note_refusal(struct txn *txn, struct arena *arena, const struct resolved *found);

/* Key of a key id by the rules of section 2.4 of the profile in FEDERATION.md: actor or key document, back reference,
 * same origin. */
int resolve_key(const struct federation *federation, struct arena *arena, struct store *store, struct str key_id,
                struct account *ret_account);

/* The actor with, as his proof key, the one of his that is called `key_id`; his document must list it itself (FEP-521a).
 * Errors as resolve_actor(); ERR_INVALID: he has no such key. */
int resolve_proof_key(const struct federation *federation, struct arena *arena, struct store *store,
                      struct str actor_uri, struct str key_id, struct account *ret_account);

/* The peer's instance actor: from NodeInfo's Application link, or its conventional place /actor; signed GET by ours.
 * Fills peer->actor_uri, inbox, key_id, key_pem. ERR_NOT_FOUND: it has none (the peer stays unpinned). ERR_DENIED: the
 * key is another one than the pinned. */
int resolve_peer(const struct federation *federation, struct arena *arena, struct store *store, struct peer *peer);

/* Does the peer list us? Its instance actor's outbox is for those whom it lists, and asked for with our signature.
 * ERR_DENIED: no. Anything else says nothing of it. */
int resolve_welcome(const struct federation *federation, struct arena *arena, struct store *store,
                    const struct peer *peer);

enum { RESOLVE_TRIES = 8 };  /* of a job; then what waits is dropped */

/* JOB_RESOLVE: fetches what a kept activity needs (job->subject is its activity record, job->argument the URI) and
 * applies it again; depth at most 3, each URI once. Without a subject the URI is a post up a thread, fetched for its
 * own sake (job->cursor: how far up). Verdict by err: OK finish, ERR_NETWORK retry, else drop. */
int resolve_job(const struct federation *federation, struct arena *arena, struct store *store,
                struct writer *writer, const struct job *job);

#endif
