/*
 * The tree a browser would build (html_tree.h) is walked, and our own tags are written.
 *
 * So that the result parses to the same tree again, a tag is written only where HTML allows it: no block within a
 * paragraph, no link within a link, no list item outside a list. Elsewhere its content goes on without it.
 */
#include "federation/sanitize.h"

#include "federation/html_tree.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

/* ---- writing ---- */

struct writing {
	struct arena *arena;    /* scratch */
	struct buf out;
	struct html_walk *walk;
	size_t phrasing, links; /* open tags of these kinds */
	bool after_inline;      /* something stands on the current line */
	bool break_due;         /* before what comes next on it */
	size_t link_at;         /* bytes of the open link's text so far … */
	struct str link_text;   /* … of this; STR_NONE unless it is the link's own address */
};

static bool is_blank(struct str text)
{
	return str_trim(text).n == 0;
}

/* Before anything is put on a line. */
static void begin_inline(struct writing *writing)
{
	if (writing->break_due)
		buf_add(&writing->out, STR("<br>"));
	writing->break_due = false;
	writing->after_inline = true;
}

static void begin_block(struct writing *writing)
{
	writing->break_due = false;
	writing->after_inline = false;
}

/* Controls have no place in HTML, nor have what Unicode calls noncharacters: who reads it again would replace them. Tabs
 * and line ends do. */
static bool is_kept(uint32_t c)
{
	if (c < ' ' || (c >= 0x7f && c < 0xa0))
		return c == '\n' || c == '\t';
	return (c & 0xfffe) != 0xfffe && (c < 0xfdd0 || c > 0xfdef);
}

static bool begins_with_line_end(struct str text)
{
	size_t at = 0;
	uint32_t c = 0;

	while (at < text.n && !is_kept(c = utf8_next(text, &at)))
		;
	return c == '\n';
}

static void write_text(struct writing *writing, struct str text)
{
	struct buf *out = &writing->out;
	size_t from = 0;

	writing->link_at += text.n;
	if (is_blank(text) && (writing->break_due || !writing->after_inline) && !writing->phrasing)
		return;
	begin_inline(writing);
	/* A parser takes the first line end in <pre> away. */
	if (begins_with_line_end(text) && str_ends(buf_str(out), STR("<pre>")))
		buf_add_char(out, '\n');
	for (size_t at = 0; at < text.n;) {
		size_t end = at;

		if (is_kept(utf8_next(text, &at)))
			continue;
		buf_add_html(out, str_sub(text, from, end - from));
		from = at;
	}
	buf_add_html(out, str_sub(text, from, SIZE_MAX));
}

/* Whether the span hides, of a link whose text is its own address, only the scheme before the host (and a www.) or
 * something behind the host: what is left to be seen must not look like another place. */
static bool may_hide(struct writing *writing, const GumboNode *span)
{
	static const struct str openings[] = { { "https://", 8 }, { "http://", 7 }, { "https://www.", 12 },
		                               { "http://www.", 11 } };
	struct str text = writing->link_text, hidden;
	size_t host_end = str_find(text, STR("://"));

	if (!text.p || host_end == SIZE_MAX)
		return false;
	for (host_end += 3; host_end < text.n && !memchr("/?#", text.p[host_end], 3); host_end++)
		;
	if (writing->link_at >= host_end)
		return true;
	hidden = html_text_below(writing->arena, span);
	for (size_t i = 0; i < 4; i++)
		if (writing->link_at == 0 && str_eq_nocase(hidden, openings[i]))
			return true;
	return false;
}

static bool has_class(struct str classes, struct str name)
{
	size_t from = 0;

	for (size_t i = 0; i <= classes.n; i++) {
		if (i < classes.n && (unsigned char)classes.p[i] > ' ')
			continue;
		if (str_eq(str_sub(classes, from, i - from), name))
			return true;
		from = i + 1;
	}
	return false;
}

/* The classes that mean something to clients; the last two shorten a link to be read. */
static void write_classes(struct writing *writing, const GumboNode *node)
{
	static const struct str known[] = { { "u-url", 5 }, { "h-card", 6 }, { "mention", 7 }, { "hashtag", 7 },
		                            { "ellipsis", 8 }, { "invisible", 9 }, { "quote-inline", 12 } };
	struct str classes = html_attribute(node, "class");
	size_t written = 0;

	for (size_t i = 0; classes.n && i < sizeof(known) / sizeof(known[0]); i++) {
		if (!has_class(classes, known[i]) || (i == 4 && !writing->link_text.p) ||
		    (i == 5 && !may_hide(writing, node)))
			continue;
		buf_add(&writing->out, written++ ? STR(" ") : STR(" class=\""));
		buf_add(&writing->out, known[i]);
	}
	if (written)
		buf_add_char(&writing->out, '"');
}

/* Remembers the text of a link that is its own address: such a link may be shortened. */
static void note_link_text(struct writing *writing, const GumboNode *link, struct str address)
{
	struct str text = html_text_below(writing->arena, link);
	struct url url;

	writing->link_at = 0;
	writing->link_text = STR_NONE;
	if (url_parse(writing->arena, text, &url) == OK && str_eq(url_render(writing->arena, &url), address))
		writing->link_text = text;
}

static bool write_link(struct writing *writing, const GumboNode *node)
{
	struct str address;
	struct url url;

	if (writing->links || url_parse(writing->arena, html_attribute(node, "href"), &url))
		return false;
	address = url_render(writing->arena, &url);
	begin_inline(writing);
	buf_add(&writing->out, STR("<a href=\""));
	buf_add_html(&writing->out, address);
	buf_add_char(&writing->out, '"');
	write_classes(writing, node);
	buf_add(&writing->out, STR(" rel=\"nofollow noopener noreferrer\" target=\"_blank\">"));
	note_link_text(writing, node, address);
	writing->links++;
	return true;
}

static bool write_inline(struct writing *writing, const GumboNode *node, const struct html_element *element)
{
	begin_inline(writing);
	buf_printf(&writing->out, "<%s", element->name);
	if (element->tag == GUMBO_TAG_SPAN)
		write_classes(writing, node);
	buf_add_char(&writing->out, '>');
	return true;
}

/* The element in which the one on top of the frames will be written. */
static const struct html_element *written_parent(const struct html_walk *walk)
{
	for (size_t i = walk->depth - 1; i-- > 0;)
		if (walk->frames[i].written)
			return walk->frames[i].element;
	return NULL;
}

static bool write_block(struct writing *writing, const GumboNode *node, const struct html_element *element)
{
	const struct html_element *parent = written_parent(writing->walk);

	if (writing->phrasing || (element->treatment & HTML_ITEM && !(parent && parent->treatment & HTML_LIST))) {
		writing->break_due = writing->after_inline;
		return false;
	}
	begin_block(writing);
	writing->phrasing += (element->treatment & HTML_PHRASING) != 0;
	buf_printf(&writing->out, "<%s", element->name);
	if (element->tag == GUMBO_TAG_P && has_class(html_attribute(node, "class"), STR("quote-inline")))
		buf_add(&writing->out, STR(" class=\"quote-inline\""));
	buf_add_char(&writing->out, '>');
	return true;
}

static void enter(struct writing *writing, const GumboNode *node)
{
	struct html_frame *frame = &writing->walk->frames[writing->walk->depth - 1];
	const struct html_element *element = frame->element;

	if (element->treatment & HTML_BREAK) {
		buf_add(&writing->out, STR("<br>"));
		begin_block(writing);
	} else if (element->treatment & HTML_LINES) {
		writing->break_due = writing->after_inline;
	} else if (element->treatment & HTML_LINK) {
		frame->written = write_link(writing, node);
	} else if (element->treatment & HTML_INLINE) {
		frame->written = write_inline(writing, node, element);
	} else if (element->treatment & HTML_BLOCK) {
		frame->written = write_block(writing, node, element);
	}
}

static void leave(struct writing *writing)
{
	const struct html_frame *frame = &writing->walk->frames[writing->walk->depth];
	const struct html_element *element = frame->element;

	if (frame->written) {
		buf_printf(&writing->out, "</%s>", element->name);
		writing->phrasing -= (element->treatment & HTML_PHRASING) != 0;
		if (element->treatment & HTML_BLOCK)
			begin_block(writing);
		if (element->treatment & HTML_LINK) {
			writing->links--;
			writing->link_text = STR_NONE;
		}
	} else if (element->treatment & (HTML_LINES | HTML_BLOCK)) {
		writing->break_due = writing->after_inline;
	} else if (element->treatment & HTML_CELL && writing->after_inline && !writing->break_due) {
		buf_add_char(&writing->out, ' ');
	}
}

/* ---- what is too much ---- */

/* The text outside of what looks like tags, in one pass, as well-formed UTF-8 without controls. */
static struct str strip_tags(struct arena *arena, struct str html)
{
	struct buf buf;
	size_t at = 0;
	bool in_tag = false;

	buf_init(&buf, arena, 0);
	while (at < html.n && buf.n < SANITIZE_BYTES_MAX) {
		uint32_t c = utf8_next(html, &at);
		char next = at < html.n ? html.p[at] : '\0';

		if (c == '<' && ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
		                 next == '/' || next == '!' || next == '?')) {
			buf_add_char(&buf, ' ');
			in_tag = true;
		}
		if (!in_tag && is_kept(c))
			buf_add_utf8(&buf, c);
		in_tag = in_tag && c != '>';
	}
	return str_trim(buf_str(&buf));
}

static struct str as_text(struct arena *arena, struct str html)
{
	static const size_t reference = sizeof("&quot;") - 1, end = sizeof("</p>") - 1;
	struct str text = strip_tags(arena, html);
	size_t at = 0, from = 0;
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("<p>"));
	for (; at < text.n && buf.n + reference + end <= SANITIZE_BYTES_MAX; from = at) {
		utf8_next(text, &at);
		buf_add_html(&buf, str_sub(text, from, at - from));
	}
	buf_add(&buf, STR("</p>"));
	return buf_str(&buf);
}

struct str sanitize_html(struct arena *arena, struct str html)
{
	struct writing writing = { .arena = arena_new() };
	const GumboNode *root = html_parse(writing.arena, html), *node;
	struct str result;
	enum html_step step;

	if (root) {
		buf_init(&writing.out, writing.arena, SANITIZE_BYTES_MAX);
		writing.walk = html_walk_new(writing.arena, root);
		while ((step = html_walk_next(writing.walk, &node)) != WALK_END && writing.out.err == OK) {
			if (step == WALK_TEXT)
				write_text(&writing, html_text_of(writing.arena, node));
			else if (step == WALK_ENTER)
				enter(&writing, node);
			else
				leave(&writing);
		}
	}
	/* Formatting multiplies where it is mis-nested, and links get attributes. */
	if (root && writing.out.err == OK && !writing.walk->too_deep && html_within_bounds(buf_str(&writing.out)))
		result = arena_str(arena, buf_str(&writing.out));
	else
		result = arena_str(arena, as_text(writing.arena, html));
	arena_free(writing.arena);
	return result;
}

/* ---- plain text ---- */

struct plain {
	struct buf out;
	unsigned line_ends;  /* due before the next word: 1 or 2 */
	bool blank;          /* likewise */
};

static void plain_break(struct plain *plain, unsigned line_ends)
{
	if (plain->line_ends < line_ends)
		plain->line_ends = line_ends;
}

static void plain_text(struct plain *plain, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == 0x7f) {
			plain->blank = true;
			continue;
		}
		if (plain->out.n && plain->line_ends)
			buf_add(&plain->out, str_sub(STR("\n\n"), 0, plain->line_ends));
		else if (plain->out.n && plain->blank)
			buf_add_char(&plain->out, ' ');
		plain->line_ends = 0;
		plain->blank = false;
		buf_add_char(&plain->out, (char)c);
	}
}

static void plain_element(struct plain *plain, const struct html_element *element, bool leaving)
{
	if (element->treatment & HTML_BREAK && !leaving)
		plain_break(plain, plain->line_ends < 2 ? plain->line_ends + 1 : 2);
	else if (element->treatment & (HTML_LINES | HTML_ITEM))
		plain_break(plain, 1);
	else if (element->treatment & HTML_BLOCK)
		plain_break(plain, 2);
	else if (element->treatment & HTML_CELL)
		plain->blank = true;
}

struct str sanitize_plain_text(struct arena *arena, struct str html)
{
	struct arena *scratch = arena_new();
	const GumboNode *root = html_parse(scratch, html), *node;
	struct html_walk *walk = root ? html_walk_new(scratch, root) : NULL;
	struct plain plain = { 0 };
	struct str result;
	enum html_step step;

	buf_init(&plain.out, scratch, 0);
	while (walk && (step = html_walk_next(walk, &node)) != WALK_END) {
		if (step == WALK_TEXT)
			plain_text(&plain, html_text_of(scratch, node));
		else
			plain_element(&plain, html_element_of(node), step == WALK_LEAVE);
	}
	if (walk && !walk->too_deep)
		result = arena_str(arena, buf_str(&plain.out));
	else
		result = arena_str(arena, strip_tags(scratch, html));
	arena_free(scratch);
	return result;
}
