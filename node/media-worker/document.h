/*
 * Documents: their type by content, of archives by what stands in them and else over libmagic, and their text for search. They are kept as they are.
 */
#ifndef NODE_MEDIA_WORKER_DOCUMENT_H
#define NODE_MEDIA_WORKER_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	DOCUMENT_TEXT_BYTES = 128 * 1024,   /* what is beyond is not found */
	DOCUMENT_TEXT_SECONDS = 2,          /* of processor time */
};

/* Reads the database of types, and what reading text needs. */
bool document_warm_up(void);
/* The media type of a document that is taken; NULL: none is. Whatever else is text is text/plain. */
const char *document_type(const void *bytes, size_t size);
/* Writes the text of a document of that type to `fd`, and ends the process: well, also when the document cannot be read, when
 * it costs more than its time, and when what reads it breaks over it. What was read until then is written. */
_Noreturn void document_text(const char *type, const void *bytes, size_t size, int fd);

#endif
