/* The text of office documents and of plain text, as the media worker draws it; what bombs and broken files give. */
#include "node/media-worker/office.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "tests/rig/archive.h"
#include "tests/unit/tap.h"

#define ODT "application/vnd.oasis.opendocument.text"
#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define PPTX "application/vnd.openxmlformats-officedocument.presentationml.presentation"

enum { ROOM = 4000 };

#define is_text(got, wanted, name) is_str(got, str_of(wanted), name)

static struct arena *arena;

/* An archive of one part. */
static struct str zipped(const char *name, struct str content)
{
	struct archive archive;

	archive_begin(&archive, arena);
	archive_add(&archive, str_of(name), content, true);
	return archive_end(&archive);
}

static struct str text_of(const char *type, struct str archive)
{
	struct text_out out = { arena_alloc(arena, ROOM), 0, ROOM };
	char *exact = malloc(archive.n ? archive.n : 1);   /* so that a sanitizer sees who reads beyond */

	if (!exact)
		abort();
	memcpy(exact, archive.p, archive.n);
	office_text(type, exact, archive.n, &out);
	free(exact);
	return (struct str){ out.bytes, out.n };
}

static struct str part_text(const char *type, const char *name, const char *xml)
{
	return text_of(type, zipped(name, str_of(xml)));
}

static struct str plain(const char *bytes)
{
	struct text_out out = { arena_alloc(arena, ROOM), 0, ROOM };

	text_out_plain(&out, bytes, strlen(bytes));
	return (struct str){ out.bytes, out.n };
}

static void check_families(void)
{
	is_text(part_text(ODT, "content.xml", "<d><x:p>R\u00e9u<x:span>nion</x:span><x:s/>a &amp; b</x:p><x:h>c</x:h></d>"),
	       "R\u00e9union a & b c ", "words go on over spans and end with paragraphs");
	is_text(part_text(ODT, "content.xml", "<d>a<x:tracked-changes><x:p>b</x:p></x:tracked-changes><x:p>c</x:p></d>"), "c ",
	       "what was deleted under track changes is no text, nor is what stands outside paragraphs");
	is_text(part_text(ODT, "styles.xml", "<d><x:p>a</x:p></d>"), "", "other parts are not read");
	is_text(part_text(DOCX, "word/document.xml",
	                 "<d><w:p><w:r><w:t>sou</w:t></w:r><w:r><w:t>dure</w:t><w:instrText>a</w:instrText></w:r></w:p>"
	                 "<w:moveFrom><w:t>b</w:t></w:moveFrom><w:p><w:t>c</w:t><w:tab/><w:t>d</w:t></w:p></d>"),
	       "soudure c d ", "runs make one word; fields and what was moved away are left out");
	is_text(part_text(DOCX, "word/_rels/document.xml", "<d><t>a</t></d>"), "", "a part in a folder below is another");
	is_text(part_text(XLSX, "xl/sharedStrings.xml", "<sst><si><t>a</t></si><si><t>b</t><rPh><t>c</t></rPh></si></sst>"), "a b ",
	       "cells are apart");
	is_text(part_text(PPTX, "ppt/slides/slide12.xml", "<s><a:p><a:t>a</a:t></a:p></s>"), "a ", "a slide has its text");
	is_text(part_text("application/zip", "content.xml", "<p>a</p>"), "", "another type has no text");
}

static void check_hostile_xml(void)
{
	struct buf deep;

	is_text(part_text(ODT, "content.xml", "<!DOCTYPE p [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;\">]><p>&m;</p>"), "",
	       "a document with entities of its own is not read");
	is_text(part_text(ODT, "content.xml", "<!DOCTYPE p SYSTEM \"file:///etc/hostname\"><p>a</p>"), "",
	       "nor is one with a declaration from elsewhere");
	is_text(part_text(ODT, "content.xml", "<d><p>a</p><p>b &m;</p></d>"), "", "what turns out malformed gives nothing");
	is_text(part_text(ODT, "content.xml", "<d><p>a</p><p>b"), "a b ", "what ends early gives what is there");
	buf_init(&deep, arena, 0);
	for (int i = 0; i < 100000; i++)
		buf_add(&deep, STR("<p>a"));
	is_text(text_of(ODT, zipped("content.xml", buf_str(&deep))), "", "elements in elements without end are refused");
}

static void check_hostile_archives(void)
{
	struct str good = zipped("content.xml", STR("<p>a</p>")), bad;
	size_t row = good.n - ARCHIVE_END_BYTES - ARCHIVE_ROW_BYTES - strlen("content.xml"), failed = 0;
	struct buf bomb;
	char *bytes;

	is_text(text_of(ODT, good), "a ", "the archive is good before it is spoilt");
	for (size_t n = 0; n < good.n; n++)
		failed += text_of(ODT, str_sub(good, 0, n)).n != 0;
	is_int(failed, 0, "cut anywhere, it gives nothing");
	bytes = arena_alloc(arena, good.n);
	bad = (struct str){ bytes, good.n };
	for (size_t at = 0; at < good.n; at++)
		for (int value = 0; value < 256; value += 51) {
			memcpy(bytes, good.p, good.n);
			bytes[at] = (char)value;
			failed += text_of(ODT, bad).n > ROOM;
		}
	is_int(failed, 0, "with any byte another, nothing is read that is not there");
	memcpy(bytes, good.p, good.n);
	bytes[row + ARCHIVE_CRC_AT] ^= 1;
	is_text(text_of(ODT, bad), "", "with a wrong checksum it gives nothing");
	memcpy(bytes, good.p, good.n);
	bytes[row + ARCHIVE_FLAGS_AT] |= 1;
	is_text(text_of(ODT, bad), "", "nor does one that says it is encrypted");

	buf_init(&bomb, arena, 0);
	buf_add(&bomb, STR("<d><p>a</p>"));
	while (bomb.n < OFFICE_UNPACKED_MAX + 1000000)
		buf_add(&bomb, STR("<!--                                                                                        -->"));
	buf_add(&bomb, STR("<p>b</p></d>"));
	is_text(text_of(ODT, zipped("content.xml", buf_str(&bomb))), "a ", "a bomb is unpacked to 32 MiB and no further");
	bomb.n = 0;
	buf_add(&bomb, STR("<p>"));
	while (bomb.n < 1000000)
		buf_add(&bomb, STR("bomb "));
	is_int(text_of(ODT, zipped("content.xml", buf_str(&bomb))).n, ROOM, "text is cut where the room ends");
}

static void check_plain(void)
{
	is_text(plain("pr\u00e9vu; \u0153uvre"), "pr\u00e9vu; \u0153uvre", "UTF-8 stays as it is");
	is_text(plain("pr\xe9nom;nom"), "pr\u00e9nom;nom", "else bytes are letters of Latin-1");
}

int main(void)
{
	arena = arena_new();
	check_families();
	check_hostile_xml();
	check_hostile_archives();
	check_plain();
	arena_free(arena);
	return done();
}
