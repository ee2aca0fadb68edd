/*
 * One purse for each origin that cost us something lately.
 */
#include "federation/budget.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { PURSES = 1024 };  /* far more than peers and threads */

struct purse {
	uint8_t name[16];        /* of the origin's hash */
	unsigned under_way;
	bool waits;              /* somebody, for one of them to end */
	unsigned queued;         /* pictures that wait for that too */
	int64_t full_ms;         /* when all key fetches are there again */
	int64_t sent_us;         /* when all activities of a minute are there again */
	int64_t used_ms;         /* monotonic, as are the above */
};

struct budget {
	pthread_mutex_t lock;
	pthread_cond_t left;
	struct purse purses[PURSES];
};

struct budget *budget_new(void)
{
	struct budget *budget = calloc(1, sizeof(*budget));
	pthread_condattr_t monotonic;

	if (!budget)
		abort();
	pthread_mutex_init(&budget->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&budget->left, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return budget;
}

void budget_free(struct budget *budget)
{
	if (!budget)
		return;
	pthread_cond_destroy(&budget->left);
	pthread_mutex_destroy(&budget->lock);
	free(budget);
}

/* The purse of `origin`, a new one in place of the one that rested longest. NULL: all are in use. */
static struct purse *purse_of(struct budget *budget, struct str origin)
{
	uint8_t hash[SHA256_BYTES];
	struct purse *oldest = NULL;

	hash_sha256(origin, hash);
	for (size_t i = 0; i < PURSES; i++) {
		struct purse *purse = &budget->purses[i];

		if (purse->used_ms && memcmp(purse->name, hash, sizeof(purse->name)) == 0)
			return purse;
		if (!purse->under_way && !purse->waits && !purse->queued && (!oldest || purse->used_ms < oldest->used_ms))
			oldest = purse;
	}
	if (oldest) {
		*oldest = (struct purse){ .used_ms = clock_monotonic_ms() };
		memcpy(oldest->name, hash, sizeof(oldest->name));
	}
	return oldest;
}

static struct timespec wait_until(int64_t wait_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += wait_ms % SECOND_MS * 1000000L;
	until.tv_sec += wait_ms / SECOND_MS + until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return until;
}

/* Waits, if it is the only one, until a fetch from there has ended. */
static void wait_turn(struct budget *budget, struct purse *purse)
{
	struct timespec until = wait_until(BUDGET_WAIT_MS);

	if (purse->waits)
		return;
	purse->waits = true;
	while (purse->under_way >= BUDGET_AT_ONCE && pthread_cond_timedwait(&budget->left, &budget->lock, &until) == 0)
		;
	purse->waits = false;
}

static int enter(struct budget *budget, struct str origin, unsigned at_once)
{
	struct purse *purse;
	int r = ERR_BUSY;

	pthread_mutex_lock(&budget->lock);
	purse = purse_of(budget, origin);
	if (purse && purse->under_way >= at_once && at_once == BUDGET_AT_ONCE)
		wait_turn(budget, purse);
	if (purse && purse->under_way < at_once) {
		purse->under_way++;
		purse->used_ms = clock_monotonic_ms();
		r = OK;
	}
	pthread_mutex_unlock(&budget->lock);
	return r;
}

int budget_enter(struct budget *budget, struct str origin)
{
	return enter(budget, origin, BUDGET_AT_ONCE);
}

int budget_enter_last(struct budget *budget, struct str origin)
{
	return enter(budget, origin, 1);
}

int budget_enter_queued(struct budget *budget, struct str origin, int64_t wait_ms)
{
	struct timespec until = wait_until(wait_ms);
	struct purse *purse;
	int r = ERR_BUSY;

	pthread_mutex_lock(&budget->lock);
	purse = purse_of(budget, origin);
	if (purse) {
		purse->queued++;
		while (purse->under_way >= BUDGET_AT_ONCE &&
		       pthread_cond_timedwait(&budget->left, &budget->lock, &until) == 0)
			;
		purse->queued--;
		if (purse->under_way < BUDGET_AT_ONCE) {
			purse->under_way++;
			purse->used_ms = clock_monotonic_ms();
			r = OK;
		}
	}
	pthread_mutex_unlock(&budget->lock);
	return r;
}

void budget_leave(struct budget *budget, struct str origin)
{
	struct purse *purse;

	pthread_mutex_lock(&budget->lock);
	purse = purse_of(budget, origin);
	if (purse && purse->under_way)
		purse->under_way--;
	pthread_cond_broadcast(&budget->left);
	pthread_mutex_unlock(&budget->lock);
}

bool budget_take_key(struct budget *budget, struct str origin)
{
	int64_t now_ms = clock_monotonic_ms();
	struct purse *purse;
	bool taken;

	pthread_mutex_lock(&budget->lock);
	purse = purse_of(budget, origin);
	taken = purse && purse->full_ms - now_ms <= (int64_t)(BUDGET_KEYS - 1) * BUDGET_KEY_MS;
	if (taken) {
		purse->full_ms = (purse->full_ms > now_ms ? purse->full_ms : now_ms) + BUDGET_KEY_MS;
		purse->used_ms = now_ms;
	}
	pthread_mutex_unlock(&budget->lock);
	return taken;
}

bool budget_take_activity(struct budget *budget, struct str origin, uint64_t per_minute)
{
	const int64_t minute_us = MINUTE_MS * 1000, each_us = minute_us / (int64_t)per_minute;
	int64_t now_ms = clock_monotonic_ms(), now_us = now_ms * 1000;
	struct purse *purse;
	bool taken;

	pthread_mutex_lock(&budget->lock);
	purse = purse_of(budget, origin);
	taken = purse && purse->sent_us - now_us <= minute_us - each_us;
	if (taken) {
		purse->sent_us = (purse->sent_us > now_us ? purse->sent_us : now_us) + each_us;
		purse->used_ms = now_ms;
	}
	pthread_mutex_unlock(&budget->lock);
	return taken;
}
