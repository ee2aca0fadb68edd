/*
 * What is talked about on this node: tags and posts of the last seven days, counted when asked from what the node
 * holds. A count looks at a bounded number of posts, the newest first.
 */
#ifndef STORAGE_TRENDS_H
#define STORAGE_TRENDS_H

#include "storage/access.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct post_page;

enum { TREND_DAYS = 7 };

/* A tag day by day, today first: public posts that bear it, and by how many people. */
struct tag_use {
	uint64_t uses[TREND_DAYS], accounts[TREND_DAYS];
};
int trends_tag_use(struct view *view, struct str tag, int64_t now_ms, struct tag_use *ret_use);

/* Tags in posts that the beholder may meet: those of most people first, then of most posts. */
int trends_tags(struct arena *arena, struct view *view, struct beholder beholder, int64_t now_ms, size_t offset,
                size_t limit, struct str_list *ret_tags);
/* Public posts that the beholder may meet: the most favoured, boosted, answered and quoted first. */
int trends_posts(struct arena *arena, struct view *view, struct beholder beholder, int64_t now_ms, size_t offset,
                 size_t limit, struct post_page *ret_page);

/* How many of an account's public posts bear a tag, and when the last was. */
int trends_tag_of(struct view *view, uint64_t account_id, struct str tag, uint64_t *ret_count, int64_t *ret_last_ms);
/* The tags of an account's newest 200 posts, the most frequent first. */
int trends_tags_of(struct arena *arena, struct view *view, uint64_t account_id, size_t limit,
                   struct str_list *ret_tags);

#endif
