/*
 * Rows of the activity table about quotes (FEP-044f): who may quote our posts, what our people quote, and stamps that are
 * taken back. Writer thread; called by federation/apply.c, on_post.c and act.c only.
 */
#ifndef FEDERATION_ON_QUOTE_H
#define FEDERATION_ON_QUOTE_H

#include "federation/apply.h"

/* QuoteRequest of a peer: answered at once, with a stamp when the post's policy lets its author, else with a Reject. One
 * of ours asks for a post of ours (instrument_uri) that quotes a foreign one (object_id). */
int quote_request_may(struct apply *apply);
int quote_request_apply(struct apply *apply);
/* The answer of ours, and that of a peer to us. */
int quote_answer_may(struct apply *apply);
int quote_accept_apply(struct apply *apply);
int quote_reject_apply(struct apply *apply);
/* Delete of a stamp (object_uri) by who gave it. */
int unstamp_may(struct apply *apply);
int unstamp_apply(struct apply *apply);

/* Is it the stamp of a post that is here? */
bool quote_knows_stamp(struct arena *arena, struct view *view, struct str stamp_uri);
/* What an Accept or a Reject is about that gives the id of our QuoteRequest alone. */
void quote_complete_inner(struct apply *apply, struct activity *inner);
/* After a post of ours that quotes was added: keeps the stamp that it names when that is ours, or adds the job that asks
 * for one, once the post goes out. */
int quote_made(struct arena *arena, struct txn *txn, const struct post *post, int64_t hold_ms);

#endif
