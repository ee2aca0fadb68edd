/*
 * A person of ours parts from a domain: the follows and requests of both sides end, with an Undo and a Reject.
 */
#ifndef FEDERATION_PARTING_H
#define FEDERATION_PARTING_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Keeps the domain ("host[:port]", lower case) in the person's list and ends the first follows; the job below does the
 * rest. Twice is no error. ERR_LIMIT, ERR_INVALID: storage/named.h. */
int parting_begin(struct arena *arena, struct txn *txn, uint64_t account_id, struct str domain);
/* JOB "parting": subject the person, argument the domain; a page at a time. */
int parting_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
