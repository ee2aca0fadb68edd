/*
 * Showing the texts of the node. Pure; any thread.
 */
#include "node/texts.h"

#include "federation/sanitize.h"
#include "federation/text.h"
#include "storage/base/arena.h"

struct str texts_html(struct arena *arena, const struct instance *instance, struct str text)
{
	const struct text_links links = { .hashtag_base = arena_printf(arena, "%.*s/tags/", STR_ARG(instance->url)) };

	text = str_trim(text);
	return str_starts(text, STR("<")) ? sanitize_html(arena, text) : text_render_html(arena, text, &links);
}

size_t texts_terms_at(const struct node_text *terms, size_t count, int64_t now_ms)
{
	size_t i = 0;

	while (i < count && terms[i].day_ms > now_ms)
		i++;
	return i == count && count > 0 ? count - 1 : i;
}
