/*
 * Pages of an index in id order: which part of it, and the walk over it in batches.
 */
#ifndef STORAGE_PAGE_H
#define STORAGE_PAGE_H

#include "storage/engine/store.h"

struct arena;

/* max_id: older than; since_id: newer than, newest first; min_id: the ones just newer than (then still returned
 * newest first). 0: open. */
struct page {
	uint64_t max_id, since_id, min_id;
	size_t limit;
};

enum { PAGE_LIMIT_MAX = 200, PAGE_PREFIX_MAX = 16 };

struct page_item {
	uint64_t id;
	struct str value;  /* the engine's, as long as the view reads on */
};

/* Walks the keys (prefix, id) of a space: newest first, or oldest first for min_id. The view must not be
 * written in the meantime. A plain value; many of them make a merge. */
struct page_walk {
	struct arena *arena;
	struct view *view;
	uint64_t after, before;   /* what was not read yet, both exclusive; 0: open */
	struct page_item *items;  /* the batch that was read */
	uint16_t count, at, room;
	uint8_t space, prefix_bytes;
	bool upward, ended;
	uint8_t prefix[PAGE_PREFIX_MAX];
};

/* `first`: how many items the first batch reads (later ones grow): few for one of many walks, a page for the
 * only one. `prefix` is copied. */
void page_walk_init(struct page_walk *walk, struct arena *arena, struct view *view, unsigned space,
                    struct str prefix, const struct page *page, size_t first);
/* Where the walk stands; *ret_item is NULL at the end. */
int page_peek(struct page_walk *walk, const struct page_item **ret_item);
/* Moves on; only after page_peek() gave an item. */
void page_step(struct page_walk *walk);
/* Nothing more of it is wanted: the next page_peek() is at the end. */
void page_end(struct page_walk *walk);

/* A page of records, each made of an item of the walk. */
struct page_records {
	struct arena *arena;
	struct view *view;
	unsigned space;
	struct str prefix;
	const struct page *page;
	size_t size;              /* of a record */
	/* Fills the record of an item. ERR_NOT_FOUND: it is none of the page; any other error ends it. */
	int (*fill)(const struct page_records *records, const struct page_item *item, void *ret_record);
	uint64_t account_id;      /* whose; for `fill`, as is what `wanted` points to */
	const void *wanted;
};
/* The records, newest first, in the arena. */
int page_fill(const struct page_records *records, void **ret_list, size_t *ret_count);

/* How many a page may hold, and whether it is filled from below. */
size_t page_limit(const struct page *page);
bool page_upward(const struct page *page);
/* Turns `count` things of `size` bytes round: a page filled from below is shown newest first. */
void page_reverse(void *things, size_t count, size_t size);

#endif
