/*
 * Writes ZIP archives (APPNOTE 6.3), as simply as readers bear. Failures of the rig itself abort.
 */
#include "tests/rig/archive.h"

#include <stdlib.h>
#include <zlib.h>

#include "storage/base/arena.h"

enum { VERSION = 20, METHOD_STORED = 0, METHOD_DEFLATED = 8 };

static void add_number(struct buf *out, size_t value, size_t bytes)
{
	for (; bytes; bytes--, value >>= 8)
		buf_add_char(out, (char)(value & 0xFF));
}

static struct str deflated(struct arena *arena, struct str content)
{
	size_t room = compressBound((uLong)content.n);
	z_stream stream = { .next_in = (z_const Bytef *)(uintptr_t)content.p, .avail_in = (uInt)content.n };
	char *packed = arena_alloc(arena, room);

	stream.next_out = (Bytef *)packed;
	stream.avail_out = (uInt)room;
	if (deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&stream);
	return (struct str){ packed, stream.total_out };
}

void archive_begin(struct archive *archive, struct arena *arena)
{
	*archive = (struct archive){ .arena = arena };
	buf_init(&archive->out, arena, 0);
	buf_init(&archive->rows, arena, 0);
}

/* What the head of an entry and its row in the directory have in common. */
static void add_facts(struct buf *out, struct str name, struct str data, struct str content, bool packed)
{
	add_number(out, VERSION, 2);
	add_number(out, 0, 2);
	add_number(out, packed ? METHOD_DEFLATED : METHOD_STORED, 2);
	add_number(out, 0, 4);
	add_number(out, crc32(0, (const Bytef *)content.p, (uInt)content.n), 4);
	add_number(out, data.n, 4);
	add_number(out, content.n, 4);
	add_number(out, name.n, 2);
	add_number(out, 0, 2);
}

void archive_add(struct archive *archive, struct str name, struct str content, bool packed)
{
	struct str data = packed ? deflated(archive->arena, content) : content;
	size_t head = archive->out.n;

	buf_add(&archive->out, STR("PK\3\4"));
	add_facts(&archive->out, name, data, content, packed);
	buf_add(&archive->out, name);
	buf_add(&archive->out, data);
	buf_add(&archive->rows, STR("PK\1\2"));
	add_number(&archive->rows, VERSION, 2);
	add_facts(&archive->rows, name, data, content, packed);
	add_number(&archive->rows, 0, 10);
	add_number(&archive->rows, head, 4);
	buf_add(&archive->rows, name);
	archive->count++;
}

struct str archive_end(struct archive *archive)
{
	size_t directory = archive->out.n;

	buf_add(&archive->out, buf_str(&archive->rows));
	buf_add(&archive->out, STR("PK\5\6"));
	add_number(&archive->out, 0, 4);
	add_number(&archive->out, archive->count, 2);
	add_number(&archive->out, archive->count, 2);
	add_number(&archive->out, archive->rows.n, 4);
	add_number(&archive->out, directory, 4);
	add_number(&archive->out, 0, 2);
	return buf_str(&archive->out);
}
