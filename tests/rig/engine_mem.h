/*
 * The second engine: in memory, with snapshots, held to the same contract as LMDB (tests/unit/test_engine.c), and
 * able to fail on demand. It forgets everything when it is closed; a copy outlives its original.
 */
#ifndef TESTS_RIG_ENGINE_MEM_H
#define TESTS_RIG_ENGINE_MEM_H

#include <stdint.h>

#include "storage/engine/engine.h"

/* An empty engine with all ENGINE_SPACES_MAX spaces. Closed by its ops->close (or store_close). Never NULL. */
struct engine *engine_mem_new(void);

/* A new engine that holds what `engine` has committed: a store "opened again", or a world to try a failure in. Costs
 * nothing, they share what neither changed. Plans to fail are not copied. */
struct engine *engine_mem_copy(struct engine *engine);

/* The n-th put or del from now fails with `err`, once (1: the next one; 0: none). ERR_IO kills the engine, as a
 * failing disk does. Only while no write transaction runs on another thread. */
void engine_mem_fail_put(struct engine *engine, uint64_t nth, int err);
/* The same for commits; what was written in the transaction is lost. */
void engine_mem_fail_commit(struct engine *engine, uint64_t nth, int err);
/* How many puts and dels there were so far: how far a loop over failures has to go. */
uint64_t engine_mem_puts(struct engine *engine);

#endif
