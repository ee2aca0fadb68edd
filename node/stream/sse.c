/*
 * Bytes between two threads, under one lock. The lock is held while the server parks or wakes the connection, so that
 * no wake is lost between the look at the bytes and the parking.
 */
#include "node/stream/sse.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_BYTES = 1024 };  /* of an empty queue */

struct sse {
	pthread_mutex_t lock;
	char *bytes;
	size_t first, count, capacity;
	struct sse_wire wire;
	bool attached, parked, ended;
};

struct sse *sse_new(void)
{
	struct sse *sse = calloc(1, sizeof(*sse));

	if (!sse)
		abort();
	pthread_mutex_init(&sse->lock, NULL);
	return sse;
}

void sse_free(struct sse *sse)
{
	if (!sse)
		return;
	pthread_mutex_destroy(&sse->lock);
	free(sse->bytes);
	free(sse);
}

void sse_attach(struct sse *sse, const struct sse_wire *wire)
{
	pthread_mutex_lock(&sse->lock);
	sse->wire = *wire;
	sse->attached = true;
	pthread_mutex_unlock(&sse->lock);
}

void sse_detach(struct sse *sse)
{
	pthread_mutex_lock(&sse->lock);
	sse->attached = sse->parked = false;
	sse->ended = true;
	pthread_mutex_unlock(&sse->lock);
}

static void forget_bytes(struct sse *sse)
{
	sse->first = sse->count = 0;
	if (sse->capacity > KEPT_BYTES) {
		free(sse->bytes);
		sse->bytes = NULL;
		sse->capacity = 0;
	}
}

ssize_t sse_take(struct sse *sse, char *out, size_t max)
{
	ssize_t taken = 0;

	pthread_mutex_lock(&sse->lock);
	if (sse->count) {
		taken = (ssize_t)(max < sse->count ? max : sse->count);
		memcpy(out, sse->bytes + sse->first, (size_t)taken);
		sse->first += (size_t)taken;
		sse->count -= (size_t)taken;
		if (!sse->count)
			forget_bytes(sse);
	} else if (sse->ended) {
		taken = -1;
	} else if (sse->attached) {
		sse->parked = true;
		sse->wire.park(sse->wire.connection);
	}
	pthread_mutex_unlock(&sse->lock);
	return taken;
}

/* Room for `more` behind what waits. */
static void make_room(struct sse *sse, size_t more)
{
	size_t needed = sse->count + more;

	if (sse->first && sse->first + needed > sse->capacity) {
		memmove(sse->bytes, sse->bytes + sse->first, sse->count);
		sse->first = 0;
	}
	if (needed > sse->capacity) {
		sse->capacity = needed < KEPT_BYTES ? KEPT_BYTES : 2 * needed;
		sse->bytes = realloc(sse->bytes, sse->capacity);
		if (!sse->bytes)
			abort();
	}
}

static void wake(struct sse *sse)
{
	if (!sse->parked)
		return;
	sse->parked = false;
	sse->wire.wake(sse->wire.connection);
}

bool sse_put(struct sse *sse, struct str text)
{
	bool fits;

	pthread_mutex_lock(&sse->lock);
	fits = !sse->ended && sse->count + text.n <= STREAM_UNSENT_MAX;
	if (fits && text.n) {
		make_room(sse, text.n);
		memcpy(sse->bytes + sse->first + sse->count, text.p, text.n);
		sse->count += text.n;
		wake(sse);
	}
	pthread_mutex_unlock(&sse->lock);
	return fits;
}

void sse_end(struct sse *sse, bool at_once)
{
	pthread_mutex_lock(&sse->lock);
	sse->ended = true;
	if (at_once)
		forget_bytes(sse);
	if (at_once && sse->attached && !sse->parked)
		sse->wire.cut(sse->wire.connection);
	wake(sse);
	pthread_mutex_unlock(&sse->lock);
}
