/*
 * Second factors of others, for those who help who lost their device.
 */
#ifndef NODE_API_ADMIN_SECOND_FACTOR_H
#define NODE_API_ADMIN_SECOND_FACTOR_H

#include "node/call.h"

/* DELETE /api/rse/v1/admin/accounts/:id/second_factor */
int api_admin_second_factor_check(struct call *call, struct view *view);
int api_admin_second_factor_end_write(struct call *call, struct txn *txn);

#endif
