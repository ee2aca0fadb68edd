/*
 * A store over the memory engine for tests of repositories: one node, "a.example", one thread.
 */
#ifndef TESTS_RIG_WORLD_H
#define TESTS_RIG_WORLD_H

#include "storage/engine/store.h"
#include "storage/instance.h"
#include "storage/model.h"

struct arena;

struct world {
	struct engine *engine;
	struct store *store;
	struct arena *arena;        /* for the test's own records; lives as long as the world */
	struct instance instance;
	struct txn *txn;            /* the open one, or NULL */
	struct view *view;          /* the open one, or NULL */
	struct event_list events;   /* of the last commit */
};

struct world *world_new(void);
void world_free(struct world *world);

/* Begins a transaction; ends the view. */
struct txn *world_write(struct world *world);
/* Commits it and gives its error. */
int world_commit(struct world *world);
/* Drops it. */
void world_abort(struct world *world);
/* A view of what is committed, until the next world_write() or world_read(). */
struct view *world_read(struct world *world);
/* How many events of `kind` the last commit handed on. */
size_t world_events(const struct world *world, enum event_kind kind);

/* An account put in the open transaction: "ana", host empty for ours. Its record lives in world->arena. */
struct account *world_account(struct world *world, const char *username, const char *host);

/* A follow of that state put in the open transaction, boosts shown. */
void world_follow(struct world *world, uint64_t follower_id, uint64_t followee_id, uint8_t state);

/* A post as it would be written by its author in the open transaction, not added yet: id, addresses, visibility, text
 * and time are filled in; foreign when the author is. Lives in world->arena. */
struct post *world_draft(struct world *world, const struct account *author, uint8_t visibility);
/* Adds it; aborts when that fails. Returns its id. */
uint64_t world_add(struct world *world, struct post *post);
/* Both in one. */
uint64_t world_post(struct world *world, const struct account *author, uint8_t visibility);
uint64_t world_reply(struct world *world, const struct account *author, uint8_t visibility, uint64_t parent_id);
uint64_t world_boost(struct world *world, const struct account *author, uint64_t post_id);
/* The accounts in the mentions of a draft, in world->arena. */
struct id_list world_ids(struct world *world, size_t count, const uint64_t *ids);

#endif
