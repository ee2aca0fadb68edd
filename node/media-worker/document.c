/*
 * The types of documents that are taken.
 */
#include "node/media-worker/document.h"

#include <magic.h>
#include <string.h>

enum { LOOKED_AT = 1024 * 1024 };

static magic_t magic;

static const char *const types[] = {
	"application/pdf",
	"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
	"application/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.graphics",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"text/csv", "text/plain",
};

bool document_warm_up(void)
{
	size_t limit = LOOKED_AT;

	magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
	return magic && magic_load(magic, NULL) == 0 && magic_setparam(magic, MAGIC_PARAM_BYTES_MAX, &limit) == 0 &&
	       magic_buffer(magic, "text\n", 5);
}

const char *document_type(const void *bytes, size_t size)
{
	const char *found = magic_buffer(magic, bytes, size < LOOKED_AT ? size : LOOKED_AT);

	/* The database calls some broken binaries text. */
	if (!found || (strncmp(found, "text/", 5) == 0 && memchr(bytes, 0, size)))
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(found, types[i]) == 0)
			return types[i];
	/* A page or a script is the text it is made of. */
	if (strncmp(found, "text/", 5) == 0 || strcmp(found, "application/json") == 0)
		return "text/plain";
	return NULL;
}
