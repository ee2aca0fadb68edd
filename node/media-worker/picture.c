/*
 * Pictures over libvips.
 *
 * The loader is chosen by the first bytes, from a table, so that the rest of libvips's loaders are never asked.
 * `strip` of Debian's webpsave leaves EXIF and XMP in the file: what stands beside the pixels is removed from the image
 * before it is saved, field by field.
 */
#include "node/media-worker/picture.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <vips/vips.h>

enum { BLURHASH_PIXELS = 64, BLURHASH_ACROSS = 4, BLURHASH_DOWN = 3, QUALITY = 85, PREVIEW_QUALITY = 78 };

enum save { SAVE_JPEG, SAVE_PNG, SAVE_WEBP };

struct format {
	size_t at;                  /* where its mark stands */
	const char *mark;
	size_t more_at;             /* and the rest of it; NULL: there is none */
	const char *more;
	int (*load)(void *bytes, size_t size, VipsImage **out, ...);
	enum save save;
	bool moves;                 /* may have frames */
};

static const struct format formats[] = {
	{ 0, "\xff\xd8\xff", 0, NULL, vips_jpegload_buffer, SAVE_JPEG, false },
	{ 0, "\x89PNG\r\n\x1a\n", 0, NULL, vips_pngload_buffer, SAVE_PNG, false },
	{ 0, "RIFF", 8, "WEBP", vips_webpload_buffer, SAVE_WEBP, true },
	{ 0, "GIF8", 0, NULL, vips_gifload_buffer, SAVE_WEBP, true },
	{ 4, "ftypavif", 0, NULL, vips_heifload_buffer, SAVE_WEBP, false },
	{ 4, "ftypheic", 0, NULL, vips_heifload_buffer, SAVE_JPEG, false },
	{ 4, "ftypheix", 0, NULL, vips_heifload_buffer, SAVE_JPEG, false },
	{ 4, "ftypmif1", 0, NULL, vips_heifload_buffer, SAVE_JPEG, false },
};

static bool has(const void *bytes, size_t size, size_t at, const char *mark)
{
	size_t n = strlen(mark);

	return size >= at + n && memcmp((const char *)bytes + at, mark, n) == 0;
}

static const struct format *format_of(const void *bytes, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (has(bytes, size, formats[i].at, formats[i].mark) &&
		    (!formats[i].more || has(bytes, size, formats[i].more_at, formats[i].more)))
			return &formats[i];
	return NULL;
}

bool picture_is(const void *bytes, size_t size)
{
	return format_of(bytes, size) != NULL;
}

/* Nothing but the header is read; *ret_frames: there are more frames than one, and all together are not too much. */
static const char *judge_header(const struct format *format, void *bytes, size_t size, bool *ret_frames)
{
	VipsImage *header = NULL;
	int64_t pixels, frames;

	if (format->load(bytes, size, &header, "access", VIPS_ACCESS_SEQUENTIAL, NULL) != 0)
		return "broken";
	pixels = (int64_t)vips_image_get_width(header) * vips_image_get_height(header);
	frames = format->moves ? vips_image_get_n_pages(header) : 1;
	g_object_unref(header);
	if (pixels > PICTURE_PIXELS_MAX)
		return "pixels";
	*ret_frames = frames > 1 && frames <= PICTURE_PIXELS_MAX / pixels;
	return NULL;
}

/* At most `side` pixels in each direction, upright, sRGB, 8 bits, in memory, and with nothing beside its pixels. */
static int shrink(void *bytes, size_t size, int side, bool frames, VipsImage **ret_image)
{
	static const char *const kept[] = { "n-pages", "page-height", "delay", "loop" };
	VipsImage *stages[4] = { NULL };
	gchar **names = NULL;
	int r = vips_thumbnail_buffer(bytes, size, &stages[0], side, "height", side, "size", VIPS_SIZE_DOWN,
	                              "export_profile", "srgb", "intent", VIPS_INTENT_PERCEPTUAL, "fail_on",
	                              VIPS_FAIL_ON_ERROR, "option_string",
	                              frames ? "[n=-1,fail_on=error]" : "[fail_on=error]", NULL) ||
	        vips_colourspace(stages[0], &stages[1], VIPS_INTERPRETATION_sRGB, NULL) ||
	        vips_cast_uchar(stages[1], &stages[2], NULL);

	if (r == 0)
		stages[3] = vips_image_copy_memory(stages[2]);
	if (stages[3])
		names = vips_image_get_fields(stages[3]);
	for (size_t i = 0; names && names[i]; i++) {
		bool keep = false;

		for (size_t k = 0; frames && k < sizeof(kept) / sizeof(kept[0]); k++)
			keep |= strcmp(names[i], kept[k]) == 0;
		if (!keep)
			vips_image_remove(stages[3], names[i]);  /* sizes and bands are no fields of that kind, and stay */
	}
	g_strfreev(names);
	for (int i = 0; i < 3; i++)
		if (stages[i])
			g_object_unref(stages[i]);
	*ret_image = stages[3];
	return stages[3] ? 0 : -1;
}

/* Debian's webpsave adds EXIF of its own making even to an image that has none. A WebP file is a RIFF of chunks (tag,
 * length, bytes, padded to two): those beside the picture are left out, and their marks in the chunk VP8X. */
static void drop_chunks(unsigned char *bytes, size_t *size)
{
	static const char *const beside[] = { "EXIF", "XMP ", "ICCP" };
	enum { HEAD = 12, CHUNK_HEAD = 8, MARKS = 8, MARKS_BESIDE = 0x20 | 0x08 | 0x04 };
	size_t to = HEAD, at = HEAD;

	while (at + CHUNK_HEAD <= *size) {
		size_t n = (size_t)bytes[at + 4] | (size_t)bytes[at + 5] << 8 | (size_t)bytes[at + 6] << 16 |
		           (size_t)bytes[at + 7] << 24;
		bool keep = true;

		n = CHUNK_HEAD + n + (n & 1);
		if (n > *size - at)
			break;
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
			keep &= memcmp(bytes + at, beside[i], 4) != 0;
		if (memcmp(bytes + at, "VP8X", 4) == 0)
			bytes[at + MARKS] &= (unsigned char)~MARKS_BESIDE;
		if (keep) {
			memmove(bytes + to, bytes + at, n);
			to += n;
		}
		at += n;
	}
	*size = to;
	for (int i = 0; i < 4; i++)
		bytes[4 + i] = (unsigned char)((to - 8) >> 8 * i);
}

static int save(VipsImage *image, enum save as, int quality, const char **ret_type, void **ret_bytes, size_t *ret_size)
{
	switch (as) {
	case SAVE_JPEG:
		*ret_type = "image/jpeg";
		return vips_jpegsave_buffer(image, ret_bytes, ret_size, "Q", quality, "optimize_coding", TRUE, "strip", TRUE,
		                            NULL);
	case SAVE_PNG:
		*ret_type = "image/png";
		return vips_pngsave_buffer(image, ret_bytes, ret_size, "compression", 6, "strip", TRUE, NULL);
	case SAVE_WEBP:
		*ret_type = "image/webp";
		if (vips_webpsave_buffer(image, ret_bytes, ret_size, "Q", quality, "strip", TRUE, NULL) != 0)
			return -1;
		drop_chunks(*ret_bytes, ret_size);
		return 0;
	}
	return -1;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/* A descriptor below 0: only for the sake of having done it. */
static const char *save_to(VipsImage *image, enum save as, int quality, int fd, const char **ret_type)
{
	void *bytes = NULL;
	size_t size = 0;
	bool written;

	if (save(image, as, quality, ret_type, &bytes, &size) != 0)
		return "broken";
	written = fd < 0 || write_all(fd, bytes, size);
	g_free(bytes);
	return written ? NULL : "write";
}

/* What shines through is white. */
static int make_opaque(VipsImage *image, VipsImage **ret_image)
{
	VipsArrayDouble *white;
	int r;

	if (!vips_image_hasalpha(image))
		return vips_copy(image, ret_image, NULL);
	white = vips_array_double_newv(1, 255.0);
	r = vips_flatten(image, ret_image, "background", white, NULL);
	vips_area_unref(VIPS_AREA(white));
	return r;
}

static const char *hash(VipsImage *image, char out[BLURHASH_BYTES])
{
	VipsImage *stages[2] = { NULL };
	unsigned char *pixels = NULL;
	size_t size = 0;

	if (vips_thumbnail_image(image, &stages[0], BLURHASH_PIXELS, "height", BLURHASH_PIXELS, NULL) == 0 &&
	    make_opaque(stages[0], &stages[1]) == 0 && vips_image_get_bands(stages[1]) == 3)
		pixels = vips_image_write_to_memory(stages[1], &size);
	if (pixels)
		blurhash_encode(pixels, (size_t)vips_image_get_width(stages[1]), (size_t)vips_image_get_height(stages[1]),
		                BLURHASH_ACROSS, BLURHASH_DOWN, out);
	for (int i = 0; i < 2; i++)
		if (stages[i])
			g_object_unref(stages[i]);
	g_free(pixels);
	return size ? NULL : "broken";
}

static const char *save_preview(VipsImage *image, const struct picture_limits *limits, struct picture_result *result)
{
	const char *word = save_to(image, SAVE_WEBP, PREVIEW_QUALITY, limits->preview_out, &result->preview_type);

	result->preview_width = vips_image_get_width(image);
	result->preview_height = vips_image_get_height(image);
	return word ? word : hash(image, result->blurhash);
}

static const char *make_preview(void *bytes, size_t size, const struct picture_limits *limits,
                                struct picture_result *result)
{
	VipsImage *image;
	const char *word;

	if (shrink(bytes, size, limits->preview_side, false, &image) != 0)
		return "broken";
	word = save_preview(image, limits, result);
	g_object_unref(image);
	return word;
}

const char *picture_of_still(const unsigned char *pixels, int width, int height, int turn,
                             const struct picture_limits *limits, struct picture_result *ret_result)
{
	VipsImage *flat = vips_image_new_from_memory(pixels, (size_t)width * (size_t)height * 3, width, height, 3,
	                                             VIPS_FORMAT_UCHAR);
	VipsImage *stages[2] = { NULL };
	const char *word = "broken";

	if (flat && vips_copy(flat, &stages[0], "interpretation", VIPS_INTERPRETATION_sRGB, NULL) == 0 &&
	    vips_rot(stages[0], &stages[1], (VipsAngle)(turn / 90), NULL) == 0)
		word = save_preview(stages[1], limits, ret_result);
	for (int i = 0; i < 2; i++)
		if (stages[i])
			g_object_unref(stages[i]);
	if (flat)
		g_object_unref(flat);
	return word;
}

const char *picture_make(const void *given, size_t size, const struct picture_limits *limits,
                         struct picture_result *result)
{
	void *bytes = (void *)(uintptr_t)given;   /* libvips only reads them, but does not say so */
	const struct format *format = format_of(bytes, size);
	VipsImage *image;
	bool frames = false;
	const char *word = format ? judge_header(format, bytes, size, &frames) : "broken";

	if (word)
		return word;
	if (shrink(bytes, size, limits->side, frames && !limits->still, &image) != 0)
		return "broken";
	result->width = vips_image_get_width(image);
	result->height = vips_image_get_page_height(image);
	word = save_to(image, format->save, QUALITY, limits->out, &result->type);
	g_object_unref(image);
	return word ? word : make_preview(bytes, size, limits, result);
}

static void be_silent(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
	(void)domain, (void)level, (void)message, (void)data;
}

static bool warm_up(const void *bytes, size_t size)
{
	const struct picture_limits limits = { .side = 8, .preview_side = 8, .out = -1, .preview_out = -1 };
	struct picture_result result;

	return picture_make(bytes, size, &limits, &result) == NULL;
}

bool picture_warm_up(void)
{
	static const unsigned char avif[] = {
#include "node/media-worker/tiny_avif.inc"
	};
	VipsImage *black = NULL;
	bool good;

	if (vips_init("rse-node-media") != 0)
		return false;
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_block_untrusted_set(TRUE);
	g_log_set_default_handler(be_silent, NULL);
	good = vips_black(&black, 16, 16, "bands", 3, NULL) == 0;
	for (int as = SAVE_JPEG; good && as <= SAVE_WEBP; as++) {
		const char *type;
		void *bytes = NULL;
		size_t size = 0;

		good = save(black, (enum save)as, QUALITY, &type, &bytes, &size) == 0 && warm_up(bytes, size);
		g_free(bytes);
	}
	if (black)
		g_object_unref(black);
	return good && warm_up(avif, sizeof(avif));
}
