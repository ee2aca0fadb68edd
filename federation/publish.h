/*
 * Posts whose time has come.
 */
#ifndef FEDERATION_PUBLISH_H
#define FEDERATION_PUBLISH_H

#include <stdbool.h>

struct arena;
struct job;
struct txn;

/* The job "publish": subject the scheduled post, cursor its author. It becomes a post in the transaction that removes it,
 * so it appears once whatever happens. One that may not be posted any more (what it answers or quotes is gone, its
 * author was disabled) stays on its author's list, where he can see it. */
int publish_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
