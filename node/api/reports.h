/*
 * Reporting through the client API. Reading and closing reports: rse-node report.
 */
#ifndef NODE_API_REPORTS_H
#define NODE_API_REPORTS_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/model.h"

/* Parameters: account_id, status_ids (100), comment (5,000 characters), category, forward. */
int api_report_check(struct call *call, struct view *view);
int api_report_write(struct call *call, struct txn *txn);
int api_report_show(struct call *call, struct view *view);

/* Writes Report, as its author is shown it. */
int entity_report(struct json_writer *w, struct arena *arena, struct view *view, const struct report *report);

/* The members that its reporter and moderators read alike. */
void report_w_facts(struct json_writer *w, const struct report *report);
/* The reason of that name, in static memory; STR_NONE: there is none. */
struct str report_category(struct str name);

#endif
