/*
 * What people may know of their node besides its instance documents: how much it is used, and whom it keeps out.
 */
#ifndef NODE_API_INSTANCE_FACTS_H
#define NODE_API_INSTANCE_FACTS_H

#include "node/call.h"

/* Twelve weeks, this one first. Counted once an hour, on a pool thread (work). */
int api_instance_activity_work(struct call *call);
/* The operator's rules about domains, without his comments; 404 unless the setting instance.show_domain_blocks is on. */
int api_instance_domain_blocks(struct call *call, struct view *view);
/* This node translates nothing. */
int api_translation_languages(struct call *call, struct view *view);
/* Nobody proves anything: [] for an account that is there. */
int api_identity_proofs(struct call *call, struct view *view);
/* No reports of a year are made. */
int api_annual_reports(struct call *call, struct view *view);
int api_annual_report_state(struct call *call, struct view *view);

#endif
