/*
 * Gumbo builds the tree a browser would build; we walk it without recursion and write our own tags.
 *
 * So that the result parses to the same tree again, a tag is written only where HTML allows it: no block within a
 * paragraph, no link within a link, no list item outside a list. Elsewhere its content goes on without it.
 */
#include "federation/sanitize.h"

#include <gumbo.h>

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

/* ---- what becomes of an element ---- */

enum treatment {
	INLINE = 1,      /* keep */
	BLOCK = 2,       /* keep; a line of its own */
	PHRASING = 4,    /* with BLOCK: holds no other block */
	LIST = 8,        /* with BLOCK: holds items */
	ITEM = 16,       /* with BLOCK: only directly in a list */
	LINK = 32,       /* with INLINE */
	BREAK = 64,      /* <br> */
	LINES = 128,     /* unwrap; content on lines of its own */
	CELL = 256,      /* unwrap; content set apart by a blank */
	DROP = 512,      /* with all it holds */
};

struct element {
	GumboTag tag;
	const char *name;  /* as written; NULL if it never is */
	unsigned treatment;
};

/* Tags that are not here are unwrapped without a trace. */
static const struct element elements[] = {
	{ GUMBO_TAG_P, "p", BLOCK | PHRASING },
	{ GUMBO_TAG_BR, NULL, BREAK },
	{ GUMBO_TAG_A, "a", INLINE | LINK },
	{ GUMBO_TAG_SPAN, "span", INLINE },
	{ GUMBO_TAG_STRONG, "strong", INLINE },
	{ GUMBO_TAG_B, "b", INLINE },
	{ GUMBO_TAG_EM, "em", INLINE },
	{ GUMBO_TAG_I, "i", INLINE },
	{ GUMBO_TAG_U, "u", INLINE },
	{ GUMBO_TAG_S, "s", INLINE },
	{ GUMBO_TAG_STRIKE, "s", INLINE },
	{ GUMBO_TAG_DEL, "del", INLINE },
	{ GUMBO_TAG_CODE, "code", INLINE },
	{ GUMBO_TAG_PRE, "pre", BLOCK | PHRASING },
	{ GUMBO_TAG_LISTING, "pre", BLOCK | PHRASING },
	{ GUMBO_TAG_BLOCKQUOTE, "blockquote", BLOCK },
	{ GUMBO_TAG_UL, "ul", BLOCK | LIST },
	{ GUMBO_TAG_OL, "ol", BLOCK | LIST },
	{ GUMBO_TAG_LI, "li", BLOCK | ITEM },
	{ GUMBO_TAG_H1, "h1", BLOCK | PHRASING },
	{ GUMBO_TAG_H2, "h2", BLOCK | PHRASING },
	{ GUMBO_TAG_H3, "h3", BLOCK | PHRASING },
	{ GUMBO_TAG_H4, "h4", BLOCK | PHRASING },
	{ GUMBO_TAG_H5, "h5", BLOCK | PHRASING },
	{ GUMBO_TAG_H6, "h6", BLOCK | PHRASING },
	{ GUMBO_TAG_DIV, NULL, LINES },
	{ GUMBO_TAG_SECTION, NULL, LINES },
	{ GUMBO_TAG_ARTICLE, NULL, LINES },
	{ GUMBO_TAG_ASIDE, NULL, LINES },
	{ GUMBO_TAG_HEADER, NULL, LINES },
	{ GUMBO_TAG_FOOTER, NULL, LINES },
	{ GUMBO_TAG_MAIN, NULL, LINES },
	{ GUMBO_TAG_NAV, NULL, LINES },
	{ GUMBO_TAG_HGROUP, NULL, LINES },
	{ GUMBO_TAG_FIGURE, NULL, LINES },
	{ GUMBO_TAG_FIGCAPTION, NULL, LINES },
	{ GUMBO_TAG_ADDRESS, NULL, LINES },
	{ GUMBO_TAG_DETAILS, NULL, LINES },
	{ GUMBO_TAG_SUMMARY, NULL, LINES },
	{ GUMBO_TAG_DL, NULL, LINES },
	{ GUMBO_TAG_DT, NULL, LINES },
	{ GUMBO_TAG_DD, NULL, LINES },
	{ GUMBO_TAG_CENTER, NULL, LINES },
	{ GUMBO_TAG_FIELDSET, NULL, LINES },
	{ GUMBO_TAG_LEGEND, NULL, LINES },
	{ GUMBO_TAG_FORM, NULL, LINES },
	{ GUMBO_TAG_HR, NULL, LINES },
	{ GUMBO_TAG_TABLE, NULL, LINES },
	{ GUMBO_TAG_CAPTION, NULL, LINES },
	{ GUMBO_TAG_TR, NULL, LINES },
	{ GUMBO_TAG_TD, NULL, CELL },
	{ GUMBO_TAG_TH, NULL, CELL },
	{ GUMBO_TAG_SCRIPT, NULL, DROP },
	{ GUMBO_TAG_STYLE, NULL, DROP },
	{ GUMBO_TAG_HEAD, NULL, DROP },
	{ GUMBO_TAG_TITLE, NULL, DROP },
	{ GUMBO_TAG_NOSCRIPT, NULL, DROP },
	{ GUMBO_TAG_NOFRAMES, NULL, DROP },
	{ GUMBO_TAG_NOEMBED, NULL, DROP },
	{ GUMBO_TAG_FRAMESET, NULL, DROP },
	{ GUMBO_TAG_IFRAME, NULL, DROP },
	{ GUMBO_TAG_OBJECT, NULL, DROP },
	{ GUMBO_TAG_APPLET, NULL, DROP },
	{ GUMBO_TAG_TEMPLATE, NULL, DROP },
	{ GUMBO_TAG_SVG, NULL, DROP },
	{ GUMBO_TAG_MATH, NULL, DROP },
	{ GUMBO_TAG_TEXTAREA, NULL, DROP },
	{ GUMBO_TAG_SELECT, NULL, DROP },
	{ GUMBO_TAG_BUTTON, NULL, DROP },
	{ GUMBO_TAG_CANVAS, NULL, DROP },
	{ GUMBO_TAG_AUDIO, NULL, DROP },
	{ GUMBO_TAG_VIDEO, NULL, DROP },
	{ GUMBO_TAG_XMP, NULL, DROP },
	{ GUMBO_TAG_PLAINTEXT, NULL, DROP },
};

static const struct element *element_of(const GumboNode *node)
{
	static const struct element foreign = { GUMBO_TAG_UNKNOWN, NULL, DROP };
	static const struct element unknown = { GUMBO_TAG_UNKNOWN, NULL, 0 };
	const GumboElement *element = &node->v.element;

	if (node->type == GUMBO_NODE_TEMPLATE || element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return &foreign;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (elements[i].tag == element->tag)
			return &elements[i];
	return &unknown;
}

/* ---- parsing, within bounds ---- */

static void *gumbo_allocate(void *context, size_t size)
{
	return arena_alloc(context, size);
}

/* The arena takes it all back at once, without the recursion of gumbo_destroy_output(). */
static void gumbo_release(void *context, void *block)
{
	(void)context;
	(void)block;
}

/* Roughly the number of attributes: blanks and slashes within tags, outside quotes, but the slash of an end tag. */
static bool within_bounds(struct str html)
{
	size_t tags = 0, attributes = 0;
	bool in_tag = false;
	char quote = '\0';

	if (html.n > SANITIZE_BYTES_MAX)
		return false;
	for (size_t i = 0; i < html.n; i++) {
		char c = html.p[i];

		tags += c == '<';
		if (!in_tag) {
			in_tag = c == '<';
		} else if (quote) {
			quote = c == quote ? '\0' : quote;
		} else if (c == '>') {
			in_tag = false;
		} else if ((c == '"' || c == '\'') && html.p[i - 1] == '=') {
			quote = c;
		} else {
			attributes += (c == '/' && html.p[i - 1] != '<') ||
			              ((c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r') &&
			               html.p[i - 1] > ' ');
		}
	}
	return tags <= SANITIZE_TAGS_MAX && attributes <= SANITIZE_ATTRIBUTES_MAX;
}

/* The tree of the fragment, in the memory of `arena`; NULL if the document is out of bounds. */
static const GumboNode *parse(struct arena *arena, struct str html)
{
	GumboOptions options = kGumboDefaultOptions;
	GumboOutput *output;

	if (!within_bounds(html))
		return NULL;
	options.allocator = gumbo_allocate;
	options.deallocator = gumbo_release;
	options.userdata = arena;
	options.max_errors = 0;
	options.fragment_context = GUMBO_TAG_DIV;
	output = gumbo_parse_with_options(&options, arena_cstr(arena, html), html.n);
	return output ? output->root : NULL;
}

/* ---- walking ---- */

struct frame {
	const GumboNode *node;
	const struct element *element;
	unsigned next;  /* child to visit */
	bool written;   /* its start tag was */
};

struct walk {
	struct frame frames[SANITIZE_DEPTH_MAX];
	size_t depth;
	bool too_deep;
};

enum step { WALK_TEXT, WALK_ENTER, WALK_LEAVE, WALK_END };

static void walk_push(struct walk *walk, const GumboNode *node)
{
	if (walk->depth == SANITIZE_DEPTH_MAX) {
		walk->too_deep = true;
		return;
	}
	walk->frames[walk->depth++] = (struct frame){ .node = node, .element = element_of(node) };
}

static struct walk *walk_new(struct arena *arena, const GumboNode *root)
{
	struct walk *walk = ARENA_NEW(arena, struct walk);

	walk_push(walk, root);
	return walk;
}

/* Visits all in document order but dropped elements and comments. On ENTER the element is on top of the frames, on
 * LEAVE just above the top. */
static enum step walk_next(struct walk *walk, const GumboNode **ret_node)
{
	while (walk->depth && !walk->too_deep) {
		struct frame *frame = &walk->frames[walk->depth - 1];
		const GumboVector *children = &frame->node->v.element.children;
		const GumboNode *child;

		if (frame->next == children->length) {
			*ret_node = frame->node;
			walk->depth--;
			return walk->depth ? WALK_LEAVE : WALK_END;
		}
		child = *ret_node = children->data[frame->next++];
		if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE || child->type == GUMBO_NODE_CDATA)
			return WALK_TEXT;
		if (child->type != GUMBO_NODE_ELEMENT || element_of(child)->treatment & DROP)
			continue;
		walk_push(walk, child);
		return walk->too_deep ? WALK_END : WALK_ENTER;
	}
	return WALK_END;
}

/* Of a text node. A reference to what is beyond all characters comes out of the parser as bytes that are none. */
static struct str text_of(struct arena *arena, const GumboNode *node)
{
	struct str text = str_of(node->v.text.text);
	struct buf buf;

	if (utf8_valid(text))
		return text;
	buf_init(&buf, arena, 0);
	for (size_t at = 0; at < text.n;)
		buf_add_utf8(&buf, utf8_next(text, &at));
	return buf_str(&buf);
}

/* All text below `root`, as it stands. */
static struct str text_below(struct arena *arena, const GumboNode *root)
{
	struct walk *walk = walk_new(arena, root);
	const GumboNode *node;
	struct buf buf;
	enum step step;

	buf_init(&buf, arena, SANITIZE_BYTES_MAX);
	while ((step = walk_next(walk, &node)) != WALK_END)
		if (step == WALK_TEXT)
			buf_add(&buf, text_of(arena, node));
	return buf_str(&buf);
}

static struct str attribute(const GumboNode *node, const char *name)
{
	const GumboAttribute *found = gumbo_get_attribute(&node->v.element.attributes, name);

	return found ? str_trim(str_of(found->value)) : STR_NONE;
}

/* ---- writing ---- */

struct writing {
	struct arena *arena;    /* scratch */
	struct buf out;
	struct walk *walk;
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
	hidden = text_below(writing->arena, span);
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
	struct str classes = attribute(node, "class");
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
	struct str text = text_below(writing->arena, link);
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

	if (writing->links || url_parse(writing->arena, attribute(node, "href"), &url))
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

static bool write_inline(struct writing *writing, const GumboNode *node, const struct element *element)
{
	begin_inline(writing);
	buf_printf(&writing->out, "<%s", element->name);
	if (element->tag == GUMBO_TAG_SPAN)
		write_classes(writing, node);
	buf_add_char(&writing->out, '>');
	return true;
}

/* The element in which the one on top of the frames will be written. */
static const struct element *written_parent(const struct walk *walk)
{
	for (size_t i = walk->depth - 1; i-- > 0;)
		if (walk->frames[i].written)
			return walk->frames[i].element;
	return NULL;
}

static bool write_block(struct writing *writing, const GumboNode *node, const struct element *element)
{
	const struct element *parent = written_parent(writing->walk);

	if (writing->phrasing || (element->treatment & ITEM && !(parent && parent->treatment & LIST))) {
		writing->break_due = writing->after_inline;
		return false;
	}
	begin_block(writing);
	writing->phrasing += (element->treatment & PHRASING) != 0;
	buf_printf(&writing->out, "<%s", element->name);
	if (element->tag == GUMBO_TAG_P && has_class(attribute(node, "class"), STR("quote-inline")))
		buf_add(&writing->out, STR(" class=\"quote-inline\""));
	buf_add_char(&writing->out, '>');
	return true;
}

static void enter(struct writing *writing, const GumboNode *node)
{
	struct frame *frame = &writing->walk->frames[writing->walk->depth - 1];
	const struct element *element = frame->element;

	if (element->treatment & BREAK) {
		buf_add(&writing->out, STR("<br>"));
		begin_block(writing);
	} else if (element->treatment & LINES) {
		writing->break_due = writing->after_inline;
	} else if (element->treatment & LINK) {
		frame->written = write_link(writing, node);
	} else if (element->treatment & INLINE) {
		frame->written = write_inline(writing, node, element);
	} else if (element->treatment & BLOCK) {
		frame->written = write_block(writing, node, element);
	}
}

static void leave(struct writing *writing)
{
	const struct frame *frame = &writing->walk->frames[writing->walk->depth];
	const struct element *element = frame->element;

	if (frame->written) {
		buf_printf(&writing->out, "</%s>", element->name);
		writing->phrasing -= (element->treatment & PHRASING) != 0;
		if (element->treatment & BLOCK)
			begin_block(writing);
		if (element->treatment & LINK) {
			writing->links--;
			writing->link_text = STR_NONE;
		}
	} else if (element->treatment & (LINES | BLOCK)) {
		writing->break_due = writing->after_inline;
	} else if (element->treatment & CELL && writing->after_inline && !writing->break_due) {
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
	const GumboNode *root = parse(writing.arena, html), *node;
	struct str result;
	enum step step;

	if (root) {
		buf_init(&writing.out, writing.arena, SANITIZE_BYTES_MAX);
		writing.walk = walk_new(writing.arena, root);
		while ((step = walk_next(writing.walk, &node)) != WALK_END && writing.out.err == OK) {
			if (step == WALK_TEXT)
				write_text(&writing, text_of(writing.arena, node));
			else if (step == WALK_ENTER)
				enter(&writing, node);
			else
				leave(&writing);
		}
	}
	/* Formatting multiplies where it is mis-nested, and links get attributes. */
	if (root && writing.out.err == OK && !writing.walk->too_deep && within_bounds(buf_str(&writing.out)))
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

static void plain_element(struct plain *plain, const struct element *element, bool leaving)
{
	if (element->treatment & BREAK && !leaving)
		plain_break(plain, plain->line_ends < 2 ? plain->line_ends + 1 : 2);
	else if (element->treatment & (LINES | ITEM))
		plain_break(plain, 1);
	else if (element->treatment & BLOCK)
		plain_break(plain, 2);
	else if (element->treatment & CELL)
		plain->blank = true;
}

struct str sanitize_plain_text(struct arena *arena, struct str html)
{
	struct arena *scratch = arena_new();
	const GumboNode *root = parse(scratch, html), *node;
	struct walk *walk = root ? walk_new(scratch, root) : NULL;
	struct plain plain = { 0 };
	struct str result;
	enum step step;

	buf_init(&plain.out, scratch, 0);
	while (walk && (step = walk_next(walk, &node)) != WALK_END) {
		if (step == WALK_TEXT)
			plain_text(&plain, text_of(scratch, node));
		else
			plain_element(&plain, element_of(node), step == WALK_LEAVE);
	}
	if (walk && !walk->too_deep)
		result = arena_str(arena, buf_str(&plain.out));
	else
		result = arena_str(arena, strip_tags(scratch, html));
	arena_free(scratch);
	return result;
}
