/*
 * Timelines of the client API. Show stages; HTTP threads.
 */
#ifndef NODE_API_TIMELINES_H
#define NODE_API_TIMELINES_H

#include "node/call.h"

int api_timeline_home(struct call *call, struct view *view);
/* local, remote, only_media */
int api_timeline_public(struct call *call, struct view *view);
/* The path's ":hashtag"; any[], all[], none[], local, remote, only_media */
int api_timeline_tag(struct call *call, struct view *view);
/* url: 422 when it is no address of the web */
int api_timeline_link(struct call *call, struct view *view);

#endif
