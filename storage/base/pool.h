/*
 * Worker threads for whatever may block or burn processor time: key fetches, password hashes, signing.
 *
 * A bounded queue; threads have 1 MiB stacks (the HTML parser recurses). Items are embedded in their owner.
 */
#ifndef STORAGE_BASE_POOL_H
#define STORAGE_BASE_POOL_H

#include <stddef.h>

struct pool;

struct pool_item {
	void (*run)(void *arg);  /* on a pool thread */
	void *arg;
	struct pool_item *next;  /* the queue's */
};

/* ERR_FULL: the system gives no more threads. */
int pool_start(unsigned threads, size_t queue_max, struct pool **ret_pool);
/* Runs what is queued, then ends the threads. */
void pool_stop(struct pool *pool);
/* ERR_BUSY when the queue is full or the pool is stopping. Any thread. */
int pool_submit(struct pool *pool, struct pool_item *item);

#endif
