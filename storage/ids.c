/*
 * Pages of ids. Any thread.
 */
#include "storage/ids.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"

enum { BATCH = 64, SECOND = 8 };

static void add_id(struct arena *arena, struct id_list *list, size_t *room, uint64_t id)
{
	if (list->count == *room) {
		list->ids = arena_grow(arena, list->ids, *room * sizeof(*list->ids),
		                       (*room + BATCH) * sizeof(*list->ids));
		*room += BATCH;
	}
	list->ids[list->count++] = id;
}

int ids_page(struct arena *arena, struct view *view, unsigned space, uint64_t prefix, uint64_t after,
             size_t max, bool (*takes)(const struct engine_item *item), struct id_list *ret_ids)
{
	struct engine_item items[BATCH];
	struct id_list list = { NULL, 0 };
	size_t n = BATCH, room = 0;

	while (list.count < max && n == BATCH) {
		struct key from, to;
		struct engine_range range = key_range_u64(&from, &to, prefix, after, 0, false);
		int r = view_scan(view, space, &range, items, BATCH, &n);

		if (r != OK)
			return r;
		for (size_t i = 0; i < n && list.count < max; i++) {
			after = key_read_u64(items[i].key, SECOND);
			if (!takes || takes(&items[i]))
				add_id(arena, &list, &room, after);
		}
	}
	*ret_ids = list;
	return OK;
}

bool ids_have(const struct id_list *list, uint64_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->ids[i] == id)
			return true;
	return false;
}
