/*
 * The text that is drawn from a document: a piece of memory that takes so much and no more. Text that is cut is cut
 * silently: what search does not find is no error.
 */
#ifndef NODE_MEDIA_WORKER_TEXT_OUT_H
#define NODE_MEDIA_WORKER_TEXT_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct text_out {
	char *bytes;
	size_t n, room;
};

/* false: it is full; what fits was taken. */
bool text_out_add(struct text_out *out, const char *bytes, size_t n);
/* A space, unless one stands at the end already. */
void text_out_part(struct text_out *out);
bool text_out_is_full(const struct text_out *out);
/* Plain text as it came: UTF-8, or else each byte is a letter of Latin-1, as spreadsheets write their CSV. */
void text_out_plain(struct text_out *out, const char *bytes, size_t n);

#endif
