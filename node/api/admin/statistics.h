/*
 * The node in figures, for those who look after it: measures day by day, what they are made of, and who stayed.
 *
 * Each has a check (HTTP thread), a work (pool thread: counting takes tenths of a second on a large node, in a view of its
 * own).
 */
#ifndef NODE_API_ADMIN_STATISTICS_H
#define NODE_API_ADMIN_STATISTICS_H

#include "node/call.h"

/* keys[], start_at, end_at, and for some keys KEY[id] (a tag) or KEY[domain]. */
int api_admin_measures_check(struct call *call, struct view *view);
int api_admin_measures_work(struct call *call);
/* The same, and limit. */
int api_admin_dimensions_check(struct call *call, struct view *view);
int api_admin_dimensions_work(struct call *call);
/* start_at, end_at, frequency. */
int api_admin_retention_check(struct call *call, struct view *view);
int api_admin_retention_work(struct call *call);

#endif
