/*
 * Timelines, merged at read time: home is a k-way merge over the authors one follows, the others are one range.
 *
 * Every page is newest first. Ids are those of posts (of the boost where one is shown). The caller renders.
 */
#ifndef STORAGE_TIMELINES_H
#define STORAGE_TIMELINES_H

#include "storage/access.h"
#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

struct post_page {
	struct post *posts;
	size_t count;
	bool more;        /* there may be older ones (or newer ones, for min_id) */
};

enum { TIMELINE_TAGS_MAX = 200 };  /* tags that somebody follows: each is one more walk of his home */

/* Own posts, public ones with a tag that one follows, and those of accounts one follows: in the languages that the follow
 * names (none: all), replies only to oneself, to oneself's own thread or to somebody one follows, boosts unless the follow
 * hides them; each post at most once a page. */
int timeline_home(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                  struct post_page *ret_page);
/* The same of the members of a list that its owner follows (or is); replies as the list says. */
int timeline_list(struct arena *arena, struct view *view, const struct list *list, const struct page *page,
                  struct post_page *ret_page);
/* Public posts without boosts; only local ones, only remote ones, or both when both or neither is asked for. */
int timeline_public(struct arena *arena, struct view *view, struct beholder beholder, bool local, bool remote,
                    bool only_media, const struct page *page, struct post_page *ret_page);
struct tag_query {
	struct str tag;                      /* folded */
	struct str_list any, all, none;      /* folded; of `any` the first 15 */
	bool local, remote, only_media;
};
int timeline_tag(struct arena *arena, struct view *view, struct beholder beholder, const struct tag_query *query,
                 const struct page *page, struct post_page *ret_page);
/* Public posts that link to an address in its normal form (storage/links.h). */
int timeline_link(struct arena *arena, struct view *view, struct beholder beholder, struct str address,
                  const struct page *page, struct post_page *ret_page);
struct account_query {
	uint64_t account_id;
	bool exclude_replies, exclude_reblogs, only_media;
	struct str tagged;                   /* folded; empty: all */
};
int timeline_account(struct arena *arena, struct view *view, struct beholder beholder,
                     const struct account_query *query, const struct page *page, struct post_page *ret_page);
/* The predicate of home: would `post` stand in the home timeline of `account_id`? (also for streams) */
bool timeline_admits(struct view *view, uint64_t account_id, const struct post *post);
/* The same of a list. */
bool timeline_list_admits(struct view *view, const struct list *list, const struct post *post);
/* The predicates of timeline_public() and timeline_tag(), for one post. */
bool timeline_public_admits(struct view *view, struct beholder beholder, bool local, bool remote, bool only_media,
                            const struct post *post);
bool timeline_tag_admits(struct view *view, struct beholder beholder, const struct tag_query *query,
                         const struct post *post);
/* Tags that begin with the folded `prefix`. */
int tags_search(struct arena *arena, struct view *view, struct str prefix, size_t offset, size_t limit,
                struct str_list *ret_tags);

#endif
