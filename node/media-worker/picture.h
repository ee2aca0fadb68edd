/*
 * Pictures: what comes as JPEG, PNG, WebP, GIF, HEIF or AVIF is decoded, turned upright, brought to sRGB and made anew,
 * without anything that stood beside its pixels; with a smaller one for lists, and a blurhash. Over libvips.
 */
#ifndef NODE_MEDIA_WORKER_PICTURE_H
#define NODE_MEDIA_WORKER_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "node/media/blurhash.h"

enum { PICTURE_PIXELS_MAX = 50 * 1000 * 1000 };  /* of all its frames, judged by the header */

struct picture_limits {
	int side, preview_side;     /* pixels; larger ones are made smaller */
	int out, preview_out;       /* descriptors */
	bool still;                 /* of what moves the first frame alone */
};

struct picture_result {
	const char *type, *preview_type;
	int width, height, preview_width, preview_height;
	char blurhash[BLURHASH_BYTES];
};

/* Starts libvips and takes each codec through its paces once, since they load what they need at their first use. */
bool picture_warm_up(void);
/* Does it begin as one of the formats does? */
bool picture_is(const void *bytes, size_t size);
/* NULL, or the word for what is wrong: "pixels", "broken", "write". */
const char *picture_make(const void *bytes, size_t size, const struct picture_limits *limits,
                         struct picture_result *ret_result);
/* The preview alone, of pixels at hand (three bytes each), turned by a multiple of 90 degrees. */
const char *picture_of_still(const unsigned char *pixels, int width, int height, int turn,
                             const struct picture_limits *limits, struct picture_result *ret_result);

#endif
