/*
 * Posts as a person reads them in a browser: one article each, and the page of a post with its thread. Shows what
 * storage/access.h lets the person see, nothing else.
 */
#ifndef NODE_WEB_READING_H
#define NODE_WEB_READING_H

#include "node/web/pages.h"
#include "storage/access.h"

/* The beholder that a page's person is. */
struct beholder reading_beholder(const struct html_page *page);
/* An article. A boost shows what was boosted, below who did it, or nothing when the person may not see that. `main`: the
 * one its page is about. */
int reading_post(struct html_page *page, struct view *view, const struct post *post, bool main);
/* HTML that our own rooms rendered. Tags have no page here: they stand as words, not as links. */
void reading_words(struct html_page *page, struct str html);
/* The picture of an account, if it is ours to show; other nodes would learn who reads what. */
void reading_face(struct html_page *page, const struct account *account, const char *size);

/* GET /@:name/:id */
int post_page_show(struct call *call, struct view *view);

#endif
