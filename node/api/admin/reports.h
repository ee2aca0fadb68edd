/*
 * Reports, for those who look after the node: moderators and administrators.
 */
#ifndef NODE_API_ADMIN_REPORTS_H
#define NODE_API_ADMIN_REPORTS_H

#include "node/call.h"

/* The open ones, or with `resolved` the closed ones; `account_id` and `target_account_id` narrow. Newest first. */
int api_admin_reports(struct call *call, struct view *view);
int api_admin_report(struct call *call, struct view *view);
int api_admin_report_resolve_write(struct call *call, struct txn *txn);
int api_admin_report_reopen_write(struct call *call, struct txn *txn);
/* To the moderator who asks, and to nobody. */
int api_admin_report_assign_write(struct call *call, struct txn *txn);
int api_admin_report_unassign_write(struct call *call, struct txn *txn);
/* Puts it under another `category`. */
int api_admin_report_edit_check(struct call *call, struct view *view);
int api_admin_report_edit_write(struct call *call, struct txn *txn);

#endif
