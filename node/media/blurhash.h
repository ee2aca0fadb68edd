/*
 * Blurhash: a picture as some thirty characters from which clients paint a blurred stand-in while it loads. Pure.
 */
#ifndef NODE_MEDIA_BLURHASH_H
#define NODE_MEDIA_BLURHASH_H

#include <stddef.h>

enum {
	BLURHASH_SIDE_MAX = 9,                                                        /* components of one direction */
	BLURHASH_BYTES = 1 + 1 + 4 + 2 * (BLURHASH_SIDE_MAX * BLURHASH_SIDE_MAX - 1) + 1,  /* of the longest, with its NUL */
};

/* Of `width` by `height` pixels of three bytes each (sRGB, rows from the top, nothing between them), which are at least
 * one. 1 to BLURHASH_SIDE_MAX components in each direction. Equal to what the npm package blurhash gives. */
void blurhash_encode(const unsigned char *pixels, size_t width, size_t height, unsigned across, unsigned down,
                     char out[BLURHASH_BYTES]);

#endif
