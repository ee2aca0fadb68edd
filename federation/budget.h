/*
 * What one origin may cost us: how many fetches from it run at once, how many unknown keys of it we ask for, and how
 * many activities it may send.
 *
 * The first keeps the threads for the others when a peer answers slowly. The second bounds what anybody can make us
 * fetch by naming keys that do not exist, since a key id is all it takes. In memory and bounded: of many origins the
 * one that rested longest is forgotten. Any thread.
 */
#ifndef FEDERATION_BUDGET_H
#define FEDERATION_BUDGET_H

#include "storage/base/str.h"

struct budget;

enum {
	BUDGET_AT_ONCE = 2,      /* fetches from one origin under way */
	BUDGET_WAIT_MS = 500,    /* that one more waits for its turn; any others are put off at once */
	BUDGET_KEYS = 40,        /* unknown keys of one origin in a row … */
	BUDGET_KEY_MS = 250,     /* … and then one in this time */
};

struct budget *budget_new(void);
/* No other thread may use it any more. NULL is allowed. */
void budget_free(struct budget *budget);

/* A fetch from `origin` begins; budget_leave() must follow. ERR_BUSY: too many are under way, and stay so or have one
 * waiting already. May block for BUDGET_WAIT_MS. */
int budget_enter(struct budget *budget, struct str origin);
/* The same for what nobody waits for: only when nothing of there is under way, and never waits. */
int budget_enter_last(struct budget *budget, struct str origin);
/* The same for threads that nobody else needs: however many wait already, for up to `wait_ms`. */
int budget_enter_queued(struct budget *budget, struct str origin, int64_t wait_ms);
void budget_leave(struct budget *budget, struct str origin);

/* Takes one of the `per_minute` (at least 1) activities that the origin may send; a minute's worth may come at once. */
bool budget_take_activity(struct budget *budget, struct str origin, uint64_t per_minute);

/* Takes one key fetch; false: that was too many. */
bool budget_take_key(struct budget *budget, struct str origin);

#endif
