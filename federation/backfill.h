/*
 * What a thread lacks here, fetched when a person of ours opens it: the posts above, then those that the context of the
 * root (FEP-7888) or the replies collections of known posts name.
 *
 * Only public threads with somebody of another node in them. Whatever peers answer, it costs them and us little: a
 * thread at most once in BACKFILL_EVERY_MS, with so many requests, one at a time to an origin, and never while another
 * is under way there. What comes passes the checks of any post that is fetched, and must belong to the thread.
 */
#ifndef FEDERATION_BACKFILL_H
#define FEDERATION_BACKFILL_H

#include "federation/federation.h"
#include "storage/base/clock.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct writer;

enum {
	BACKFILL_EVERY_MS = 5 * MINUTE_MS,
	BACKFILL_FETCHES = 40,       /* requests for one opening, those for authors and after redirects included */
	BACKFILL_DEPTH_MAX = 50,     /* posts up, and posts down, that are followed */
	BACKFILL_PAGES_MAX = 10,     /* documents of one collection */
	BACKFILL_RUN_MS = MINUTE_MS, /* then the rest waits for the next opening */
	BACKFILL_TRIES = 5,          /* an origin that was busy is tried again so often */
};

/* Is there something to ask for, and time for it again? Reads; any thread. */
bool backfill_wanted(struct arena *arena, struct view *view, const struct post *post);
/* Body for the writer: has the thread around a post filled, if that is still wanted. */
int backfill_ask(struct arena *arena, struct txn *txn, uint64_t post_id);
/* JOB "backfill" of the opened post (job->subject). job->cursor becomes what it cost so far. ERR_BUSY: again later. Pool
 * threads; `writer` NULL: what is found is written on this thread (tests). */
int backfill_job(const struct federation *federation, struct arena *arena, struct store *store,
                 struct writer *writer, struct job *job);

#endif
