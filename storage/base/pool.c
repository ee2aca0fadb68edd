/*
 * Worker threads over one bounded queue. Knows nothing of what it runs; any thread submits.
 */
#include "storage/base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "storage/base/err.h"

enum { STACK_BYTES = 1024 * 1024 };

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct pool_item *first, **last;  /* the queue, oldest first */
	size_t queued, queue_max;
	bool stopping;
	unsigned thread_count;
	pthread_t threads[];
};

/* The oldest item; waits for one. NULL: the queue is empty and the pool is to end. */
static struct pool_item *take(struct pool *pool)
{
	struct pool_item *item;

	pthread_mutex_lock(&pool->lock);
	while (!pool->first && !pool->stopping)
		pthread_cond_wait(&pool->wake, &pool->lock);
	item = pool->first;
	if (item) {
		pool->first = item->next;
		if (!pool->first)
			pool->last = &pool->first;
		pool->queued--;
	}
	pthread_mutex_unlock(&pool->lock);
	return item;
}

static void *pool_loop(void *arg)
{
	struct pool *pool = arg;

	for (struct pool_item *item; (item = take(pool));)
		item->run(item->arg);  /* the item may be gone afterwards */
	return NULL;
}

int pool_start(unsigned threads, size_t queue_max, struct pool **ret_pool)
{
	struct pool *pool = calloc(1, sizeof(*pool) + threads * sizeof(pool->threads[0]));
	pthread_attr_t attributes;
	sigset_t all, before;

	if (!pool)
		abort();
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	pool->last = &pool->first;
	pool->queue_max = queue_max;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);  /* signals are the main thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->thread_count < threads &&
	       pthread_create(&pool->threads[pool->thread_count], &attributes, pool_loop, pool) == 0)
		pool->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (pool->thread_count < threads || !threads) {
		pool_stop(pool);
		return ERR_FULL;
	}
	*ret_pool = pool;
	return OK;
}

void pool_stop(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

int pool_submit(struct pool *pool, struct pool_item *item)
{
	int err = ERR_BUSY;

	pthread_mutex_lock(&pool->lock);
	if (pool->queued < pool->queue_max && !pool->stopping) {
		item->next = NULL;
		*pool->last = item;
		pool->last = &item->next;
		pool->queued++;
		pthread_cond_signal(&pool->wake);
		err = OK;
	}
	pthread_mutex_unlock(&pool->lock);
	return err;
}
