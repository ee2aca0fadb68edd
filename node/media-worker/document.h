/*
 * Documents: their type by content, over libmagic. They are kept as they are; nothing in here reads more of them.
 */
#ifndef NODE_MEDIA_WORKER_DOCUMENT_H
#define NODE_MEDIA_WORKER_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the database of types. */
bool document_warm_up(void);
/* The media type of a document that is taken; NULL: none is. Whatever else is text is text/plain. */
const char *document_type(const void *bytes, size_t size);

#endif
