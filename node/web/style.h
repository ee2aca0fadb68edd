/*
 * The one style sheet, the pictures that stand in for missing ones, and the icon. Constant; any thread.
 */
#ifndef NODE_WEB_STYLE_H
#define NODE_WEB_STYLE_H

#include "node/call.h"

/* "/style.css?v=…": changes with the sheet, so that browsers may keep it for a year. */
struct str style_path(void);
/* GET /style.css, /avatar.svg, /header.svg, /icon.svg */
int style_show(struct call *call, struct view *view);
int avatar_show(struct call *call, struct view *view);
int header_show(struct call *call, struct view *view);
int icon_show(struct call *call, struct view *view);

#endif
