/*
 * The texts of the node (storage/texts.h) as they are shown: in the client API and on its legal page.
 */
#ifndef NODE_TEXTS_H
#define NODE_TEXTS_H

#include "storage/instance.h"
#include "storage/texts.h"

/* Harmless HTML: what begins like HTML is HTML, of which what is harmless stays; all else is plain text. */
struct str texts_html(struct arena *arena, const struct instance *instance, struct str text);
/* The terms that hold at that time, or else the next ones to come; their place in the list, `count` when there are none. */
size_t texts_terms_at(const struct node_text *terms, size_t count, int64_t now_ms);

#endif
