/*
 * The second factor of a person through the client API: what there is, an app set up and ended, recovery codes, passkeys
 * ended. New passkeys need a browser and the page /settings/security. A token may have been left on a lost phone: whoever
 * changes something says the password, and a code where there is a factor.
 */
#ifndef NODE_API_SECOND_FACTOR_H
#define NODE_API_SECOND_FACTOR_H

#include "node/call.h"

/* GET /api/rse/v1/second_factor */
int api_second_factor(struct call *call, struct view *view);
/* check and work of whatever changes it */
int api_second_factor_check(struct call *call, struct view *view);
int api_second_factor_work(struct call *call);
/* POST /api/rse/v1/second_factor/app: begins; POST …/app/confirm; DELETE …/app */
int api_second_factor_begin_write(struct call *call, struct txn *txn);
int api_second_factor_pending(struct call *call, struct view *view);
int api_second_factor_confirm_write(struct call *call, struct txn *txn);
int api_second_factor_app_end_write(struct call *call, struct txn *txn);
/* POST /api/rse/v1/second_factor/recovery_codes */
int api_second_factor_codes_write(struct call *call, struct txn *txn);
/* DELETE /api/rse/v1/second_factor/passkeys/:id */
int api_second_factor_passkey_end_write(struct call *call, struct txn *txn);

#endif
