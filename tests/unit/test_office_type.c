/* Which archives are office documents, and of which kind; which ones nobody takes. */
#include "node/media-worker/office_type.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "tests/rig/archive.h"
#include "tests/unit/tap.h"

#define ODT "application/vnd.oasis.opendocument.text"
#define ODS "application/vnd.oasis.opendocument.spreadsheet"
#define OPEN_XML "application/vnd.openxmlformats-officedocument."
#define DOCX OPEN_XML "wordprocessingml.document"
#define XLSX OPEN_XML "spreadsheetml.sheet"
#define PPTX OPEN_XML "presentationml.presentation"
#define TYPES(rows) "[Content_Types].xml", "<Types xmlns='t'><Default Extension='xml' ContentType='application/xml'/>" rows "</Types>"
#define PART(name, type) "<Override PartName='" name "' ContentType='" type "'/>"
#define WORD TYPES(PART("/word/document.xml", DOCX ".main+xml"))

enum { PARTS_MAX = 5 };

struct sample {
	const char *name;
	const char *parts[2 * PARTS_MAX];  /* name, content, name, content … */
	const char *type;
};

static struct arena *arena;

static struct str archived(const struct sample *sample, bool packed)
{
	struct archive archive;

	archive_begin(&archive, arena);
	for (size_t i = 0; i < 2 * PARTS_MAX && sample->parts[i]; i += 2)
		archive_add(&archive, str_of(sample->parts[i]), str_of(sample->parts[i + 1]), packed);
	return archive_end(&archive);
}

static const char *type_of(struct str bytes)
{
	char *exact = malloc(bytes.n ? bytes.n : 1);   /* so that a sanitizer sees who reads beyond */
	const char *type;

	if (!exact)
		abort();
	memcpy(exact, bytes.p, bytes.n);
	type = office_type(exact, bytes.n);
	free(exact);
	return type ? type : "none";
}

static const struct sample taken[] = {
	{ "a text document", { "mimetype", ODT, "content.xml", "<d/>" }, ODT },
	{ "a sheet whose type stands last, and on a line", { "content.xml", "<d/>", "mimetype", ODS "\r\n" }, ODS },
	{ "a document of Word", { WORD, "word/document.xml", "<d/>" }, DOCX },
	{ "one whose types stand last", { "word/document.xml", "<d/>", "docProps/app.xml", "<d/>", WORD }, DOCX },
	{ "one whose main part is elsewhere",
	  { TYPES(PART("/word/document2.xml", DOCX ".main+xml")), "word/document2.xml", "<d/>" }, DOCX },
	{ "one whose names are in another case", { "word/Document.xml", "<d/>", WORD }, DOCX },
	{ "one with a sheet inside",
	  { TYPES("<Default Extension='xlsx' ContentType='" XLSX "'/>" PART("/word/document.xml", DOCX ".main+xml")),
	    "word/document.xml", "<d/>" }, DOCX },
	{ "one whose type holds for all XML",
	  { "[Content_Types].xml", "<Types><Default Extension='xml' ContentType='" DOCX ".main+xml'/></Types>",
	    "word/document.xml", "<d/>" }, DOCX },
	{ "a workbook", { "xl/workbook.xml", "<d/>", TYPES(PART("/xl/workbook.xml", XLSX ".main+xml")) }, XLSX },
	{ "slides", { "ppt/slides/slide1.xml", "<d/>", TYPES(PART("/ppt/presentation.xml", PPTX ".main+xml")),
	              "ppt/presentation.xml", "<d/>" }, PPTX },
};

static const struct sample refused[] = {
	{ "an empty archive", { NULL }, NULL },
	{ "a plain archive", { "a.txt", "a", "word/document.xml", "<d/>" }, NULL },
	{ "a book", { "mimetype", "application/epub+zip", "content.xml", "<d/>" }, NULL },
	{ "a template", { "mimetype", ODT "-template", "content.xml", "<d/>" }, NULL },
	{ "a program of Java", { "META-INF/MANIFEST.MF", "Manifest-Version: 1.0", "A.class", "a" }, NULL },
	{ "a program of Android", { "AndroidManifest.xml", "a", "classes.dex", "a" }, NULL },
	{ "a document without its content", { "mimetype", ODT }, NULL },
	{ "one without the part that it names", { WORD, "word/other.xml", "<d/>" }, NULL },
	{ "one with its main part twice", { WORD, "word/document.xml", "<d/>", "word/document.xml", "<d/>" }, NULL },
	{ "one with its types twice", { WORD, WORD, "word/document.xml", "<d/>" }, NULL },
	{ "one that says two things", { WORD, "mimetype", ODT, "content.xml", "<d/>", "word/document.xml", "<d/>" }, NULL },
	{ "one of two kinds",
	  { TYPES(PART("/word/document.xml", DOCX ".main+xml") PART("/xl/workbook.xml", XLSX ".main+xml")),
	    "word/document.xml", "<d/>", "xl/workbook.xml", "<d/>" }, NULL },
	{ "a document with macros",
	  { TYPES(PART("/word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml")),
	    "word/document.xml", "<d/>" }, NULL },
	{ "one that hides them",
	  { TYPES(PART("/word/document.xml", DOCX ".main+xml") PART("/word/x.bin", "application/vnd.ms-office.vbaProject")),
	    "word/document.xml", "<d/>" }, NULL },
	{ "types with a declaration of entities",
	  { "[Content_Types].xml", "<!DOCTYPE t [<!ENTITY a 'a'>]><Types>" PART("/word/document.xml", DOCX ".main+xml") "</Types>",
	    "word/document.xml", "<d/>" }, NULL },
	{ "types that are malformed",
	  { "[Content_Types].xml", "<Types>" PART("/word/document.xml", DOCX ".main+xml"), "word/document.xml", "<d/>" }, NULL },
	{ "a name that goes up", { WORD, "word/document.xml", "<d/>", "word/../../a", "a" }, NULL },
	{ "a name that goes up by the other stroke", { WORD, "word/document.xml", "<d/>", "..\\a", "a" }, NULL },
	{ "an absolute name", { WORD, "word/document.xml", "<d/>", "/etc/a", "a" }, NULL },
	{ "a name with a drive", { WORD, "word/document.xml", "<d/>", "C:a", "a" }, NULL },
};

static void check_kinds(void)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		ok(strcmp(type_of(archived(&taken[i], false)), taken[i].type) == 0, "%s is known", taken[i].name);
		ok(strcmp(type_of(archived(&taken[i], true)), taken[i].type) == 0, "so it is packed");
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok(strcmp(type_of(archived(&refused[i], true)), "none") == 0, "%s is refused", refused[i].name);
}

/* Spaces, which pack well, around what would be a good document. */
static void check_bombs(void)
{
	struct str spaces = { arena_alloc(arena, 4000000), 4000000 };
	struct archive archive;
	struct buf types;

	memset((char *)(uintptr_t)spaces.p, ' ', spaces.n);
	buf_init(&types, arena, 0);
	buf_add(&types, STR("<Types>" PART("/word/document.xml", DOCX ".main+xml")));
	buf_add(&types, spaces);
	buf_add(&types, STR("</Types>"));
	archive_begin(&archive, arena);
	archive_add(&archive, STR("[Content_Types].xml"), buf_str(&types), true);
	archive_add(&archive, STR("word/document.xml"), STR("<d/>"), true);
	ok(strcmp(type_of(archive_end(&archive)), "none") == 0, "a bomb for types is not unpacked to its end");
	archive_begin(&archive, arena);
	types.n = 0;
	buf_add(&types, STR(ODT));
	buf_add(&types, spaces);
	archive_add(&archive, STR("mimetype"), buf_str(&types), true);
	archive_add(&archive, STR("content.xml"), STR("<d/>"), true);
	ok(strcmp(type_of(archive_end(&archive)), "none") == 0, "nor one for the type of an OpenDocument file");
}

static void check_damage(void)
{
	struct str good = archived(&taken[2], true), bad;
	char *bytes = arena_alloc(arena, good.n);
	size_t failed = 0;

	for (size_t n = 0; n < good.n; n++)
		failed += strcmp(type_of(str_sub(good, 0, n)), "none") != 0;
	is_int(failed, 0, "cut anywhere, a document is none");
	bad = (struct str){ bytes, good.n };
	for (size_t at = 0; at < good.n; at++) {
		const char *type;

		memcpy(bytes, good.p, good.n);
		bytes[at] ^= 0x55;
		type = type_of(bad);
		failed += strcmp(type, "none") != 0 && strcmp(type, DOCX) != 0;
	}
	is_int(failed, 0, "with any byte another, it is no other kind");
}

int main(void)
{
	arena = arena_new();
	check_kinds();
	check_bombs();
	check_damage();
	arena_free(arena);
	return done();
}
