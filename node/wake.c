/*
 * What a commit sets going.
 */
#include "node/wake.h"

#include "federation/deliver.h"
#include "node/jobs.h"
#include "node/search/indexer.h"
#include "node/stream/hub.h"

void wake_init(struct wake *wake, void (*on_config)(void *context), void *context)
{
	*wake = (struct wake){ .on_config = on_config, .context = context };
	pthread_mutex_init(&wake->lock, NULL);
}

void wake_destroy(struct wake *wake)
{
	pthread_mutex_destroy(&wake->lock);
}

void wake_set_jobs(struct wake *wake, struct jobs *jobs)
{
	pthread_mutex_lock(&wake->lock);
	wake->jobs = jobs;
	pthread_mutex_unlock(&wake->lock);
}

void wake_set_deliverer(struct wake *wake, struct deliverer *deliverer)
{
	pthread_mutex_lock(&wake->lock);
	wake->deliverer = deliverer;
	pthread_mutex_unlock(&wake->lock);
}

void wake_set_hub(struct wake *wake, struct hub *hub)
{
	pthread_mutex_lock(&wake->lock);
	wake->hub = hub;
	pthread_mutex_unlock(&wake->lock);
}

void wake_set_indexer(struct wake *wake, struct indexer *indexer)
{
	pthread_mutex_lock(&wake->lock);
	wake->indexer = indexer;
	pthread_mutex_unlock(&wake->lock);
}

static void wake_one(struct wake *wake, const struct event *event)
{
	if ((event->kind == EVENT_POST || event->kind == EVENT_POST_EDITED) && wake->indexer)
		indexer_wake(wake->indexer);
	else if (event->kind == EVENT_DELIVERY && wake->deliverer)
		deliver_wake(wake->deliverer, event->actor, false);
	else if (event->kind == EVENT_PEER && wake->deliverer)
		deliver_wake(wake->deliverer, 0, false);
	else if (event->kind == EVENT_CONFIG)
		wake->on_config(wake->context);
}

void wake_for(struct wake *wake, const struct event_list *events)
{
	bool job = false;

	pthread_mutex_lock(&wake->lock);
	for (size_t i = 0; i < events->count; i++) {
		job |= events->events[i].kind == EVENT_JOBS;
		wake_one(wake, &events->events[i]);
	}
	if (job && wake->jobs)
		jobs_wake(wake->jobs);
	if (wake->hub)
		hub_publish(wake->hub, events);
	pthread_mutex_unlock(&wake->lock);
}
