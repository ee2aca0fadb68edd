/*
 * Foreign HTML to the small subset that our pages and our clients show.
 *
 * Kept: p br a span strong b em i u s del code pre blockquote ul ol li h1-h6. Links go to http and https only;
 * nothing of the source's markup is copied, all tags are written from constants. Content of scripts, styles, frames,
 * foreign namespaces and the like is dropped; other tags are unwrapped, blocks among them leaving a line break.
 * The result reads the same when it is parsed and sanitised again. Any thread with at least 1 MiB of stack.
 */
#ifndef FEDERATION_SANITIZE_H
#define FEDERATION_SANITIZE_H

#include "storage/base/str.h"

struct arena;

/* Beyond these a document is not parsed (the parser's time grows with their square) but shown as escaped text; so is one
 * whose result would be beyond them. */
enum {
	SANITIZE_BYTES_MAX = 64 * 1024,
	SANITIZE_TAGS_MAX = 4000,
	SANITIZE_ATTRIBUTES_MAX = 500,
	SANITIZE_DEPTH_MAX = 256,           /* nesting in the parsed tree */
};

/* Safe HTML, in arena memory. Never fails: what is too much is shown as text. At most SANITIZE_BYTES_MAX bytes. */
struct str sanitize_html(struct arena *arena, struct str html);

/* The text of it without markup, for search and previews: white space collapsed, paragraphs apart by an empty line,
 * no entities. It is not escaped. */
struct str sanitize_plain_text(struct arena *arena, struct str html);

#endif
