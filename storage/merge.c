/*
 * A k-way merge over page walks by a binary heap. Any thread.
 */
#include "storage/merge.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"

static void sift_down(struct merge *merge, size_t at)
{
	struct merge_head moving = merge->heap[at];

	for (size_t child; (child = 2 * at + 1) < merge->heap_count; at = child) {
		if (child + 1 < merge->heap_count && merge->heap[child + 1].rank > merge->heap[child].rank)
			child++;
		if (moving.rank >= merge->heap[child].rank)
			break;
		merge->heap[at] = merge->heap[child];
	}
	merge->heap[at] = moving;
}

static uint64_t rank_of(const struct merge *merge, const struct page_item *item)
{
	return merge->upward ? UINT64_MAX - item->id : item->id;
}

int merge_init(struct merge *merge, struct arena *arena, struct page_walk *walks, size_t count)
{
	*merge = (struct merge){
		.walks = walks, .count = count, .upward = count && walks[0].upward,
		.heap = ARENA_ARRAY(arena, struct merge_head, count),
	};
	for (size_t i = 0; i < count; i++) {
		const struct page_item *item;
		int r = page_peek(&walks[i], &item);

		if (r != OK)
			return r;
		if (item)
			merge->heap[merge->heap_count++] =
				(struct merge_head){ rank_of(merge, item), (uint32_t)i };
	}
	for (size_t i = merge->heap_count / 2; i-- > 0;)
		sift_down(merge, i);
	return OK;
}

/* Puts the walk on top of the heap where it belongs since it moved on. Done as late as can be: behind the
 * last item of a page no further batch is read. */
static int settle_top(struct merge *merge)
{
	const struct page_item *item;
	int r;

	if (!merge->moved)
		return OK;
	r = page_peek(&merge->walks[merge->heap[0].walk], &item);
	if (r != OK)
		return r;
	if (item)
		merge->heap[0].rank = rank_of(merge, item);
	else
		merge->heap[0] = merge->heap[--merge->heap_count];
	if (merge->heap_count > 0)
		sift_down(merge, 0);
	merge->moved = false;
	return OK;
}

int merge_next(struct merge *merge, struct page_item *ret_item, size_t *ret_walk)
{
	const struct page_item *item;
	int r = settle_top(merge);

	if (r != OK)
		return r;
	if (merge->heap_count == 0)
		return ERR_NOT_FOUND;
	r = page_peek(&merge->walks[merge->heap[0].walk], &item);
	if (r != OK)
		return r;
	*ret_item = *item;
	*ret_walk = merge->heap[0].walk;
	page_step(&merge->walks[*ret_walk]);
	merge->moved = true;
	return OK;
}

int merge_more(struct merge *merge, bool *ret_more)
{
	int r = merge->heap_count > 1 ? OK : settle_top(merge);

	if (r == OK)
		*ret_more = merge->heap_count > 0;
	return r;
}
