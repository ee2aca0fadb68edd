/*
 * Rows of the activity table about who follows whom. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_FOLLOW_H
#define FEDERATION_ON_FOLLOW_H

#include "federation/apply.h"

int follow_may(struct apply *apply);
int follow_apply(struct apply *apply);
int accept_may(struct apply *apply);
int accept_apply(struct apply *apply);
int reject_may(struct apply *apply);
int reject_apply(struct apply *apply);
int unfollow_may(struct apply *apply);
int unfollow_apply(struct apply *apply);

/* Ends a follow or the request of one, and what the followed one was told of it; ERR_NOT_FOUND when there is none.
 * Tells no peer. */
int follow_end(struct txn *txn, uint64_t follower_id, uint64_t followee_id);

#endif
