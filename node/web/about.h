/*
 * What the node says about itself to anybody: the front page and the legal notice.
 */
#ifndef NODE_WEB_ABOUT_H
#define NODE_WEB_ABOUT_H

#include "node/call.h"

int home_show(struct call *call, struct view *view);    /* GET / */
int legal_show(struct call *call, struct view *view);   /* GET /legal */

#endif
