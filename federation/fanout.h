/*
 * JOB_FANOUT: one activity becomes deliveries, page by page: one per inbox, a shared inbox once.
 */
#ifndef FEDERATION_FANOUT_H
#define FEDERATION_FANOUT_H

#include "federation/activity.h"

struct job;
struct recipients;

/* false: nobody of them lives elsewhere, as far as can be told without a walk over the followers. */
bool fanout_reaches(struct arena *arena, struct view *view, uint64_t actor_id, const struct recipients *recipients);
/* Adds the job that delivers the activity record `activity_id`; its recipients are fixed now, while what it is about
 * is still there. */
int fanout_add(struct arena *arena, struct txn *txn, uint64_t activity_id, const struct recipients *recipients,
               int64_t due_ms);

/* Writer thread: adds up to 500 deliveries for the recipients after job->cursor; *ret_more: run again with the moved
 * job->cursor. Recipients: followers of the actor (when the audience names them), accounts named in to and cc, who saw
 * a post for its Delete. Only peers on the allow list get anything; a peer whose recipients share an inbox gets one. */
int fanout_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
