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
};

struct rig *rig_new(void);
void rig_free(struct rig *rig);

/* One body in one transaction, committed when it gives OK or NEED; else dropped. */
int rig_write(struct rig *rig, int (*body)(struct rig *rig, struct txn *txn, void *arg), void *arg);

/* What a peer said, past the inbox: parsed and applied. `*ret_need` (may be NULL) is what it lacks. Quotes in the
 * JSON may be written as ' to keep C readable. */
int rig_apply(struct rig *rig, const char *json);
int rig_apply_need(struct rig *rig, const char *json, struct str *ret_need);

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

/* A post by its address; id 0 when there is none. */
struct post rig_find_post(struct rig *rig, const char *uri);
/* How many notices of `kind` (0: any) an account of ours has. */
size_t rig_notices(struct rig *rig, const struct account *account, uint8_t kind);

/* JSON with ' for ". */
struct str rig_json(struct rig *rig, const char *text);
/* arena_printf() followed by rig_json(). */
const char *rig_text(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
