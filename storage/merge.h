/*
 * Many walks as one: a heap of page walks gives the ids of all of them in one order.
 *
 * The first items of every walk are read by a seek each, more only of those that win; so a page costs one
 * short scan per walk and little else.
 */
#ifndef STORAGE_MERGE_H
#define STORAGE_MERGE_H

#include "storage/page.h"

struct merge_head {
	uint64_t rank;   /* the higher is next */
	uint32_t walk;
};

struct merge {
	struct page_walk *walks;
	size_t count;
	bool upward;
	bool moved;      /* the walk on top of the heap was stepped since it was put there */
	struct merge_head *heap;
	size_t heap_count;
};

/* Takes `count` walks, all made for the same page; they stay the caller's memory and must not move. */
int merge_init(struct merge *merge, struct arena *arena, struct page_walk *walks, size_t count);
/* The next item and the number of its walk; ERR_NOT_FOUND at the end. An id that several walks hold comes
 * once for each. */
int merge_next(struct merge *merge, struct page_item *ret_item, size_t *ret_walk);
/* Is there anything left? */
int merge_more(struct merge *merge, bool *ret_more);

#endif
