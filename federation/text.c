/*
 * A scanner over running text, linear in its length, and the rendering of what it finds.
 */
#include "federation/text.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

/* ---- characters ---- */

static bool is_ascii_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The Hangul fillers are letters by category only: nobody sees them, and folding takes them away. */
static bool is_letter(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
	bool filler = c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;

	return !filler && category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

/* Letters, marks, digits, low line: what words and hashtags are made of. */
static bool is_word(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

	return c == '_' || is_letter(c) || category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
	       category == UTF8PROC_CATEGORY_ND;
}

/* Middle dots and the zero-width non-joiner: within a hashtag, not at its ends. */
static bool is_joiner(uint32_t c)
{
	return c == 0x00b7 || c == 0x30fb || c == 0x200c;
}

static bool is_space(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

	return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZS ||
	       category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

/* Start of the code point that ends before `at`. */
static size_t step_back(struct str text, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)text.p[at] & 0xc0) == 0x80);
	return at;
}

static uint32_t code_point_before(struct str text, size_t at)
{
	size_t from;

	if (at == 0)
		return ' ';
	from = step_back(text, at);
	return utf8_next(text, &from);
}

/* Whether a span may begin at `at`: not within a word, an address or another span. */
static bool at_boundary(struct str text, size_t at)
{
	uint32_t before = code_point_before(text, at);

	return !is_word(before) && before != '/' && before != '=' && before != '@' && before != '#' && before != '&';
}

/* ---- spans: each returns the length of what begins at `at`, or 0 ---- */

static bool is_trailing_punctuation(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

	if (c < 0x80)
		return strchr(".,;:!?'\"*_~", (int)c) != NULL;
	return category == UTF8PROC_CATEGORY_PO || category == UTF8PROC_CATEGORY_PF ||
	       category == UTF8PROC_CATEGORY_PI || category == UTF8PROC_CATEGORY_PS ||
	       category == UTF8PROC_CATEGORY_PE;
}

static size_t count_char(struct str text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == c;
	return n;
}

/* A closing bracket belongs to the address if it was opened there. */
static bool is_stray_bracket(struct str address, char last)
{
	if (last == ')')
		return count_char(address, ')') > count_char(address, '(');
	if (last == ']')
		return count_char(address, ']') > count_char(address, '[');
	return last == '}' && count_char(address, '}') > count_char(address, '{');
}

static struct str trim_address(struct str address)
{
	while (address.n) {
		size_t last = step_back(address, address.n), at = last;

		if (!is_trailing_punctuation(utf8_next(address, &at)) && !is_stray_bracket(address, address.p[last]))
			break;
		address.n = last;
	}
	return address;
}

static size_t scan_url(struct arena *arena, struct str text, size_t at, struct text_span *span)
{
	struct str rest = str_sub(text, at, URL_BYTES_MAX + 1);
	size_t end = 0;
	struct url url;

	if (!str_eq_nocase(str_sub(rest, 0, 7), STR("http://")) && !str_eq_nocase(str_sub(rest, 0, 8), STR("https://")))
		return 0;
	while (end < rest.n) {
		size_t next = end;
		uint32_t c = utf8_next(rest, &next);

		if (is_space(c) || c == '<' || c == '>' || c == '"' || c == '`')
			break;
		end = next;
	}
	rest = trim_address(str_sub(rest, 0, end));
	if (url_parse(arena, rest, &url))
		return 0;
	span->kind = TEXT_URL;
	span->name = url_render(arena, &url);
	return rest.n;
}

/* name: words joined by dots and hyphens. */
static size_t scan_name(struct str text)
{
	size_t end = 0;

	for (size_t i = 0; i < text.n && i <= TEXT_NAME_MAX; i++) {
		if (is_ascii_word(text.p[i]))
			end = i + 1;
		else if (i == 0 || (text.p[i] != '.' && text.p[i] != '-'))
			break;
	}
	return end <= TEXT_NAME_MAX ? end : 0;
}

/* host[:port], as far as it looks like one; 0 if it does not begin like one. */
static size_t scan_host(struct str text)
{
	size_t end = 0, at = 0, digits = 0;

	if (text.n && text.p[0] == '[') {
		end = str_find_char(str_sub(text, 0, 48), ']');
		if (end == SIZE_MAX)
			return 1;
		end++;
	}
	for (at = end; end < 2 * TEXT_NAME_MAX && at < text.n && text.p[0] != '[';) {
		uint32_t c = utf8_next(text, &at);

		if (is_word(c))
			end = at;
		else if (end == 0 || (c != '.' && c != '-'))
			break;
	}
	if (end == 0 || end == text.n || text.p[end] != ':')
		return end;
	while (end + 1 + digits < text.n && text.p[end + 1 + digits] >= '0' && text.p[end + 1 + digits] <= '9')
		digits++;
	/* "@ana@a.example:2 things": a single digit is no port of a node. */
	return digits >= 2 ? end + 1 + digits : end;
}

static size_t scan_mention(struct arena *arena, struct str text, size_t at, struct text_span *span)
{
	struct str rest = str_sub(text, at + 1, SIZE_MAX), host;
	size_t name = scan_name(rest), n;

	if (name == 0)
		return 0;
	span->kind = TEXT_MENTION;
	span->name = str_sub(rest, 0, name);
	span->host = STR_NONE;
	rest = str_sub(rest, name, SIZE_MAX);
	n = rest.n && rest.p[0] == '@' ? scan_host(str_sub(rest, 1, SIZE_MAX)) : 0;
	if (n == 0)
		return 1 + name;
	host = str_sub(rest, 1, n);
	if (url_host_parse(arena, host, &span->host))
		return 0;
	return 1 + name + 1 + n;
}

static size_t scan_hashtag(struct str text, size_t at, struct text_span *span)
{
	size_t from = at + 1, next = from, end = from, length = 0;
	bool letter = false;

	while (next < text.n && length <= TEXT_HASHTAG_MAX) {
		uint32_t c = utf8_next(text, &next);

		if (is_word(c))
			end = next;
		else if (end == from || !is_joiner(c))
			break;
		letter = letter || is_letter(c);
		length++;
	}
	if (!letter || length > TEXT_HASHTAG_MAX)
		return 0;
	span->kind = TEXT_HASHTAG;
	span->name = str_sub(text, from, end - from);
	span->host = STR_NONE;
	return end - at;
}

static size_t scan_special(struct arena *arena, struct str text, size_t at, struct text_span *span)
{
	char c = text.p[at];

	if ((c != '@' && c != '#' && c != 'h' && c != 'H') || !at_boundary(text, at))
		return 0;
	if (c == '@')
		return scan_mention(arena, text, at, span);
	if (c == '#')
		return scan_hashtag(text, at, span);
	return scan_url(arena, text, at, span);
}

void text_scan_init(struct text_scanner *scanner, struct arena *arena, struct str text)
{
	*scanner = (struct text_scanner){ .arena = arena, .text = text };
}

bool text_scan(struct text_scanner *scanner, struct text_span *ret_span)
{
	size_t from = scanner->at, at = from;
	struct text_span found = { 0 };

	if (scanner->has_ahead) {
		scanner->has_ahead = false;
		*ret_span = scanner->ahead;
		return true;
	}
	for (; at < scanner->text.n; at++) {
		size_t n = scan_special(scanner->arena, scanner->text, at, &found);

		if (n == 0)
			continue;
		found.text = str_sub(scanner->text, at, n);
		scanner->at = at + n;
		if (at == from) {
			*ret_span = found;
			return true;
		}
		scanner->ahead = found;
		scanner->has_ahead = true;
		break;
	}
	if (at == from)
		return false;
	if (!scanner->has_ahead)
		scanner->at = at;
	*ret_span = (struct text_span){ .kind = TEXT_PLAIN, .text = str_sub(scanner->text, from, at - from) };
	return true;
}

size_t text_length(struct arena *arena, struct str text, size_t url_length)
{
	struct text_scanner scanner;
	struct text_span span;
	size_t length = 0;

	text_scan_init(&scanner, arena, text);
	while (text_scan(&scanner, &span)) {
		if (span.kind == TEXT_URL)
			length += url_length;
		else if (span.kind == TEXT_MENTION)
			length += 1 + utf8_length(span.name);
		else
			length += utf8_length(span.text);
	}
	return length;
}

struct str text_fold_hashtag(struct arena *arena, struct str name)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)name.p, (utf8proc_ssize_t)name.n, &folded,
	                                  UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
	                                  UTF8PROC_IGNORE);
	struct str result;

	if (n < 0)
		return str_lower(arena, name);
	result = arena_str(arena, (struct str){ (const char *)folded, (size_t)n });
	free(folded);
	return result;
}

/* ---- HTML ---- */

struct rendering {
	struct arena *arena;
	const struct text_links *links;
	struct buf out;
	size_t line_ends;  /* since the last visible thing */
	bool open;         /* a paragraph is */
};

/* Opens or breaks the paragraph as the line ends before demand. */
static void begin(struct rendering *rendering)
{
	if (!rendering->open)
		buf_add(&rendering->out, STR("<p>"));
	else if (rendering->line_ends > 1)
		buf_add(&rendering->out, STR("</p><p>"));
	else if (rendering->line_ends == 1)
		buf_add(&rendering->out, STR("<br>"));
	rendering->open = true;
	rendering->line_ends = 0;
}

/* One line of plain text, or a part of one. Blanks at the start of a line are nothing, controls have no place. */
static void render_line(struct rendering *rendering, struct str line)
{
	size_t from = 0;

	if (!rendering->open || rendering->line_ends)
		while (from < line.n && (line.p[from] == ' ' || line.p[from] == '\t' || line.p[from] == '\r'))
			from++;
	line = str_sub(line, from, SIZE_MAX);
	if (line.n == 0)
		return;
	begin(rendering);
	from = 0;
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c >= ' ' || c == '\t') && c != 0x7f)
			continue;
		buf_add_html(&rendering->out, str_sub(line, from, i - from));
		from = i + 1;
	}
	buf_add_html(&rendering->out, str_sub(line, from, SIZE_MAX));
}

static void render_plain(struct rendering *rendering, struct str text)
{
	struct str rest = text;

	while (rest.p) {
		struct str line = str_cut(&rest, '\n');

		if (rest.p && line.n && line.p[line.n - 1] == '\r')
			line.n--;
		render_line(rendering, line);
		rendering->line_ends += rest.p != NULL;
	}
}

static void render_url(struct rendering *rendering, const struct text_span *span)
{
	buf_add(&rendering->out, STR("<a href=\""));
	buf_add_html(&rendering->out, span->name);
	buf_add(&rendering->out, STR("\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">"));
	buf_add_html(&rendering->out, span->text);
	buf_add(&rendering->out, STR("</a>"));
}

static void render_hashtag(struct rendering *rendering, const struct text_span *span)
{
	buf_add(&rendering->out, STR("<a href=\""));
	buf_add_html(&rendering->out, rendering->links->hashtag_base);
	buf_add_percent(&rendering->out, text_fold_hashtag(rendering->arena, span->name));
	buf_add(&rendering->out, STR("\" class=\"mention hashtag\" rel=\"tag\">#<span>"));
	buf_add_html(&rendering->out, span->name);
	buf_add(&rendering->out, STR("</span></a>"));
}

static void render_mention(struct rendering *rendering, const struct text_span *span)
{
	const struct text_links *links = rendering->links;
	struct str href = links->mention_href ? links->mention_href(links->context, span) : STR_NONE;

	if (href.n == 0) {
		buf_add_html(&rendering->out, span->text);
		return;
	}
	buf_add(&rendering->out, STR("<span class=\"h-card\"><a href=\""));
	buf_add_html(&rendering->out, href);
	buf_add(&rendering->out, STR("\" class=\"u-url mention\">@<span>"));
	buf_add_html(&rendering->out, span->name);
	buf_add(&rendering->out, STR("</span></a></span>"));
}

struct str text_render_html(struct arena *arena, struct str text, const struct text_links *links)
{
	struct rendering rendering = { .arena = arena, .links = links };
	struct text_scanner scanner;
	struct text_span span;

	buf_init(&rendering.out, arena, 0);
	text_scan_init(&scanner, arena, str_trim(text));
	while (text_scan(&scanner, &span)) {
		if (span.kind == TEXT_PLAIN) {
			render_plain(&rendering, span.text);
			continue;
		}
		begin(&rendering);
		if (span.kind == TEXT_URL)
			render_url(&rendering, &span);
		else if (span.kind == TEXT_HASHTAG)
			render_hashtag(&rendering, &span);
		else
			render_mention(&rendering, &span);
	}
	if (rendering.open)
		buf_add(&rendering.out, STR("</p>"));
	return buf_str(&rendering.out);
}
