/*
 * Bounds first, then the parser, then frames of our own: nothing here grows with the depth of a document.
 */
#include "federation/html_tree.h"

#include "federation/sanitize.h"
#include "storage/base/arena.h"

/* Tags that are not here are unwrapped without a trace. */
static const struct html_element elements[] = {
	{ GUMBO_TAG_P, "p", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_BR, NULL, HTML_BREAK },
	{ GUMBO_TAG_A, "a", HTML_INLINE | HTML_LINK },
	{ GUMBO_TAG_SPAN, "span", HTML_INLINE },
	{ GUMBO_TAG_STRONG, "strong", HTML_INLINE },
	{ GUMBO_TAG_B, "b", HTML_INLINE },
	{ GUMBO_TAG_EM, "em", HTML_INLINE },
	{ GUMBO_TAG_I, "i", HTML_INLINE },
	{ GUMBO_TAG_U, "u", HTML_INLINE },
	{ GUMBO_TAG_S, "s", HTML_INLINE },
	{ GUMBO_TAG_STRIKE, "s", HTML_INLINE },
	{ GUMBO_TAG_DEL, "del", HTML_INLINE },
	{ GUMBO_TAG_CODE, "code", HTML_INLINE },
	{ GUMBO_TAG_PRE, "pre", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_LISTING, "pre", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_BLOCKQUOTE, "blockquote", HTML_BLOCK },
	{ GUMBO_TAG_UL, "ul", HTML_BLOCK | HTML_LIST },
	{ GUMBO_TAG_OL, "ol", HTML_BLOCK | HTML_LIST },
	{ GUMBO_TAG_LI, "li", HTML_BLOCK | HTML_ITEM },
	{ GUMBO_TAG_H1, "h1", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_H2, "h2", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_H3, "h3", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_H4, "h4", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_H5, "h5", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_H6, "h6", HTML_BLOCK | HTML_PHRASING },
	{ GUMBO_TAG_DIV, NULL, HTML_LINES },
	{ GUMBO_TAG_SECTION, NULL, HTML_LINES },
	{ GUMBO_TAG_ARTICLE, NULL, HTML_LINES },
	{ GUMBO_TAG_ASIDE, NULL, HTML_LINES },
	{ GUMBO_TAG_HEADER, NULL, HTML_LINES },
	{ GUMBO_TAG_FOOTER, NULL, HTML_LINES },
	{ GUMBO_TAG_MAIN, NULL, HTML_LINES },
	{ GUMBO_TAG_NAV, NULL, HTML_LINES },
	{ GUMBO_TAG_HGROUP, NULL, HTML_LINES },
	{ GUMBO_TAG_FIGURE, NULL, HTML_LINES },
	{ GUMBO_TAG_FIGCAPTION, NULL, HTML_LINES },
	{ GUMBO_TAG_ADDRESS, NULL, HTML_LINES },
	{ GUMBO_TAG_DETAILS, NULL, HTML_LINES },
	{ GUMBO_TAG_SUMMARY, NULL, HTML_LINES },
	{ GUMBO_TAG_DL, NULL, HTML_LINES },
	{ GUMBO_TAG_DT, NULL, HTML_LINES },
	{ GUMBO_TAG_DD, NULL, HTML_LINES },
	{ GUMBO_TAG_CENTER, NULL, HTML_LINES },
	{ GUMBO_TAG_FIELDSET, NULL, HTML_LINES },
	{ GUMBO_TAG_LEGEND, NULL, HTML_LINES },
	{ GUMBO_TAG_FORM, NULL, HTML_LINES },
	{ GUMBO_TAG_HR, NULL, HTML_LINES },
	{ GUMBO_TAG_TABLE, NULL, HTML_LINES },
	{ GUMBO_TAG_CAPTION, NULL, HTML_LINES },
	{ GUMBO_TAG_TR, NULL, HTML_LINES },
	{ GUMBO_TAG_TD, NULL, HTML_CELL },
	{ GUMBO_TAG_TH, NULL, HTML_CELL },
	{ GUMBO_TAG_SCRIPT, NULL, HTML_DROP },
	{ GUMBO_TAG_STYLE, NULL, HTML_DROP },
	{ GUMBO_TAG_HEAD, NULL, HTML_DROP },
	{ GUMBO_TAG_TITLE, NULL, HTML_DROP },
	{ GUMBO_TAG_NOSCRIPT, NULL, HTML_DROP },
	{ GUMBO_TAG_NOFRAMES, NULL, HTML_DROP },
	{ GUMBO_TAG_NOEMBED, NULL, HTML_DROP },
	{ GUMBO_TAG_FRAMESET, NULL, HTML_DROP },
	{ GUMBO_TAG_IFRAME, NULL, HTML_DROP },
	{ GUMBO_TAG_OBJECT, NULL, HTML_DROP },
	{ GUMBO_TAG_APPLET, NULL, HTML_DROP },
	{ GUMBO_TAG_TEMPLATE, NULL, HTML_DROP },
	{ GUMBO_TAG_SVG, NULL, HTML_DROP },
	{ GUMBO_TAG_MATH, NULL, HTML_DROP },
	{ GUMBO_TAG_TEXTAREA, NULL, HTML_DROP },
	{ GUMBO_TAG_SELECT, NULL, HTML_DROP },
	{ GUMBO_TAG_BUTTON, NULL, HTML_DROP },
	{ GUMBO_TAG_CANVAS, NULL, HTML_DROP },
	{ GUMBO_TAG_AUDIO, NULL, HTML_DROP },
	{ GUMBO_TAG_VIDEO, NULL, HTML_DROP },
	{ GUMBO_TAG_XMP, NULL, HTML_DROP },
	{ GUMBO_TAG_PLAINTEXT, NULL, HTML_DROP },
};

const struct html_element *html_element_of(const GumboNode *node)
{
	static const struct html_element foreign = { GUMBO_TAG_UNKNOWN, NULL, HTML_DROP };
	static const struct html_element unknown = { GUMBO_TAG_UNKNOWN, NULL, 0 };
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
bool html_within_bounds(struct str html)
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

const GumboNode *html_parse(struct arena *arena, struct str html)
{
	GumboOptions options = kGumboDefaultOptions;
	GumboOutput *output;

	if (!html_within_bounds(html))
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

static void walk_push(struct html_walk *walk, const GumboNode *node)
{
	if (walk->depth == SANITIZE_DEPTH_MAX) {
		walk->too_deep = true;
		return;
	}
	walk->frames[walk->depth++] = (struct html_frame){ .node = node, .element = html_element_of(node) };
}

struct html_walk *html_walk_new(struct arena *arena, const GumboNode *root)
{
	struct html_walk *walk = ARENA_NEW(arena, struct html_walk);

	walk_push(walk, root);
	return walk;
}

enum html_step html_walk_next(struct html_walk *walk, const GumboNode **ret_node)
{
	while (walk->depth && !walk->too_deep) {
		struct html_frame *frame = &walk->frames[walk->depth - 1];
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
		if (child->type != GUMBO_NODE_ELEMENT || html_element_of(child)->treatment & HTML_DROP)
			continue;
		walk_push(walk, child);
		return walk->too_deep ? WALK_END : WALK_ENTER;
	}
	return WALK_END;
}

/* Of a text node. A reference to what is beyond all characters comes out of the parser as bytes that are none. */
struct str html_text_of(struct arena *arena, const GumboNode *node)
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

struct str html_text_below(struct arena *arena, const GumboNode *root)
{
	struct html_walk *walk = html_walk_new(arena, root);
	const GumboNode *node;
	struct buf buf;
	enum html_step step;

	buf_init(&buf, arena, SANITIZE_BYTES_MAX);
	while ((step = html_walk_next(walk, &node)) != WALK_END)
		if (step == WALK_TEXT)
			buf_add(&buf, html_text_of(arena, node));
	return buf_str(&buf);
}

struct str html_attribute(const GumboNode *node, const char *name)
{
	const GumboAttribute *found = gumbo_get_attribute(&node->v.element.attributes, name);

	return found ? str_trim(str_of(found->value)) : STR_NONE;
}
