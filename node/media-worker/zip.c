/*
 * Reads ZIP archives in memory.
 */
#include "node/media-worker/zip.h"

#include <string.h>
#include <zlib.h>

enum {
	END_BYTES = 22, END_COMMENT_MAX = 65535, ROW_BYTES = 46, HEAD_BYTES = 30,
	PIECE_BYTES = 16 * 1024,
	FLAG_ENCRYPTED = 1, METHOD_STORED = 0, METHOD_DEFLATED = 8,
};

static uint32_t number(const unsigned char *at, size_t bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static bool has_mark(const unsigned char *at, const char mark[2])
{
	return at[0] == 'P' && at[1] == 'K' && at[2] == (unsigned char)mark[0] && at[3] == (unsigned char)mark[1];
}

/* The last one counts, as for others who read it. */
static const unsigned char *find_end(const unsigned char *bytes, size_t size)
{
	size_t first = size > END_BYTES + END_COMMENT_MAX ? size - END_BYTES - END_COMMENT_MAX : 0;

	if (size < END_BYTES)
		return NULL;
	for (size_t at = size - END_BYTES + 1; at-- > first;)
		if (has_mark(bytes + at, "\5\6"))
			return bytes + at;
	return NULL;
}

bool zip_open(struct zip *zip, const void *bytes, size_t size)
{
	const unsigned char *end = find_end(bytes, size);
	size_t count = end ? number(end + 10, 2) : 0, directory = end ? number(end + 16, 4) : 0;

	*zip = (struct zip){ bytes, size, directory, count };
	return end && count <= ZIP_ENTRIES_MAX && directory <= size;
}

/* Where the entry's bytes are is told by its own head. */
static bool locate(const struct zip *zip, size_t head, struct zip_entry *entry)
{
	size_t at;

	if (head > zip->size || zip->size - head < HEAD_BYTES || !has_mark(zip->bytes + head, "\3\4"))
		return false;
	at = head + HEAD_BYTES + number(zip->bytes + head + 26, 2) + number(zip->bytes + head + 28, 2);
	if (at > zip->size || zip->size - at < entry->data_bytes)
		return false;
	entry->data = zip->bytes + at;
	return true;
}

/* The next row of the directory, whether or not its entry can be read. false: that was all, or it is broken. */
static bool next_row(struct zip *zip, struct zip_entry *ret_entry, bool *ret_readable)
{
	const unsigned char *row = zip->bytes + zip->at;
	uint32_t method;
	size_t bytes;

	*ret_readable = false;
	if (!zip->left || zip->size - zip->at < ROW_BYTES || !has_mark(row, "\1\2"))
		return false;
	method = number(row + 10, 2);
	*ret_entry = (struct zip_entry){
		.name = (const char *)row + ROW_BYTES, .name_bytes = number(row + 28, 2), .data_bytes = number(row + 20, 4),
		.crc = number(row + 16, 4), .deflated = method == METHOD_DEFLATED,
	};
	bytes = ROW_BYTES + ret_entry->name_bytes + number(row + 30, 2) + number(row + 32, 2);
	if (zip->size - zip->at < bytes)
		return false;
	zip->at += bytes;
	zip->left--;
	*ret_readable = (method == METHOD_STORED || method == METHOD_DEFLATED) && !(number(row + 8, 2) & FLAG_ENCRYPTED) &&
	                locate(zip, number(row + 42, 4), ret_entry);
	return true;
}

bool zip_next(struct zip *zip, struct zip_entry *ret_entry)
{
	bool readable = false;

	while (!readable && next_row(zip, ret_entry, &readable))
		;
	return readable;
}

/* Both separators part: who unpacks may hold either for one. */
static bool is_tame(const char *name, size_t n)
{
	size_t start = 0;

	if (!n || memchr(name, 0, n) || (n > 1 && name[1] == ':') || name[0] == '/' || name[0] == '\\')
		return false;
	for (size_t at = 0; at <= n; at++) {
		if (at < n && name[at] != '/' && name[at] != '\\')
			continue;
		if (at - start == 2 && memcmp(name + start, "..", 2) == 0)
			return false;
		start = at + 1;
	}
	return true;
}

bool zip_is_tame(const void *bytes, size_t size)
{
	struct zip_entry entry;
	bool readable;
	struct zip zip;

	if (!zip_open(&zip, bytes, size))
		return false;
	while (next_row(&zip, &entry, &readable))
		if (!is_tame(entry.name, entry.name_bytes))
			return false;
	return zip.left == 0;
}

/* --- unpacking -------------------------------------------------------------------------------------------------- */

struct unpacking {
	size_t *budget;
	bool (*take)(void *context, const char *bytes, size_t n);
	void *context;
	uLong crc;
};

static bool give(struct unpacking *unpacking, const unsigned char *bytes, size_t n)
{
	bool fits = n <= *unpacking->budget;

	if (!fits)
		n = *unpacking->budget;
	*unpacking->budget -= n;
	unpacking->crc = crc32(unpacking->crc, bytes, (uInt)n);
	return (!n || unpacking->take(unpacking->context, (const char *)bytes, n)) && fits;
}

static enum zip_end copy(const struct zip_entry *entry, struct unpacking *unpacking)
{
	for (size_t at = 0; at < entry->data_bytes; at += PIECE_BYTES) {
		size_t left = entry->data_bytes - at;

		if (!give(unpacking, entry->data + at, left < PIECE_BYTES ? left : PIECE_BYTES))
			return ZIP_STOPPED;
	}
	return ZIP_WHOLE;
}

static enum zip_end inflate_all(const struct zip_entry *entry, struct unpacking *unpacking)
{
	unsigned char piece[PIECE_BYTES];
	z_stream stream = { .next_in = (z_const Bytef *)(uintptr_t)entry->data, .avail_in = (uInt)entry->data_bytes };
	enum zip_end end = ZIP_WHOLE;
	int code = Z_OK;

	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return ZIP_BROKEN;
	while (end == ZIP_WHOLE && code == Z_OK) {
		stream.next_out = piece;
		stream.avail_out = PIECE_BYTES;
		code = inflate(&stream, Z_NO_FLUSH);
		if ((code == Z_OK || code == Z_STREAM_END) && !give(unpacking, piece, PIECE_BYTES - stream.avail_out))
			end = ZIP_STOPPED;
	}
	inflateEnd(&stream);
	return end == ZIP_WHOLE && code != Z_STREAM_END ? ZIP_BROKEN : end;
}

enum zip_end zip_unpack(const struct zip_entry *entry, size_t *budget, bool (*take)(void *context, const char *bytes, size_t n),
                        void *context)
{
	struct unpacking unpacking = { budget, take, context, crc32(0, NULL, 0) };
	enum zip_end end = entry->deflated ? inflate_all(entry, &unpacking) : copy(entry, &unpacking);

	return end == ZIP_WHOLE && unpacking.crc != entry->crc ? ZIP_BROKEN : end;
}
