/*
 * Accounts, for those who look after the node: moderators and administrators.
 */
#ifndef NODE_API_ADMIN_ACCOUNTS_H
#define NODE_API_ADMIN_ACCOUNTS_H

#include "node/call.h"
#include "storage/base/json.h"

/* Writes Admin::Account; null for an account that is unknown. */
int entity_admin_account(struct json_writer *w, struct arena *arena, struct view *view, uint64_t id);

/* Newest first, by the parameters of either version of the method. */
int api_admin_accounts(struct call *call, struct view *view);
int api_admin_account(struct call *call, struct view *view);
/* `type` is none, disable (one of ours), sensitive, silence or suspend; `report_id` is closed with it. 403 for oneself,
 * whoever is an administrator, and, to who is none, whoever has a role at all. */
int api_admin_action_check(struct call *call, struct view *view);
int api_admin_action_write(struct call *call, struct txn *txn);
/* The way back; what was not done is no error. A rule against the whole domain stays. */
int api_admin_undo_check(struct call *call, struct view *view);
int api_admin_enable_write(struct call *call, struct txn *txn);
int api_admin_unsilence_write(struct call *call, struct txn *txn);
int api_admin_unsensitive_write(struct call *call, struct txn *txn);
int api_admin_unsuspend_write(struct call *call, struct txn *txn);
/* The end of one that is suspended: of ours for good; of another node's, what it left here. */
int api_admin_erase_check(struct call *call, struct view *view);
int api_admin_erase_write(struct call *call, struct txn *txn);
/* Lets somebody in who signed up and waits, or turns them away. */
int api_admin_pending_check(struct call *call, struct view *view);
int api_admin_approve_write(struct call *call, struct txn *txn);
int api_admin_reject_write(struct call *call, struct txn *txn);
int api_admin_rejected_show(struct call *call, struct view *view);

#endif
