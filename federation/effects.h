/*
 * Who is told about what happened: the same for what our people do and for what peers send.
 */
#ifndef FEDERATION_EFFECTS_H
#define FEDERATION_EFFECTS_H

#include <stdbool.h>

#include "federation/apply.h"

enum notify {
	NOTIFY_NOBODY,
	NOTIFY_MENTIONED,  /* the mentioned, and by a job the followers who asked to hear of each post */
	NOTIFY_TARGET,     /* of a Follow */
	NOTIFY_AUTHOR,     /* of what was favoured or boosted */
	NOTIFY_EDITED,     /* the newly mentioned, and who boosted it */
};

/* Adds the notices of an applied activity, and a direct post to its conversations. */
int effects_run(struct apply *apply, enum notify notify);

/* Tells one of ours that a post of theirs is quoted, if they may see what quotes it. Nobody else; no error. */
int effects_quoted(struct txn *txn, uint64_t quoting_id);

/* JOB "notify" (job->subject: the post), 500 followers at a time: notices for those who asked for them. */
int effects_notify_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
