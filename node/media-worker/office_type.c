/*
 * Reads what office documents say they are. Nothing here looks at their text.
 */
#include "node/media-worker/office_type.h"

#include <expat.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "node/media-worker/zip.h"

enum {
	MIMETYPE_MAX = 100,                /* bytes; the longest of ours has 48 */
	CONTENT_TYPES_MAX = 2 * 1024 * 1024,
};

#define OPEN_DOCUMENT "application/vnd.oasis.opendocument."
#define OPEN_XML "application/vnd.openxmlformats-officedocument."
#define MAIN ".main+xml"   /* how the content type of a main part goes on behind the type of its document */

static const struct kind {
	const char *type, *main_part;      /* where the main part mostly is; of OpenDocument always */
} kinds[] = {
	{ OPEN_DOCUMENT "text", "content.xml" }, { OPEN_DOCUMENT "spreadsheet", "content.xml" },
	{ OPEN_DOCUMENT "presentation", "content.xml" }, { OPEN_DOCUMENT "graphics", "content.xml" },
	{ OPEN_XML "wordprocessingml.document", "word/document.xml" },
	{ OPEN_XML "spreadsheetml.sheet", "xl/workbook.xml" },
	{ OPEN_XML "presentationml.presentation", "ppt/presentation.xml" },
};

/* `rest` is what stands behind the type. */
static const struct kind *kind_of(const char *text, const char *rest)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].type);

		if (strncasecmp(text, kinds[i].type, n) == 0 && strcasecmp(text + n, rest) == 0)
			return &kinds[i];
	}
	return NULL;
}

/* How many entries have that name, and the last of them. Names of parts are the same in either case (ISO 29500-2, 6.3.5). */
static size_t find(const void *bytes, size_t size, const char *name, struct zip_entry *ret_entry)
{
	size_t n = strlen(name), count = 0;
	struct zip_entry entry;
	struct zip zip;

	if (!zip_open(&zip, bytes, size))
		return 0;
	while (zip_next(&zip, &entry))
		if (entry.name_bytes == n && strncasecmp(entry.name, name, n) == 0) {
			*ret_entry = entry;
			count++;
		}
	return count;
}

static bool has(const void *bytes, size_t size, const char *name)
{
	struct zip_entry entry;

	return find(bytes, size, name, &entry) == 1;
}

/* --- OpenDocument ----------------------------------------------------------------------------------------------- */

struct line {
	char bytes[MIMETYPE_MAX + 1];
	size_t n;
};

static bool take_line(void *context, const char *bytes, size_t n)
{
	struct line *line = context;

	if (n > MIMETYPE_MAX - line->n)
		return false;
	memcpy(line->bytes + line->n, bytes, n);
	line->n += n;
	return true;
}

static const struct kind *open_document(const void *bytes, size_t size, const struct zip_entry *mimetype)
{
	size_t budget = MIMETYPE_MAX;
	struct line line = { .n = 0 };
	const struct kind *kind;

	if (zip_unpack(mimetype, &budget, take_line, &line) != ZIP_WHOLE || memchr(line.bytes, 0, line.n))
		return NULL;
	while (line.n && strchr(" \t\r\n", line.bytes[line.n - 1]))
		line.n--;
	line.bytes[line.n] = 0;
	kind = kind_of(line.bytes, "");
	return kind && has(bytes, size, kind->main_part) ? kind : NULL;
}

/* --- Office Open XML -------------------------------------------------------------------------------------------- */

struct types_walk {
	XML_Parser parser;
	const void *bytes;
	size_t size;
	const struct kind *kind;
	bool refused;
};

static void refuse(struct types_walk *walk)
{
	walk->refused = true;
	XML_StopParser(walk->parser, XML_FALSE);
}

static const char *attribute(const XML_Char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

static bool carries_macros(const char *type)
{
	return strcasestr(type, "macroEnabled") || strcasestr(type, "vbaProject");
}

/* One main part, which is there, makes the document. */
static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct types_walk *walk = context;
	const char *type = attribute(attributes, "ContentType"), *part = attribute(attributes, "PartName");
	const struct kind *kind;

	(void)name;
	if (!type)
		return;
	kind = kind_of(type, MAIN);
	if (carries_macros(type) || (kind && walk->kind))
		refuse(walk);
	else if (kind && has(walk->bytes, walk->size, part && part[0] == '/' ? part + 1 : kind->main_part))
		walk->kind = kind;
	else if (kind)
		refuse(walk);
}

static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                               int has_subset)
{
	(void)name, (void)system_id, (void)public_id, (void)has_subset;
	refuse(context);
}

static bool take_piece(void *context, const char *bytes, size_t n)
{
	struct types_walk *walk = context;

	return XML_Parse(walk->parser, bytes, (int)n, XML_FALSE) == XML_STATUS_OK;
}

static const struct kind *open_xml(const void *bytes, size_t size, const struct zip_entry *content_types)
{
	struct types_walk walk = { .parser = XML_ParserCreate(NULL), .bytes = bytes, .size = size };
	size_t budget = CONTENT_TYPES_MAX;

	if (!walk.parser)
		return NULL;
	XML_SetUserData(walk.parser, &walk);
	XML_SetStartElementHandler(walk.parser, on_start);
	XML_SetStartDoctypeDeclHandler(walk.parser, on_doctype);
	if (zip_unpack(content_types, &budget, take_piece, &walk) != ZIP_WHOLE || walk.refused ||
	    XML_Parse(walk.parser, "", 0, XML_TRUE) != XML_STATUS_OK)
		walk.kind = NULL;
	XML_ParserFree(walk.parser);
	return walk.kind;
}

const char *office_type(const void *bytes, size_t size)
{
	struct zip_entry mimetype, content_types;
	const struct kind *kind = NULL;
	size_t said, listed;

	if (!zip_is_tame(bytes, size))
		return NULL;
	said = find(bytes, size, "mimetype", &mimetype);
	listed = find(bytes, size, "[Content_Types].xml", &content_types);
	if (said == 1 && listed == 0)
		kind = open_document(bytes, size, &mimetype);
	else if (said == 0 && listed == 1)
		kind = open_xml(bytes, size, &content_types);
	return kind ? kind->type : NULL;
}
