/*
 * What people type: addresses, mentions and hashtags in running text, and the HTML made of it.
 * Pure; any thread.
 */
#ifndef FEDERATION_TEXT_H
#define FEDERATION_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/str.h"

struct arena;

enum {
	TEXT_NAME_MAX = 128,    /* bytes of the name in a mention */
	TEXT_HASHTAG_MAX = 100, /* code points of a hashtag */
};

enum text_kind { TEXT_PLAIN, TEXT_URL, TEXT_MENTION, TEXT_HASHTAG };

struct text_span {
	enum text_kind kind;
	struct str text;  /* as written, with its @ or # */
	struct str name;  /* mention: the name; hashtag: without #; address: in full, as url_render() */
	struct str host;  /* mention: "host[:port]" as url_host_parse() gives it; STR_NONE: ours */
};

struct text_scanner {
	struct arena *arena;
	struct str text;
	size_t at;
	struct text_span ahead;  /* found, but plain text stands before it */
	bool has_ahead;
};

/* `text` is well-formed UTF-8 and stays the caller's; spans point into it or into `arena`. */
void text_scan_init(struct text_scanner *scanner, struct arena *arena, struct str text);
/*
 * The next span; all spans together are the text. false at its end. Spans never hold each other: what belongs to an
 * address is no mention and no hashtag, and "ana@a.example" is none either.
 *
 * Mention: @name or @name@host[:port]; the host may be a name, "localhost" or an IP address (IPv6 in brackets); what
 * looks like a host and is not one makes the whole plain text. Hashtag: letters, marks, digits and _ of all scripts,
 * at least one letter. Address: http or https, without the punctuation that follows it.
 */
bool text_scan(struct text_scanner *scanner, struct text_span *ret_span);

/* Code points of a text as clients count them: each address is `url_length` long, a mention as long as "@name". */
size_t text_length(struct arena *arena, struct str text, size_t url_length);

/* How hashtags are compared and stored: compatibility forms and case folded (NFKC_Casefold), without '#'. */
struct str text_fold_hashtag(struct arena *arena, struct str name);

struct text_links {
	struct str hashtag_base;  /* "https://node.example/tags/": the folded tag is appended */
	/* The page of who is mentioned; STR_NONE leaves the mention plain text. NULL: no mention is linked. */
	struct str (*mention_href)(void *context, const struct text_span *mention);
	void *context;
};

/* HTML of a plain text as the fediverse writes it: <p>, <br>, links, mentions in h-cards, hashtags. Empty for a text
 * of white space. The caller bounds the length of the text. */
struct str text_render_html(struct arena *arena, struct str text, const struct text_links *links);

#endif
