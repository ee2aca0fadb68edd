/*
 * Roles, for administrators: which there are, who has which, and giving and taking them.
 */
#ifndef NODE_API_ADMIN_ROLES_H
#define NODE_API_ADMIN_ROLES_H

#include "node/call.h"

/* The roles with what each may do and who has it. */
int api_admin_roles(struct call *call, struct view *view);
/* `role` is a parameter when one is given, and stands in the path when it is taken. */
int api_admin_role_check(struct call *call, struct view *view);
int api_admin_role_grant_write(struct call *call, struct txn *txn);
int api_admin_role_revoke_write(struct call *call, struct txn *txn);

#endif
