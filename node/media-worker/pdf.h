/*
 * The text of PDF documents (ISO 32000), over poppler. Of those that need a password there is none.
 */
#ifndef NODE_MEDIA_WORKER_PDF_H
#define NODE_MEDIA_WORKER_PDF_H

#include "node/media-worker/text_out.h"

/* Before the sandbox: reads a page of ours, so that all that poppler opens on the way is open. Where that fails, documents
 * have no text. */
void pdf_warm_up(void);
/* Page by page, until `out` is full. */
void pdf_text(const void *bytes, size_t size, struct text_out *out);

#endif
