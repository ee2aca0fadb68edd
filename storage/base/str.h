/*
 * Text: `struct str` to look at it, `struct buf` to make it.
 *
 * A str is a pointer and a length, passed by value; it owns nothing and need not end in NUL. A buf grows in an
 * arena up to a limit; beyond the limit its error sticks and later calls do nothing, so that a text is built first
 * and checked once. Pure; any thread.
 */
#ifndef STORAGE_BASE_STR_H
#define STORAGE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
	const char *p;  /* may be NULL only when n is 0 */
	size_t n;       /* bytes */
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* For "%.*s" in formats. */
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""

/* The str of a C string; NULL gives STR_NONE. The text stays the caller's. */
struct str str_of(const char *text);
bool str_eq(struct str a, struct str b);
/* ASCII letters compare without case; all other bytes exactly. */
bool str_eq_nocase(struct str a, struct str b);
/* memcmp order, a shorter prefix first: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);
/* Part of `text` from byte `from`, at most `n` bytes; out of range is cut, never read. */
struct str str_sub(struct str text, size_t from, size_t n);
/* Position of the first `needle` in `text`, or SIZE_MAX. */
size_t str_find(struct str text, struct str needle);
size_t str_find_char(struct str text, char c);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str text);
/* Cuts `*rest` at the first `separator`: returns what stands before it and moves *rest behind it (to an empty str
 * with p == NULL at the end). For loops: while (rest.p) { part = str_cut(&rest, ','); … } */
struct str str_cut(struct str *rest, char separator);
/* Decimal digits only, no sign, no space, no overflow. false leaves *ret_value untouched. */
bool str_to_u64(struct str text, uint64_t *ret_value);
/* A copy with ASCII letters lowered. */
struct str str_lower(struct arena *arena, struct str text);

/* Well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF) without NUL. */
bool utf8_valid(struct str text);
/* The characters and the length of a tag of a language (RFC 5646 section 4.4.1): "fr", "pt-BR". */
bool language_tag_valid(struct str tag);
/* Number of code points in well-formed UTF-8. */
size_t utf8_length(struct str text);
/* The longest prefix of at most `code_points` code points. */
struct str utf8_prefix(struct str text, size_t code_points);
/* Reads one code point at *at and moves *at behind it; U+FFFD for a malformed byte (moves one byte). */
uint32_t utf8_next(struct str text, size_t *at);

struct buf {
	struct arena *arena;
	char *p;
	size_t n, capacity, limit;  /* bytes; limit 0 means the default of 64 MiB */
	int err;                    /* OK, or ERR_LIMIT once the limit was met */
};

/* An empty buf whose memory comes from `arena`. */
void buf_init(struct buf *buf, struct arena *arena, size_t limit);
void buf_add(struct buf *buf, struct str text);
void buf_add_char(struct buf *buf, char c);
void buf_add_u64(struct buf *buf, uint64_t value);
void buf_add_utf8(struct buf *buf, uint32_t code_point);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text for HTML content and double-quoted attributes: & < > " ' become references. */
void buf_add_html(struct buf *buf, struct str text);
/* Everything but RFC 3986 unreserved characters percent-encoded. */
void buf_add_percent(struct buf *buf, struct str text);
/* Room for `n` more bytes behind the end, or NULL once the limit was met. What the caller writes there counts after
 * it has added its length to buf->n. */
char *buf_reserve(struct buf *buf, size_t n);
/* What was built so far; NUL-terminated behind its end; valid as long as the arena and until the next buf_ call. */
struct str buf_str(const struct buf *buf);

/* Percent-decoded copy; `plus` turns '+' into a space (forms). A broken escape or a NUL gives ERR_INVALID. */
int percent_decode(struct arena *arena, struct str text, bool plus, struct str *ret_text);

#endif
