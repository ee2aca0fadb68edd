/*
 * The pictures that stand in for missing ones, for clients; pages have theirs in style.h. Constant; any thread.
 */
#ifndef NODE_WEB_PICTURES_H
#define NODE_WEB_PICTURES_H

#include "node/call.h"

/* GET /avatar.png, /header.png */
int avatar_png_show(struct call *call, struct view *view);
int header_png_show(struct call *call, struct view *view);

#endif
