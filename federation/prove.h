/*
 * The integrity proof of what we send: made where the activity goes out, not where it is written.
 *
 * A proof depends on nothing but the kept activity and its actor's key: made anew, it is the same bytes. So it costs
 * the writer nothing, and a post that nobody elsewhere hears of costs none at all. FEP-8b32, FEP-521a.
 */
#ifndef FEDERATION_PROVE_H
#define FEDERATION_PROVE_H

#include <stdbool.h>

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct job;
struct key_cache;

/* The body of an activity of ours with the proof of its actor, as it is delivered and served; as it is kept, when he
 * has no key for it or it has a form that cannot be proved. In `arena`. Any thread. */
struct str prove_activity(struct key_cache *keys, struct arena *arena, struct view *view,
                          const struct activity_record *record);

/* JOB proof_keys: gives a key for proofs to 100 accounts of ours behind job->cursor that have none, our instance actor
 * first: they are from before there were any. Writer thread. */
int proof_keys_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
