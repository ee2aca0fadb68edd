/*
 * What those who look after the node are told: that somebody signed up and is let in, and that somebody is reported.
 */
#ifndef FEDERATION_STAFF_H
#define FEDERATION_STAFF_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Those whose roles it concerns (notice_roles()) will be told, by a job; not who did it. An account that nobody is shown yet tells nobody:
 * call it in the transaction that shows it. */
int staff_signed_up(struct txn *txn, uint64_t account_id);
int staff_reported(struct txn *txn, uint64_t report_id);

/* JOB "tell_staff" (job->subject: the account or the report; argument: the kind of notice; cursor: the last person looked
 * at), 500 people at a time. Writer. */
int staff_tell_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
