/*
 * Walks the XML of office documents for their text.
 */
#include "node/media-worker/office.h"

#include <expat.h>
#include <string.h>

#include "node/media-worker/zip.h"

enum { DEPTH_MAX = 1000 };   /* of elements; true ones have some dozen */

/* One kind of document: which parts hold text (a part's name begins and ends so), within which elements, and which are left
 * out with all that is in them. Names are without their prefix. */
struct family {
	const char *type_start;
	struct { const char *start, *end; } parts[5];
	const char *texts[3], *skipped[4];
};

static const struct family families[] = {
	{ "application/vnd.oasis.opendocument.", { { "content.xml", "" } }, { "p", "h" },
	  { "tracked-changes", "annotation" } },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.",
	  { { "word/document", ".xml" }, { "word/header", ".xml" }, { "word/footer", ".xml" }, { "word/footnotes", ".xml" },
	    { "word/endnotes", ".xml" } },
	  { "t" }, { "moveFrom", "del", "Fallback" } },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.",
	  { { "xl/sharedStrings", ".xml" }, { "xl/worksheets/sheet", ".xml" } }, { "t" }, { "rPh" } },
	{ "application/vnd.openxmlformats-officedocument.presentationml.",
	  { { "ppt/slides/slide", ".xml" }, { "ppt/notesSlides/notesSlide", ".xml" } }, { "t" }, { "Fallback" } },
};

/* Words do not go on behind the beginning or the end of these: paragraphs, breaks, spaces, cells. */
static const char *const parting[] = { "p", "h", "tab", "br", "cr", "s", "line-break", "si", "is", "note", NULL };

struct walk {
	XML_Parser parser;
	const struct family *family;
	struct text_out *out;
	unsigned depth, in_text, in_skipped;
	bool refused;            /* what no document of ours has */
};

static const char *without_prefix(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static bool is_one_of(const char *name, const char *const *names, size_t max)
{
	for (size_t i = 0; i < max && names[i]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(name, names) is_one_of(name, names, sizeof(names) / sizeof((names)[0]))

static void refuse(struct walk *walk)
{
	walk->refused = true;
	XML_StopParser(walk->parser, XML_FALSE);
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct walk *walk = context;

	(void)attributes;
	name = without_prefix(name);
	if (++walk->depth > DEPTH_MAX) {
		refuse(walk);
		return;
	}
	walk->in_text += IS_ONE_OF(name, walk->family->texts);
	walk->in_skipped += IS_ONE_OF(name, walk->family->skipped);
	if (IS_ONE_OF(name, parting))
		text_out_part(walk->out);
}

static void XMLCALL on_end(void *context, const XML_Char *name)
{
	struct walk *walk = context;

	name = without_prefix(name);
	walk->depth--;
	walk->in_text -= IS_ONE_OF(name, walk->family->texts);
	walk->in_skipped -= IS_ONE_OF(name, walk->family->skipped);
	if (IS_ONE_OF(name, parting))
		text_out_part(walk->out);
}

static void XMLCALL on_text(void *context, const XML_Char *text, int n)
{
	struct walk *walk = context;

	if (walk->in_text && !walk->in_skipped && !text_out_add(walk->out, text, (size_t)n))
		XML_StopParser(walk->parser, XML_FALSE);
}

static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                               int has_subset)
{
	(void)name, (void)system_id, (void)public_id, (void)has_subset;
	refuse(context);
}

static bool take_piece(void *context, const char *bytes, size_t n)
{
	struct walk *walk = context;

	if (XML_Parse(walk->parser, bytes, (int)n, XML_FALSE) == XML_STATUS_OK)
		return true;
	walk->refused |= !text_out_is_full(walk->out);
	return false;
}

static void read_part(const struct family *family, const struct zip_entry *entry, size_t *budget, struct text_out *out)
{
	struct walk walk = { .parser = XML_ParserCreate(NULL), .family = family, .out = out };
	size_t before = out->n;

	if (!walk.parser)
		return;
	XML_SetUserData(walk.parser, &walk);
	XML_SetElementHandler(walk.parser, on_start, on_end);
	XML_SetCharacterDataHandler(walk.parser, on_text);
	XML_SetStartDoctypeDeclHandler(walk.parser, on_doctype);
	if (zip_unpack(entry, budget, take_piece, &walk) == ZIP_BROKEN || walk.refused)
		out->n = before;
	XML_ParserFree(walk.parser);
	text_out_part(out);
}

static bool is_part(const struct zip_entry *entry, const char *start, const char *end)
{
	size_t start_bytes = strlen(start), end_bytes = strlen(end);

	/* a part in a folder below, as "word/document/_rels/x.xml", is another */
	return entry->name_bytes >= start_bytes + end_bytes && memcmp(entry->name, start, start_bytes) == 0 &&
	       memcmp(entry->name + entry->name_bytes - end_bytes, end, end_bytes) == 0 &&
	       !memchr(entry->name + start_bytes, '/', entry->name_bytes - start_bytes) &&
	       (end_bytes || entry->name_bytes == start_bytes);
}

static bool has_text(const struct family *family, const struct zip_entry *entry)
{
	for (size_t i = 0; i < sizeof(family->parts) / sizeof(family->parts[0]) && family->parts[i].start; i++)
		if (is_part(entry, family->parts[i].start, family->parts[i].end))
			return true;
	return false;
}

void office_text(const char *type, const void *bytes, size_t size, struct text_out *out)
{
	size_t budget = OFFICE_UNPACKED_MAX;
	const struct family *family = NULL;
	struct zip_entry entry;
	struct zip zip;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strncmp(type, families[i].type_start, strlen(families[i].type_start)) == 0)
			family = &families[i];
	if (!family || !zip_open(&zip, bytes, size))
		return;
	while (budget && !text_out_is_full(out) && zip_next(&zip, &entry))
		if (has_text(family, &entry))
			read_part(family, &entry, &budget, out);
}
