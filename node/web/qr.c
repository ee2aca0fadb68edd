/*
 * From the modules of libqrencode to rows of a path: each run of dark modules in a line is one rectangle.
 */
#include "node/web/qr.h"

#include <qrencode.h>

#include "storage/base/arena.h"

enum { QUIET = 4, PIXELS = 232 };  /* modules of margin (ISO/IEC 18004); size on the page */

static void add_row(struct buf *buf, const unsigned char *row, int width, int y)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && row[x] & 1)
			x++;
		if (x > from)
			buf_printf(buf, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
	}
}

struct str qr_svg(struct arena *arena, struct str text, struct str label)
{
	/* Dark on light in dark mode too: that is what cameras look for. */
	QRcode *code = QRcode_encodeString8bit(arena_cstr(arena, text), 0, QR_ECLEVEL_M);
	struct buf buf;

	if (!code)
		return STR_NONE;
	buf_init(&buf, arena, 0);
	buf_printf(&buf, "<svg class=\"qr\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	                 "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\" aria-label=\"",
	           PIXELS, PIXELS, code->width + 2 * QUIET, code->width + 2 * QUIET);
	buf_add_html(&buf, label);
	buf_add(&buf, STR("\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path fill=\"#000\" d=\""));
	for (int y = 0; y < code->width; y++)
		add_row(&buf, code->data + y * code->width, code->width, y);
	buf_add(&buf, STR("\"/></svg>\n"));
	QRcode_free(code);
	return buf_str(&buf);
}
