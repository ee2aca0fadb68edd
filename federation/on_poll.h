/*
 * Polls in the social state: votes, totals, and the end. Writer thread; called by federation/apply.c, on_post.c and the
 * job table.
 */
#ifndef FEDERATION_ON_POLL_H
#define FEDERATION_ON_POLL_H

#include "federation/apply.h"

struct job;

/* Row "Create: a vote". */
int vote_may(struct apply *apply);
int vote_apply(struct apply *apply);

/* After a post was stored: its poll, if the draft has one. Of one that stands the totals are taken; other options begin
 * it anew, without votes. */
int on_poll_put(struct arena *arena, struct txn *txn, const struct object_draft *draft);
/* Takes the totals alone of what its author says of a poll that is known. */
int on_poll_totals(struct arena *arena, struct txn *txn, const struct object_draft *draft);

/* JOB "poll_update" (job->subject: the post): tells peers what was counted since. */
int poll_update_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
/* JOB "poll_end": tells the author and the voters of ours that it ended, and peers how. */
int poll_end_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
