/*
 * The writer thread: many bodies in one transaction, one sync, then the answers.
 *
 * While one batch syncs, the next gathers, so a batch grows with load and a lone body pays one sync and no delay. Only
 * after a batch of several the writer waits a moment for as many again: clients that were just answered come back, and
 * without that moment the first of them would have a sync of its own.
 *
 * A body that fails before its first put touched nothing and the batch goes on. One that fails after a put poisons the
 * transaction: it is aborted, the others run again together, and the poisoner after them in a transaction of its own.
 * Bodies may therefore run more than once: they read the txn, write the txn and put results into their own memory,
 * nothing else; no network, no password hashing, no parsing of foreign bytes. More than about 500 puts is a job in
 * pages.
 */
#ifndef STORAGE_ENGINE_WRITER_H
#define STORAGE_ENGINE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "storage/engine/store.h"

struct writer;

/* Embedded in a call or a job: no allocation. Filled by the submitter; it and all it points to stay alive until
 * done() was called. */
struct write {
	int (*body)(struct txn *txn, void *arg);  /* on the writer thread */
	void (*done)(void *arg);                  /* on the writer thread, after the commit; must not block */
	void *arg;
	int err;             /* the result: OK only when the change is durable */
	struct write *next;  /* the queue's */
};

struct writer_options {
	size_t batch_max;   /* bodies in one transaction; 0: 256 */
	size_t queue_max;   /* waiting bodies; 0: 4096 */
	/* Writer thread, before any done() of the batch; must not block; not called without events. NULL allowed. */
	void (*on_commit)(void *context, const struct event_list *events);
	void (*on_dead)(void *context, int err);  /* the engine failed for good (ERR_IO); called once */
	void *context;
};

int writer_start(struct store *store, const struct writer_options *options, struct writer **ret_writer);
/* Runs what is queued, then ends the thread. Submissions from now on get ERR_BUSY. */
void writer_stop(struct writer *writer);

/* Queues a body. ERR_BUSY: the queue is full, nothing was queued and done() is not called. Any thread. */
int writer_submit(struct writer *writer, struct write *write);
/* Queues a body and waits for its durable result. Any thread but the writer's. */
int writer_run(struct writer *writer, int (*body)(struct txn *txn, void *arg), void *arg);

struct writer_counters {
	uint64_t bodies, batches, poisoned, refused_busy, failed_commits;
};
void writer_counters_get(struct writer *writer, struct writer_counters *ret_counters);

/* Without a thread: one body in one transaction on the calling thread (command line, tests). */
int store_write(struct store *store, int (*body)(struct txn *txn, void *arg), void *arg,
                void (*on_commit)(void *context, const struct event_list *events), void *context);

#endif
