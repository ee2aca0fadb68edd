/*
 * The nodes this one has to do with, for those who look after it. Adding and removing them is the operator's.
 */
#ifndef NODE_API_ADMIN_DOMAIN_ALLOWS_H
#define NODE_API_ADMIN_DOMAIN_ALLOWS_H

#include "node/call.h"

/* The last added first. */
int api_admin_domain_allows(struct call *call, struct view *view);
int api_admin_domain_allow(struct call *call, struct view *view);

#endif
