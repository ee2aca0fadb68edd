/*
 * A QR code as SVG that stands in a page: one path, no style, nothing to load. Owns libqrencode. Any thread.
 */
#ifndef NODE_WEB_QR_H
#define NODE_WEB_QR_H

#include "storage/base/str.h"

struct arena;

/* `label` is what those hear who do not see it. STR_NONE: the text is too long for a QR code. */
struct str qr_svg(struct arena *arena, struct str text, struct str label);

#endif
