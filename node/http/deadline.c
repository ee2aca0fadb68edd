/*
 * A list of sockets and times under one lock. Does not close: a shut socket reads as ended, and its owner does the rest.
 */
#include "node/http/deadline.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

struct deadline {
	struct deadline *next, **link;  /* link: what points here */
	int socket;
	atomic_int_fast64_t until_ms;
	atomic_bool reading;
};

struct deadlines {
	pthread_mutex_t lock;
	struct deadline *first;
};

struct deadlines *deadlines_new(void)
{
	struct deadlines *deadlines = calloc(1, sizeof(*deadlines));

	if (!deadlines)
		abort();
	pthread_mutex_init(&deadlines->lock, NULL);
	return deadlines;
}

void deadlines_free(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	pthread_mutex_destroy(&deadlines->lock);
	free(deadlines);
}

struct deadline *deadline_add(struct deadlines *deadlines, int socket, int64_t until_ms)
{
	struct deadline *deadline = malloc(sizeof(*deadline));

	if (!deadline)
		abort();
	deadline->socket = socket;
	atomic_init(&deadline->until_ms, until_ms);
	atomic_init(&deadline->reading, true);
	pthread_mutex_lock(&deadlines->lock);
	deadline->next = deadlines->first;
	deadline->link = &deadlines->first;
	if (deadline->next)
		deadline->next->link = &deadline->next;
	deadlines->first = deadline;
	pthread_mutex_unlock(&deadlines->lock);
	return deadline;
}

void deadline_set(struct deadline *deadline, int64_t until_ms, bool reading)
{
	atomic_store(&deadline->reading, reading);
	atomic_store(&deadline->until_ms, until_ms);
}

void deadline_remove(struct deadlines *deadlines, struct deadline *deadline)
{
	pthread_mutex_lock(&deadlines->lock);
	*deadline->link = deadline->next;
	if (deadline->next)
		deadline->next->link = deadline->link;
	pthread_mutex_unlock(&deadlines->lock);
	free(deadline);
}

/* All that it said was read, and it hung up. */
static bool client_left(const struct deadline *deadline)
{
	char byte;

	return atomic_load(&deadline->reading) && recv(deadline->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

size_t deadlines_sweep(struct deadlines *deadlines, int64_t now_ms)
{
	size_t count = 0;

	pthread_mutex_lock(&deadlines->lock);
	for (struct deadline *deadline = deadlines->first; deadline; deadline = deadline->next) {
		int_fast64_t until_ms = atomic_load(&deadline->until_ms);

		if (until_ms > now_ms) {
			/* Unless it moves on meanwhile: its last words may be under way to a handler. */
			if (client_left(deadline))
				atomic_compare_exchange_strong(&deadline->until_ms, &until_ms, now_ms);
			continue;
		}
		shutdown(deadline->socket, SHUT_RDWR);
		count++;
	}
	pthread_mutex_unlock(&deadlines->lock);
	return count;
}
