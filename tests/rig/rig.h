/*
 * The whole node below the API on one thread: a store in memory, a fixed clock, people of ours and of a sibling, a
 * network that is a table. Failures of the rig itself abort.
 *
 * alice and bob are ours (a.example); carol, and dave who nobody knows yet, live on the allow-listed b.example;
 * evil.example is on no list. All of them share one RSA pair under key ids of their own: making pairs is slow.
 */
#ifndef TESTS_RIG_RIG_H
#define TESTS_RIG_RIG_H

#include "federation/apply.h"
#include "federation/federation.h"
#include "federation/inbox.h"
#include "tests/rig/world.h"

/* 24 November 2026, 8:00 UTC. */
#define RIG_NOW_MS ((int64_t)1795507200000)

struct rig {
	struct world *world;
	struct arena *arena;              /* the world's */
	struct federation federation;
	struct account alice, bob, carol;
	struct peer peer;                 /* b.example, tier group */
	struct str private_pem, public_pem;
	struct rig_page *pages;           /* the network */
	size_t page_count;
	/* What stands at an address of which the table says nothing: a body, or STR_NONE. NULL: nothing. */
	struct str (*improvise)(struct rig *rig, struct str url);
	size_t asked;                     /* how many requests went out */
};

enum { RIG_PAGES_MAX = 64 };

struct rig *rig_new(void);
void rig_free(struct rig *rig);

/* One body in one transaction, committed when it gives OK or NEED; else dropped. It runs twice, the first time for
 * nothing. */
int rig_write(struct rig *rig, int (*body)(struct rig *rig, struct txn *txn, void *arg), void *arg);

/* What a peer said, past the inbox: parsed and applied. `*ret_need` (may be NULL) is what it lacks. Quotes in the
 * JSON may be written as ' to keep C readable. */
int rig_apply(struct rig *rig, const char *json);
int rig_apply_need(struct rig *rig, const char *json, struct str *ret_need);

/* The network answers a GET of `url` with this from now on. `type` NULL: application/activity+json. */
void rig_serve(struct rig *rig, const char *url, int status, const char *type, const char *body);
/* Serves an actor of a node, with its WebFinger; the shared pair is its key. Returns its document. */
const char *rig_serve_actor(struct rig *rig, const char *uri, const char *type, const char *name);

/* A delivery to our shared inbox as it comes in: signed by `key_id` with the shared pair, now. */
struct rig_delivery {
	const char *json;
	struct str key_id;
	const char *host;                 /* NULL: a.example */
	int64_t late_ms;                  /* how long it was under way */
	struct header extra;              /* one more header, that is signed; no name: none */
	bool message;                     /* signed by RFC 9421; otherwise in the draft's form */
};
void rig_sign(struct rig *rig, const struct rig_delivery *delivery, struct incoming *ret_incoming);
/* Takes it through check, work and write. What the sender would be told: OK (202) or an error. */
int rig_receive(struct rig *rig, struct incoming *incoming);
/* Both, for carol and the like. */
int rig_deliver(struct rig *rig, const char *json, struct str key_id);

/* Acts of ours, each in its own transaction. */
struct str rig_post(struct rig *rig, const struct account *author, uint8_t visibility, const char *text,
                    uint64_t in_reply_to_id, uint64_t *ret_post_id);
int rig_follow(struct rig *rig, const struct account *follower, const struct account *followee);
/* An accepted follow without any activity. */
void rig_follows(struct rig *rig, const struct account *follower, const struct account *followee);

/* Runs all due writer jobs (fanout, notify, purges) until none is left; others stay. Returns how many ran. */
size_t rig_jobs(struct rig *rig);
/* Waiting jobs of a kind. */
size_t rig_jobs_waiting(struct rig *rig, const char *kind);
/* What waits for b.example, oldest first: the bodies as text, separated by newlines, each behind its inbox. */
struct str rig_outgoing(struct rig *rig);
size_t rig_outgoing_count(struct rig *rig);
/* Forgets them. */
void rig_outgoing_clear(struct rig *rig);

/* Takes and runs the waiting jobs "resolve" once; their results are dropped. Returns how many ran. */
size_t rig_resolve(struct rig *rig);

/* A post by its address; id 0 when there is none. */
struct post rig_find_post(struct rig *rig, const char *uri);
/* How many notices of `kind` (0: any) an account of ours has. */
size_t rig_notices(struct rig *rig, const struct account *account, uint8_t kind);

/* JSON with ' for ". */
struct str rig_json(struct rig *rig, const char *text);
/* arena_printf() followed by rig_json(). */
const char *rig_text(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
