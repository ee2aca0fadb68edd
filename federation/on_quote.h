/*
 * Rows of the activity table about quotes (FEP-044f): who may quote our posts. Writer thread; called by
 * federation/apply.c only.
 */
#ifndef FEDERATION_ON_QUOTE_H
#define FEDERATION_ON_QUOTE_H

#include "federation/apply.h"

/* QuoteRequest of a peer: answered at once, with a stamp when everybody may see the post, else with a Reject. */
int quote_request_may(struct apply *apply);
int quote_request_apply(struct apply *apply);
/* The answer of ours. */
int quote_answer_may(struct apply *apply);
int quote_answer_apply(struct apply *apply);

#endif
