/*
 * The store: an opened engine, views that read and transactions that write.
 *
 * A `struct view` cannot write; a `struct txn` holds a view, so what reads works in both. In a txn the first error
 * sticks: later puts do nothing and the commit gives that error, so a run of puts is checked once. Events emitted
 * in a txn are handed on only after its commit.
 */
#ifndef STORAGE_ENGINE_STORE_H
#define STORAGE_ENGINE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/clock.h"
#include "storage/engine/engine.h"

struct store;
struct view;
struct txn;

/* What a committed change tells the rest of the process. */
enum event_kind {
	EVENT_POST = 1,      /* a post is there: id, actor = author */
	EVENT_POST_EDITED,
	EVENT_POST_DELETED,
	EVENT_NOTICE,        /* id = notice, actor = the recipient */
	EVENT_JOBS,          /* a job is due: id, actor = its subject */
	EVENT_DELIVERY,      /* a delivery waits: id = its sequence, actor = the peer */
	EVENT_PEER,          /* the allow list or a peer's state changed */
	EVENT_REVOKED,       /* sessions or tokens of `actor` ended */
	EVENT_CONFIG,        /* a setting changed */
	EVENT_POST_WITHDRAWN,  /* a post that is gone named `actor` and was not for all: id */
	EVENT_CONVERSATION,  /* something new in a conversation: id, actor = whose it is */
	EVENT_FILTERS,       /* the filters of `actor` changed */
	EVENT_ANNOUNCEMENT,  /* there is a new announcement: id */
	EVENT_ANNOUNCEMENT_GONE,
	EVENT_ANNOUNCEMENT_REACTION,  /* somebody gave or took back one: id = announcement, text = the emoji */
	EVENT_NOTICES_MERGED,  /* what was held back from `actor` is all among the others now */
	EVENT_NETWORK,       /* a network is kept out, or differently than before */
};

struct event {
	enum event_kind kind;
	uint64_t id, actor;
	uint8_t flags;       /* EVENT_POST_DELETED: post_flags() of what is gone (storage/model.h); otherwise 0 */
	struct str text;     /* empty for most */
};

struct event_list {
	struct event *events;
	size_t count;
};

/* Opens a store over `engine` (which it then owns; on failure it stays the caller's). Reads the id high-water mark
 * and node number, making them when the store is empty. The spaces' numbers and names come from storage/keys.h. */
int store_open(struct engine *engine, struct store **ret_store);
/* All views are ended and no txn is open. Closes the engine too. */
void store_close(struct store *store);
struct engine *store_engine(struct store *store);
/* One pointer that the opener ties to the store, for the rooms above (storage/instance.h). */
void store_set_context(struct store *store, const void *context);
const void *store_context(const struct store *store);

/* A read view. Ended views are kept for reuse, so begin and end cost a renew and a reset and no allocation. Any
 * thread; one thread at a time per view; never held over a wait. */
int view_begin(struct store *store, struct view **ret_view);
void view_end(struct view *view);

int view_get(struct view *view, unsigned space, struct str key, struct str *ret_value);
int view_get_many(struct view *view, unsigned space, const struct str *keys, size_t count, struct str *ret_values);
int view_scan(struct view *view, unsigned space, const struct engine_range *range, struct engine_item *items,
              size_t max, size_t *ret_count);
int view_count(struct view *view, unsigned space, uint64_t *ret_count);
bool view_has(struct view *view, unsigned space, struct str key);
/* The store a view reads. */
struct store *view_store(struct view *view);

/* Walks all items with `prefix`, in batches: while ((r = prefix_next(&walk, &item)) == OK) …; ends with
 * ERR_NOT_FOUND. Safe against puts and deletes of walked keys in the same txn (each step seeks anew from a copy). */
struct prefix_walk {
	struct view *view;
	unsigned space;
	size_t prefix_bytes;
	size_t after_bytes;
	bool reverse, started;
	char after[ENGINE_KEY_MAX + 1];
};
void prefix_walk_init(struct prefix_walk *walk, struct view *view, unsigned space, struct str prefix, bool reverse);
int prefix_next(struct prefix_walk *walk, struct engine_item *ret_item);

/* Write side: the writer thread only (storage/engine/writer.h), or a single-threaded test. */
int txn_begin(struct store *store, struct txn **ret_txn);
/* Commits; OK means durable. Moves the emitted events to *ret_events (valid until the next txn_begin). */
int txn_commit(struct txn *txn, struct event_list *ret_events);
void txn_abort(struct txn *txn);
struct view *txn_view(struct txn *txn);

/* All return the sticky error, so that a caller may stop early; it need not. */
int txn_put(struct txn *txn, unsigned space, struct str key, struct str value);
int txn_del(struct txn *txn, unsigned space, struct str key);
/* Makes `err` the sticky error of the txn when it has none. */
int txn_fail(struct txn *txn, int err);
int txn_err(const struct txn *txn);
/* true once this body tried a put or del: from here its failure poisons the batch. */
bool txn_touched(const struct txn *txn);
/* The next time-ordered id; its high-water mark is written by the commit. */
uint64_t txn_new_id(struct txn *txn);
/* The first id at or after `ms` of which `taken(view, id, arg)` says that it is free, or one of the following second when
 * the first 64 are taken (backfilled posts). A time that is not past counts as now, so that a post from the future does
 * not drag all later ids there. */
uint64_t txn_id_at(struct txn *txn, int64_t ms, bool (*taken)(struct view *view, uint64_t id, void *arg), void *arg);
/* The time of this transaction; the same for all its bodies. */
int64_t txn_now_ms(const struct txn *txn);
void txn_emit(struct txn *txn, enum event_kind kind, uint64_t id, uint64_t actor);
void txn_emit_flags(struct txn *txn, enum event_kind kind, uint64_t id, uint64_t actor, uint8_t flags);
/* `text` is copied. */
void txn_emit_text(struct txn *txn, enum event_kind kind, uint64_t id, uint64_t actor, struct str text);

/* Runs one of several bodies in `txn` and gives its result, or the sticky error if that came first. A body that
 * fails before its first put leaves no trace: its error, events and ids are forgotten. One that fails after it sets
 * *ret_poisoned: the txn must be aborted. For storage/engine/writer.c. */
int txn_run(struct txn *txn, int (*body)(struct txn *txn, void *arg), void *arg, bool *ret_poisoned);

#endif
