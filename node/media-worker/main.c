/*
 * rse-node-media: decodes one uploaded file, writes what may be kept of it, and ends.
 *
 *   rse-node-media WHAT SIDE PREVIEW_SIDE
 *
 * The file comes on descriptor 0; on 1 goes a line "name value" for each finding, "error WORD" if it cannot be taken;
 * on 3 and 4 go the two pictures that are made of it, or on 3 the text of a document. WHAT is "picture", "still" (the first
 * frame of one that moves) or "file" (films, sound and documents are taken too).
 * What others made is only looked at after the sandbox (sandbox.h) is closed. One process, one file.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/media-worker/document.h"
#include "node/media-worker/film.h"
#include "node/media-worker/picture.h"
#include "node/media-worker/sandbox.h"

enum { IN = 0, FINDINGS = 1, OUT = 3, OUT_PREVIEW = 4, FIRST_FOREIGN = 5 };

static int fail(const char *word)
{
	dprintf(FINDINGS, "error %s\n", word);
	return 1;
}

static const void *map_input(size_t *ret_bytes)
{
	struct stat status;
	void *bytes;

	if (fstat(IN, &status) != 0 || status.st_size <= 0)
		return NULL;
	*ret_bytes = (size_t)status.st_size;
	bytes = mmap(NULL, *ret_bytes, PROT_READ, MAP_PRIVATE, IN, 0);
	return bytes == MAP_FAILED ? NULL : bytes;
}

static void say_picture(const struct picture_result *result)
{
	dprintf(FINDINGS, "kind image\ntype %s\nwidth %d\nheight %d\npreview_type %s\npreview_width %d\npreview_height %d\n"
	                  "blurhash %s\n", result->type, result->width, result->height, result->preview_type,
	        result->preview_width, result->preview_height, result->blurhash);
}

static int take_film(const void *bytes, size_t size, const struct picture_limits *limits)
{
	struct picture_result still = { 0 };
	struct film_result film = { 0 };
	const char *word = film_make(bytes, size, limits->out, &film);

	if (word)
		return fail(word);
	dprintf(FINDINGS, "kind %s\ntype %s\nduration_ms %lld\n", film.sound_alone ? "audio" : "video", film.type,
	        (long long)film.duration_ms);
	if (!film.sound_alone)
		dprintf(FINDINGS, "width %d\nheight %d\nrate %lld/%lld\n", film.width, film.height, (long long)film.rate_num,
		        (long long)film.rate_den);
	if (film.still && !picture_of_still(film.still, film.still_width, film.still_height, film.turn, limits, &still))
		dprintf(FINDINGS, "preview_type %s\npreview_width %d\npreview_height %d\nblurhash %s\n", still.preview_type,
		        still.preview_width, still.preview_height, still.blurhash);
	return 0;
}

int main(int argc, char **argv)
{
	struct picture_limits limits = { .out = OUT, .preview_out = OUT_PREVIEW };
	struct picture_result result = { 0 };
	const char *word, *type;
	const void *bytes;
	size_t size = 0;

	if (argc != 4)
		return fail("usage");
	limits.side = (int)strtol(argv[2], NULL, 10);
	limits.preview_side = (int)strtol(argv[3], NULL, 10);
	limits.still = strcmp(argv[1], "still") == 0;
	if (limits.side < 1 || limits.preview_side < 1)
		return fail("usage");
	close_range(FIRST_FOREIGN, ~0U, 0);
	bytes = map_input(&size);
	if (!bytes)
		return fail("empty");
	if (!sandbox_limits() || !picture_warm_up() || !document_warm_up() || !sandbox_close())
		return fail("sandbox");
	if (picture_is(bytes, size)) {
		word = picture_make(bytes, size, &limits, &result);
		if (word)
			return fail(word);
		say_picture(&result);
		return 0;
	}
	if (strcmp(argv[1], "file") == 0 && film_is(bytes, size))
		return take_film(bytes, size, &limits);
	type = strcmp(argv[1], "file") == 0 ? document_type(bytes, size) : NULL;
	if (!type)
		return fail("type");
	dprintf(FINDINGS, "kind document\ntype %s\n", type);
	document_text(type, bytes, size, OUT);
}
