/*
 * Films and sound: MP4 and its kin, WebM, MP3 and Ogg are packed anew, packet by packet, without anything that stood beside
 * picture and sound; with a still for lists. Over libavformat; a film's first frame over libavcodec.
 */
#ifndef NODE_MEDIA_WORKER_FILM_H
#define NODE_MEDIA_WORKER_FILM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct film_result {
	const char *type;
	bool sound_alone;
	int width, height;              /* as it is shown, upright */
	int64_t duration_ms;
	int64_t rate_num, rate_den;     /* frames a second */
	unsigned char *still;           /* the first frame: rows of three bytes a pixel; NULL: none */
	int still_width, still_height, turn;   /* by so many degrees to the right to make it upright */
};

/* Does it begin as one of the formats does? */
bool film_is(const void *bytes, size_t size);
/* Writes the film to `out`, which can seek. NULL, or the word for what is wrong: "broken", "pixels", "write". */
const char *film_make(const void *bytes, size_t size, int out, struct film_result *ret_result);

#endif
