/*
 * A bounded piece of text.
 */
#include "node/media-worker/text_out.h"

#include <string.h>

bool text_out_add(struct text_out *out, const char *bytes, size_t n)
{
	size_t left = out->room - out->n;

	if (n > left)
		n = left;
	memcpy(out->bytes + out->n, bytes, n);
	out->n += n;
	return n < left;
}

void text_out_part(struct text_out *out)
{
	if (out->n && out->bytes[out->n - 1] != ' ')
		text_out_add(out, " ", 1);
}

bool text_out_is_full(const struct text_out *out)
{
	return out->n == out->room;
}

/* How many bytes continue a character that begins with this one; -1: none begins so. */
static int following(unsigned char first)
{
	return first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
}

/* Near enough to tell it from Latin-1; a character that the end cuts counts. */
static bool is_utf8(const char *bytes, size_t n)
{
	for (size_t at = 0; at < n; at++) {
		int more = following((unsigned char)bytes[at]);

		if (more < 0)
			return false;
		for (; more && at + 1 < n; more--)
			if (((unsigned char)bytes[++at] & 0xC0) != 0x80)
				return false;
	}
	return true;
}

void text_out_plain(struct text_out *out, const char *bytes, size_t n)
{
	if (n > out->room)
		n = out->room;
	if (is_utf8(bytes, n)) {
		text_out_add(out, bytes, n);
		return;
	}
	for (size_t i = 0; i < n && !text_out_is_full(out); i++) {
		unsigned char byte = (unsigned char)bytes[i];
		const char two[2] = { (char)(0xC0 | byte >> 6), (char)(0x80 | (byte & 0x3F)) };

		text_out_add(out, byte < 0x80 ? &bytes[i] : two, byte < 0x80 ? 1 : 2);
	}
}
