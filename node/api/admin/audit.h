/*
 * The audit journal, for those who may read it.
 */
#ifndef NODE_API_ADMIN_AUDIT_H
#define NODE_API_ADMIN_AUDIT_H

#include "node/call.h"

/* Newest first; account_id, action and since narrow it down. */
int api_admin_audit(struct call *call, struct view *view);
/* What following the chain came to; `hash`: a head of earlier times that should be in it. */
int api_admin_audit_verify_check(struct call *call, struct view *view);
int api_admin_audit_verify_work(struct call *call);

#endif
