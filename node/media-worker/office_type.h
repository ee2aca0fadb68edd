/*
 * Which kind of office document a ZIP archive is, by what it says of itself: OpenDocument by its `mimetype` (ODF 1.3 part 2,
 * 3.3), Office Open XML by `[Content_Types].xml` (ISO 29500-2, 10.1.2). Where in the archive they stand does not matter.
 */
#ifndef NODE_MEDIA_WORKER_OFFICE_TYPE_H
#define NODE_MEDIA_WORKER_OFFICE_TYPE_H

#include <stddef.h>

/* The media type, in static memory. NULL: it is no document of a kind that is taken, as templates, what carries macros of
 * Office, programs and plain archives are not; or what it says is broken, or not the same throughout; or names in it lead out
 * of the folder where somebody unpacks it. */
const char *office_type(const void *bytes, size_t size);

#endif
