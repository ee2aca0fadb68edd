/*
 * The one script of the node's pages: browsers give passkeys to scripts alone. Served by us, from a file of its own.
 */
#ifndef NODE_WEB_SCRIPT_H
#define NODE_WEB_SCRIPT_H

#include "node/call.h"

/* Its address, which changes with what is in it. */
struct str script_path(void);
/* GET /passkeys.js */
int script_show(struct call *call, struct view *view);

#endif
