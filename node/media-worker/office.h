/*
 * The text of office documents: OpenDocument (ISO 26300) and Office Open XML (ISO 29500), which are XML in ZIP. Over expat.
 * A document type declaration ends a part, so that there are no entities but those of XML; what was deleted under "track
 * changes" and what stands there twice is left out.
 */
#ifndef NODE_MEDIA_WORKER_OFFICE_H
#define NODE_MEDIA_WORKER_OFFICE_H

#include "node/media-worker/text_out.h"

enum { OFFICE_UNPACKED_MAX = 32 * 1024 * 1024 };  /* bytes, of all parts of a document together */

/* `type` is its media type; one that is none of these has no text. What a part that turns out broken gave is taken back. */
void office_text(const char *type, const void *bytes, size_t size, struct text_out *out);

#endif
