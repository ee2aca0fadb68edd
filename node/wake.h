/*
 * Whom a commit wakes: jobs, deliveries, streams and the search, as far as they run, and who serves when a setting changed.
 *
 * The writer thread wakes; the main thread starts and stops those who are woken meanwhile. Who was taken away here is not
 * woken any more, and nobody is in the middle of it.
 */
#ifndef NODE_WAKE_H
#define NODE_WAKE_H

#include <pthread.h>

#include "storage/engine/store.h"

struct deliverer;
struct hub;
struct indexer;
struct jobs;

struct wake {
	pthread_mutex_t lock;         /* of the four below; NULL: not there */
	struct jobs *jobs;
	struct deliverer *deliverer;
	struct hub *hub;
	struct indexer *indexer;
	void (*on_config)(void *context);
	void *context;
};

void wake_init(struct wake *wake, void (*on_config)(void *context), void *context);
void wake_destroy(struct wake *wake);
void wake_set_jobs(struct wake *wake, struct jobs *jobs);
void wake_set_deliverer(struct wake *wake, struct deliverer *deliverer);
void wake_set_hub(struct wake *wake, struct hub *hub);
void wake_set_indexer(struct wake *wake, struct indexer *indexer);
/* For what a commit changed. */
void wake_for(struct wake *wake, const struct event_list *events);

#endif
