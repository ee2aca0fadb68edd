/*
 * The writer thread: takes what is queued, runs it in one transaction, syncs once, answers.
 *
 * Owns the queue and the decision what a failing body costs. Knows nothing of what bodies do. From
 * queue_take() down all runs on the writer thread; the queue and the counters are under the lock.
 */
#include "storage/engine/writer.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "storage/base/err.h"

enum { BATCH_MAX = 256, QUEUE_MAX = 4096, POISONERS_MAX = 4, GATHER_US_MAX = 2000 };

struct writer {
	struct store *store;
	struct writer_options options;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct write *first, **end;  /* the queue, oldest first; end: where the next one goes */
	size_t queued;
	size_t wanted;  /* while the writer sleeps: how many it sleeps for */
	bool stopping;
	struct writer_counters counters;

	/* the writer thread's */
	bool dead;
	size_t last_count;     /* bodies of the last batch */
	int64_t last_us;       /* and how long it took */
};

static void *writer_loop(void *arg);

int writer_start(struct store *store, const struct writer_options *options, struct writer **ret_writer)
{
	struct writer *w = calloc(1, sizeof(*w));
	sigset_t all, before;
	pthread_condattr_t steady;
	int rc;

	if (!w)
		abort();
	assert(store_engine(store)->ops->single_writer);
	w->store = store;
	w->options = *options;
	if (w->options.batch_max == 0)
		w->options.batch_max = BATCH_MAX;
	if (w->options.queue_max == 0)
		w->options.queue_max = QUEUE_MAX;
	w->end = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&w->filled, &steady);
	pthread_condattr_destroy(&steady);

	sigfillset(&all);  /* signals are the main thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->thread, NULL, writer_loop, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		free(w);
		return ERR_LIMIT;
	}
	*ret_writer = w;
	return OK;
}

void writer_stop(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->filled);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->filled);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int writer_submit(struct writer *w, struct write *write)
{
	bool room;

	write->next = NULL;
	pthread_mutex_lock(&w->lock);
	room = w->queued < w->options.queue_max && !w->stopping;
	if (room) {
		*w->end = write;
		w->end = &write->next;
		if (++w->queued == w->wanted)
			pthread_cond_signal(&w->filled);
	} else {
		w->counters.refused_busy++;
	}
	pthread_mutex_unlock(&w->lock);
	return room ? OK : ERR_BUSY;
}

struct waiter {
	struct write write;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done;
	int (*body)(struct txn *txn, void *arg);
	void *arg;
};

static int waiter_body(struct txn *txn, void *arg)
{
	struct waiter *waiter = arg;

	return waiter->body(txn, waiter->arg);
}

static void waiter_done(void *arg)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->lock);
	waiter->done = true;
	pthread_cond_signal(&waiter->answered);
	pthread_mutex_unlock(&waiter->lock);
}

int writer_run(struct writer *w, int (*body)(struct txn *txn, void *arg), void *arg)
{
	struct waiter waiter = {
		.write = { .body = waiter_body, .done = waiter_done },
		.body = body,
		.arg = arg,
	};
	int r;

	assert(!pthread_equal(pthread_self(), w->thread));
	waiter.write.arg = &waiter;
	pthread_mutex_init(&waiter.lock, NULL);
	pthread_cond_init(&waiter.answered, NULL);
	r = writer_submit(w, &waiter.write);
	if (r == OK) {
		pthread_mutex_lock(&waiter.lock);
		while (!waiter.done)
			pthread_cond_wait(&waiter.answered, &waiter.lock);
		pthread_mutex_unlock(&waiter.lock);
		r = waiter.write.err;
	}
	pthread_cond_destroy(&waiter.answered);
	pthread_mutex_destroy(&waiter.lock);
	return r;
}

void writer_counters_get(struct writer *w, struct writer_counters *ret_counters)
{
	pthread_mutex_lock(&w->lock);
	*ret_counters = w->counters;
	pthread_mutex_unlock(&w->lock);
}

int store_write(struct store *store, int (*body)(struct txn *txn, void *arg), void *arg,
                void (*on_commit)(void *context, const struct event_list *events), void *context)
{
	struct event_list events;
	struct txn *txn;
	bool poisoned;
	int result, r = txn_begin(store, &txn);

	if (r != OK)
		return r;
	result = txn_run(txn, body, arg, &poisoned);
	if (poisoned) {
		txn_abort(txn);
		return result;
	}
	r = txn_commit(txn, &events);
	if (r != OK)
		return r;
	if (on_commit && events.count > 0)
		on_commit(context, &events);
	return result;
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}

/*
 * Waits for the first body; then, if the last batch held several, for as many again, but no longer than a quarter of
 * what that batch took. Those who were just answered come back within a moment; without that moment the first of them
 * would have a sync of its own and the others wait for two. A lone body, after a lone body, waits for nobody.
 */
static void queue_await(struct writer *w)
{
	size_t count = w->last_count < w->options.batch_max ? w->last_count : w->options.batch_max;
	int64_t until_us, gather_us = w->last_us / 4 < GATHER_US_MAX ? w->last_us / 4 : GATHER_US_MAX;
	struct timespec until;

	w->wanted = 1;
	while (!w->first && !w->stopping)
		pthread_cond_wait(&w->filled, &w->lock);
	until_us = now_us() + gather_us;
	until = (struct timespec){ until_us / 1000000, until_us % 1000000 * 1000 };
	w->wanted = count;
	while (w->queued < count && !w->stopping)
		if (pthread_cond_timedwait(&w->filled, &w->lock, &until) != 0)
			break;
	w->wanted = 0;
}

/* The oldest bodies, up to batch_max, as a list of their own; waits for them. NULL: nothing is left and the writer
 * stops. */
static struct write *queue_take(struct writer *w)
{
	struct write *batch, *last;
	size_t n = 1;

	pthread_mutex_lock(&w->lock);
	queue_await(w);
	batch = last = w->first;
	if (batch) {
		for (; n < w->options.batch_max && last->next; n++)
			last = last->next;
		w->first = last->next;
		last->next = NULL;
		if (!w->first)
			w->end = &w->first;
		w->queued -= n;
		w->counters.bodies += n;
		w->counters.batches++;
		w->last_count = n;
	}
	pthread_mutex_unlock(&w->lock);
	return batch;
}

static void count_one(struct writer *w, uint64_t *counter)
{
	pthread_mutex_lock(&w->lock);
	(*counter)++;
	pthread_mutex_unlock(&w->lock);
}

/* ERR_IO of a begin or a commit is final. */
static int mind_death(struct writer *w, int r)
{
	if (r == ERR_IO && !w->dead) {
		w->dead = true;
		if (w->options.on_dead)
			w->options.on_dead(w->options.context, r);
	}
	return r;
}

static int commit(struct writer *w, struct txn *txn)
{
	struct event_list events;
	int r = mind_death(w, txn_commit(txn, &events));

	if (r != OK)
		count_one(w, &w->counters.failed_commits);
	else if (w->options.on_commit && events.count > 0)
		w->options.on_commit(w->options.context, &events);
	return r;
}

/* One transaction for all of the batch, whose results it sets. NULL, or the place of the body that poisoned it: then
 * nothing was kept. */
static struct write **run_together(struct writer *w, struct write **batch)
{
	struct txn *txn;
	bool poisoned;
	int r = mind_death(w, txn_begin(w->store, &txn));

	if (r == OK) {
		for (struct write **place = batch; *place; place = &(*place)->next) {
			(*place)->err = txn_run(txn, (*place)->body, (*place)->arg, &poisoned);
			if (poisoned) {
				txn_abort(txn);
				return place;
			}
		}
		r = commit(w, txn);
	}
	/* Also those who had failed: they may have seen what a neighbour wrote and now is not there. */
	for (struct write *one = *batch; one && r != OK; one = one->next)
		one->err = r;
	return NULL;
}

static void complete(struct write *batch)
{
	struct write *next;

	for (; batch; batch = next) {
		next = batch->next;  /* done() may free it or queue it again */
		batch->done(batch->arg);
	}
}

/* Each body in a transaction of its own, answered as soon as that is on disk. */
static void run_each_alone(struct writer *w, struct write *batch)
{
	struct write *next;

	for (; batch; batch = next) {
		next = batch->next;
		batch->next = NULL;
		run_together(w, &batch);
		complete(batch);
	}
}

/* Who poisons is set aside, and the others run again together: it costs them no sync of their own. Only a few times, or
 * a batch of poison would run as often as it is long. */
static void run_batch(struct writer *w, struct write *batch)
{
	struct write *aside = NULL, **aside_end = &aside, **poisoner;
	int64_t start_us = now_us();

	for (int tries = 0; batch && (poisoner = run_together(w, &batch)); tries++) {
		if (tries == 0)
			count_one(w, &w->counters.poisoned);
		*aside_end = *poisoner;
		*poisoner = (*poisoner)->next;
		aside_end = &(*aside_end)->next;
		if (tries == POISONERS_MAX) {
			*aside_end = batch;
			batch = NULL;
			break;
		}
		*aside_end = NULL;
	}
	w->last_us = now_us() - start_us;
	complete(batch);
	run_each_alone(w, aside);
}

static void *writer_loop(void *arg)
{
	struct writer *w = arg;
	struct write *batch;

	while ((batch = queue_take(w)))
		run_batch(w, batch);
	return NULL;
}
