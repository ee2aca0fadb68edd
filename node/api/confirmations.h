/*
 * /api/v1/emails: whether one's address is confirmed, and the mail for it once more; also for who signed up and waits.
 */
#ifndef NODE_API_CONFIRMATIONS_H
#define NODE_API_CONFIRMATIONS_H

#include "node/call.h"

/* POST /api/v1/emails/confirmations: email (another one than before, of who has none that is confirmed). 403: nothing waits to be confirmed. */
int api_confirmation_check(struct call *call, struct view *view);
int api_confirmation_write(struct call *call, struct txn *txn);
/* GET /api/v1/emails/check_confirmation: true or false. */
int api_confirmation_show(struct call *call, struct view *view);

#endif
