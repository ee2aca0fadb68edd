/*
 * The page of a person of ours: who they are and what they wrote, for people who are signed in.
 */
#ifndef NODE_WEB_PROFILE_H
#define NODE_WEB_PROFILE_H

#include "node/call.h"

/* GET /@:name?max_id=ID */
int profile_show(struct call *call, struct view *view);

#endif
