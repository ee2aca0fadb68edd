/*
 * Posts as the client API shows them: one, its thread, its source, who reacted.
 *
 * Show stages on HTTP threads; ids come from the path's ":id". Whoever may not see a post gets the same answer as for
 * one that does not exist.
 */
#ifndef NODE_API_STATUS_VIEWS_H
#define NODE_API_STATUS_VIEWS_H

#include "node/call.h"
#include "storage/model.h"

/* The post of the path, when the viewer may see it; and when it is the viewer's own. ERR_NOT_FOUND. */
int status_find(struct call *call, struct view *view, struct post *ret_post);
int status_find_own(struct call *call, struct view *view, struct post *ret_post);

int api_status_get(struct call *call, struct view *view);
/* The thread as it is here; opening it has what it lacks fetched from other nodes (federation/backfill.h), and waits for
 * none of that. */
int api_status_context_check(struct call *call, struct view *view);
int api_status_context_work(struct call *call);
/* id[]: those that are there for the viewer, in that order. */
int api_statuses(struct call *call, struct view *view);
int api_status_context(struct call *call, struct view *view);
int api_status_source(struct call *call, struct view *view);
int api_status_favoured_by(struct call *call, struct view *view);
int api_status_boosted_by(struct call *call, struct view *view);

#endif
