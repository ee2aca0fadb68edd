/*
 * The nodes this one has to do with, for those who look after it.
 */
#ifndef NODE_API_ADMIN_DOMAIN_ALLOWS_H
#define NODE_API_ADMIN_DOMAIN_ALLOWS_H

#include "node/call.h"

/* The last added first. */
int api_admin_domain_allows(struct call *call, struct view *view);
int api_admin_domain_allow(struct call *call, struct view *view);
/* Puts `domain` on the list and asks there for its key: the other side has to do the same. Twice is no error. */
int api_admin_domain_allow_add_check(struct call *call, struct view *view);
int api_admin_domain_allow_add_write(struct call *call, struct txn *txn);
int api_admin_domain_allow_add_show(struct call *call, struct view *view);
int api_admin_domain_allow_delete_write(struct call *call, struct txn *txn);

#endif
