/*
 * Text: looking at it (str), UTF-8, and making it (buf).
 *
 * Knows ASCII and UTF-8 only: case folding, normal forms and word breaks of Unicode are not its business. Pure; any
 * thread.
 */
#include "storage/base/str.h"

#include <assert.h>
#include <stdio.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

enum {
	BUF_LIMIT_DEFAULT = 64 * 1024 * 1024,
	BUF_FIRST = 256,  /* bytes of the first allocation */
};

static const uint32_t REPLACEMENT = 0xFFFD;

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

struct str str_of(const char *text)
{
	return text ? (struct str){ text, strlen(text) } : STR_NONE;
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str text, struct str prefix)
{
	return text.n >= prefix.n && str_eq((struct str){ text.p, prefix.n }, prefix);
}

bool str_ends(struct str text, struct str suffix)
{
	return text.n >= suffix.n && str_eq(str_sub(text, text.n - suffix.n, suffix.n), suffix);
}

struct str str_sub(struct str text, size_t from, size_t n)
{
	if (!text.p)
		return STR_NONE;
	if (from > text.n)
		from = text.n;
	if (n > text.n - from)
		n = text.n - from;
	return (struct str){ text.p + from, n };
}

size_t str_find(struct str text, struct str needle)
{
	const char *at;

	if (needle.n == 0)
		return 0;
	if (needle.n > text.n)
		return SIZE_MAX;
	at = memmem(text.p, text.n, needle.p, needle.n);
	return at ? (size_t)(at - text.p) : SIZE_MAX;
}

size_t str_find_char(struct str text, char c)
{
	const char *at = text.n ? memchr(text.p, c, text.n) : NULL;

	return at ? (size_t)(at - text.p) : SIZE_MAX;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str text)
{
	while (text.n && is_space(text.p[0])) {
		text.p++;
		text.n--;
	}
	while (text.n && is_space(text.p[text.n - 1]))
		text.n--;
	return text;
}

struct str str_cut(struct str *rest, char separator)
{
	size_t at = str_find_char(*rest, separator);
	struct str part = *rest;

	if (at == SIZE_MAX) {
		*rest = STR_NONE;
		return part;
	}
	*rest = (struct str){ part.p + at + 1, part.n - at - 1 };
	part.n = at;
	return part;
}

bool str_to_u64(struct str text, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (text.n == 0)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text.p[i] - '0'), &value))
			return false;
	}
	*ret_value = value;
	return true;
}

struct str str_lower(struct arena *arena, struct str text)
{
	char *copy = arena_cstr(arena, text);

	for (size_t i = 0; i < text.n; i++)
		copy[i] = lower(copy[i]);
	return (struct str){ copy, text.n };
}

/*
 * The lead byte decides the length of a sequence and the bounds of its second byte (Unicode, table 3-7); all further
 * bytes are 80 … BF. That is what keeps out overlong forms, surrogates and what lies beyond U+10FFFF.
 */
static size_t sequence_length(const unsigned char *p, size_t n)
{
	unsigned char lead = p[0], low = 0x80, high = 0xBF;
	size_t length;

	if (lead < 0x80)
		return 1;
	if (lead < 0xC2 || lead > 0xF4)
		return 0;
	length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	if (n < length)
		return 0;
	if (lead == 0xE0)
		low = 0xA0;
	else if (lead == 0xED)
		high = 0x9F;
	else if (lead == 0xF0)
		low = 0x90;
	else if (lead == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	return length;
}

/* Eight bytes of ASCII, none of them NUL: no high bit, and no byte that borrows when 1 is taken from each. */
static bool plain_word(const unsigned char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return ((word | (word - ones)) & high) == 0;
}

bool language_tag_valid(struct str tag)
{
	enum { BYTES_MAX = 35 };

	if (!tag.n || tag.n > BYTES_MAX)
		return false;
	for (size_t i = 0; i < tag.n; i++) {
		char c = tag.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

bool utf8_valid(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t at = 0;

	while (at < text.n) {
		size_t length;

		if (text.n - at >= sizeof(uint64_t) && plain_word(p + at)) {
			at += sizeof(uint64_t);
			continue;
		}
		length = p[at] ? sequence_length(p + at, text.n - at) : 0;
		if (length == 0)
			return false;
		at += length;
	}
	return true;
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_length(struct str text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.n; i++)
		length += !continues(text.p[i]);
	return length;
}

struct str utf8_prefix(struct str text, size_t code_points)
{
	size_t at = 0;

	while (at < text.n && (continues(text.p[at]) || code_points > 0)) {
		code_points -= !continues(text.p[at]);
		at++;
	}
	return (struct str){ text.p, at };
}

uint32_t utf8_next(struct str text, size_t *at)
{
	static const unsigned char lead_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *p;
	size_t length;
	uint32_t code_point;

	if (*at >= text.n)
		return REPLACEMENT;
	p = (const unsigned char *)text.p + *at;
	length = sequence_length(p, text.n - *at);
	if (length == 0) {
		*at += 1;
		return REPLACEMENT;
	}
	code_point = p[0] & lead_bits[length];
	for (size_t i = 1; i < length; i++)
		code_point = code_point << 6 | (p[i] & 0x3F);
	*at += length;
	return code_point;
}

void buf_init(struct buf *buf, struct arena *arena, size_t limit)
{
	*buf = (struct buf){ .arena = arena, .limit = limit ? limit : BUF_LIMIT_DEFAULT, .err = OK };
}

char *buf_reserve(struct buf *buf, size_t n)
{
	size_t wanted, capacity;

	if (buf->err)
		return NULL;
	if (n < buf->capacity - buf->n)
		return buf->p + buf->n;
	if (n > buf->limit - buf->n) {
		buf->err = ERR_LIMIT;
		return NULL;
	}
	wanted = buf->n + n + 1;
	capacity = buf->capacity ? 2 * buf->capacity : BUF_FIRST;
	if (capacity > buf->limit)
		capacity = buf->limit + 1;
	if (capacity < wanted)
		capacity = wanted;
	buf->p = arena_grow(buf->arena, buf->p, buf->capacity, capacity);
	buf->capacity = capacity;
	return buf->p + buf->n;
}

void buf_add(struct buf *buf, struct str text)
{
	char *p = buf_reserve(buf, text.n);

	if (!p || text.n == 0)
		return;
	memcpy(p, text.p, text.n);
	buf->n += text.n;
}

void buf_add_char(struct buf *buf, char c)
{
	char *p = buf_reserve(buf, 1);

	if (!p)
		return;
	*p = c;
	buf->n++;
}

void buf_add_u64(struct buf *buf, uint64_t value)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
	                            "25262728293031323334353637383940414243444546474849"
	                            "50515253545556575859606162636465666768697071727374"
	                            "75767778798081828384858687888990919293949596979899";
	char digits[20];  /* as many as 2^64 has */
	char *p = digits + sizeof(digits);

	while (value >= 100) {
		p -= 2;
		memcpy(p, pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10) {
		p -= 2;
		memcpy(p, pairs + 2 * value, 2);
	} else {
		*--p = (char)('0' + value);
	}
	buf_add(buf, (struct str){ p, (size_t)(digits + sizeof(digits) - p) });
}

void buf_add_utf8(struct buf *buf, uint32_t code_point)
{
	uint32_t c = code_point;
	char bytes[4];
	size_t n = 1;

	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = REPLACEMENT;
	if (c < 0x80) {
		bytes[0] = (char)c;
	} else if (c < 0x800) {
		bytes[0] = (char)(0xC0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		bytes[0] = (char)(0xE0 | c >> 12);
		n = 3;
	} else {
		bytes[0] = (char)(0xF0 | c >> 18);
		n = 4;
	}
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		bytes[i] = (char)(0x80 | (c & 0x3F));
	buf_add(buf, (struct str){ bytes, n });
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0);
	p = buf_reserve(buf, (size_t)n);
	if (!p)
		return;
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);  /* the NUL has its place: buf_str() needs it too */
	va_end(args);
	buf->n += (size_t)n;
}

void buf_add_html(struct buf *buf, struct str text)
{
	static const struct str references[128] = {
		['&'] = { "&amp;", 5 }, ['<'] = { "&lt;", 4 }, ['>'] = { "&gt;", 4 },
		['"'] = { "&quot;", 6 }, ['\''] = { "&#39;", 5 },
	};
	size_t plain = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= sizeof(references) / sizeof(references[0]) || !references[c].n)
			continue;
		buf_add(buf, str_sub(text, plain, i - plain));
		buf_add(buf, references[c]);
		plain = i + 1;
	}
	buf_add(buf, str_sub(text, plain, text.n - plain));
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void buf_add_percent(struct buf *buf, struct str text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (is_unreserved(text.p[i]))
			buf_add_char(buf, text.p[i]);
		else
			buf_add(buf, (struct str){ (const char[]){ '%', hex[c >> 4], hex[c & 15] }, 3 });
	}
}

struct str buf_str(const struct buf *buf)
{
	if (!buf->p)
		return STR("");
	buf->p[buf->n] = '\0';
	return (struct str){ buf->p, buf->n };
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int percent_decode(struct arena *arena, struct str text, bool plus, struct str *ret_text)
{
	char *out = arena_cstr(arena, text);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%') {
			int high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1;
			int low = i + 2 < text.n ? hex_digit(text.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return ERR_INVALID;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return ERR_INVALID;
		out[n++] = c;
	}
	out[n] = '\0';
	*ret_text = (struct str){ out, n };
	return OK;
}
