/* Any text as a post: the spans are the text, and its HTML is what the sanitiser lets through with all its words. */
#include "federation/text.h"

#include <stdlib.h>

#include "federation/sanitize.h"
#include "storage/base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct str href(void *context, const struct text_span *mention)
{
	(void)context;
	return mention->host.n ? STR("https://b.example/@x") : STR("https://a.example/@x");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text_links links = { STR("https://a.example/tags/"), href, NULL };
	struct arena *arena = arena_new();
	struct str text = { n ? (const char *)data : "", n }, html;
	struct text_scanner scanner;
	struct text_span span;
	struct buf whole;

	if (utf8_valid(text)) {
		buf_init(&whole, arena, 0);
		text_scan_init(&scanner, arena, text);
		while (text_scan(&scanner, &span)) {
			if (span.text.n == 0 || (span.kind == TEXT_HASHTAG && text_fold_hashtag(arena, span.name).n == 0))
				abort();
			buf_add(&whole, span.text);
		}
		if (!str_eq(buf_str(&whole), text))
			abort();
		html = text_render_html(arena, text, &links);
		if (!utf8_valid(html))
			abort();
		sanitize_html(arena, html);
	}
	arena_free(arena);
	return 0;
}
