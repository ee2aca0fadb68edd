/*
 * The tree that a browser would build of HTML from elsewhere (Gumbo), within bounds, and a walk through it without recursion.
 * Whether an element is kept, and how it stands on its line, is said here; what is written of it is sanitize.c's. Pure; any
 * thread.
 */
#ifndef FEDERATION_HTML_TREE_H
#define FEDERATION_HTML_TREE_H

#include <gumbo.h>
#include <stdbool.h>

#include "federation/sanitize.h"
#include "storage/base/str.h"

struct arena;

/* What becomes of an element. */
enum html_treatment {
	HTML_INLINE = 1,      /* keep */
	HTML_BLOCK = 2,       /* keep; a line of its own */
	HTML_PHRASING = 4,    /* with HTML_BLOCK: holds no other block */
	HTML_LIST = 8,        /* with HTML_BLOCK: holds items */
	HTML_ITEM = 16,       /* with HTML_BLOCK: only directly in a list */
	HTML_LINK = 32,       /* with HTML_INLINE */
	HTML_BREAK = 64,      /* <br> */
	HTML_LINES = 128,     /* unwrap; content on lines of its own */
	HTML_CELL = 256,      /* unwrap; content set apart by a blank */
	HTML_DROP = 512,      /* with all it holds */
};

struct html_element {
	GumboTag tag;
	const char *name;  /* as written; NULL if it never is */
	unsigned treatment;
};

/* Tags that nobody lists are unwrapped without a trace. Never NULL. */
const struct html_element *html_element_of(const GumboNode *node);

/* Does it stay below SANITIZE_BYTES_MAX, SANITIZE_TAGS_MAX and SANITIZE_ATTRIBUTES_MAX? */
bool html_within_bounds(struct str html);
/* The tree of the fragment, in the memory of `arena`; NULL if the document is out of bounds. */
const GumboNode *html_parse(struct arena *arena, struct str html);

struct html_frame {
	const GumboNode *node;
	const struct html_element *element;
	unsigned next;  /* child to visit */
	bool written;   /* its start tag was */
};

struct html_walk {
	struct html_frame frames[SANITIZE_DEPTH_MAX];
	size_t depth;
	bool too_deep;
};

enum html_step { WALK_TEXT, WALK_ENTER, WALK_LEAVE, WALK_END };

struct html_walk *html_walk_new(struct arena *arena, const GumboNode *root);
/* Visits all in document order but dropped elements and comments. On ENTER the element is on top of the frames, on
 * LEAVE just above the top. */
enum html_step html_walk_next(struct html_walk *walk, const GumboNode **ret_node);

/* Of a text node, as well-formed UTF-8. */
struct str html_text_of(struct arena *arena, const GumboNode *node);
/* All text below `root`, as it stands. */
struct str html_text_below(struct arena *arena, const GumboNode *root);
/* Trimmed; STR_NONE when it is absent. */
struct str html_attribute(const GumboNode *node, const char *name);

#endif
