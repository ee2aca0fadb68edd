/*
 * Lists of names: one space for all kinds, since they are alike and short. Reads: any thread; puts: the writer.
 */
#include "storage/named.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { NAME = 9, ROOM = 32 };

bool named_has(struct view *view, uint64_t account_id, uint8_t kind, struct str name)
{
	struct key key;

	return view_has(view, SPACE_NAMED, key_named(&key, account_id, kind, name));
}

bool named_any(struct view *view, uint64_t account_id, uint8_t kind)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, view, SPACE_NAMED, key_named(&key, account_id, kind, STR_NONE), false);
	return prefix_next(&walk, &item) == OK;
}

static size_t count_of(struct view *view, uint64_t account_id, uint8_t kind, size_t max)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, view, SPACE_NAMED, key_named(&key, account_id, kind, STR_NONE), false);
	while (n < max && prefix_next(&walk, &item) == OK)
		n++;
	return n;
}

int named_add(struct txn *txn, uint64_t account_id, uint8_t kind, struct str name, size_t max)
{
	struct view *view = txn_view(txn);
	struct key key;

	if (name.n == 0 || name.n > NAMED_BYTES_MAX)
		return ERR_INVALID;
	if (named_has(view, account_id, kind, name))
		return OK;
	if (count_of(view, account_id, kind, max) == max)
		return ERR_LIMIT;
	return record_put_id(txn, SPACE_NAMED, key_named(&key, account_id, kind, name), txn_new_id(txn));
}

int named_remove(struct txn *txn, uint64_t account_id, uint8_t kind, struct str name)
{
	struct key key;

	if (!named_has(txn_view(txn), account_id, kind, name))
		return OK;
	return txn_del(txn, SPACE_NAMED, key_named(&key, account_id, kind, name));
}

static int newest_first(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	return (left->id < right->id) - (left->id > right->id);
}

int named_of(struct arena *arena, struct view *view, uint64_t account_id, uint8_t kind, struct named **ret_list,
             size_t *ret_count)
{
	struct named *list = NULL;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0, room = 0;
	int r;

	prefix_walk_init(&walk, view, SPACE_NAMED, key_named(&key, account_id, kind, STR_NONE), false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		if (n == room) {
			list = arena_grow(arena, list, room * sizeof(*list), (room + ROOM) * sizeof(*list));
			room += ROOM;
		}
		list[n++] = (struct named){ key_read_u64(item.value, 0),
		                            arena_str(arena, str_sub(item.key, NAME, SIZE_MAX)) };
	}
	if (r != ERR_NOT_FOUND)
		return r;
	if (n)
		qsort(list, n, sizeof(*list), newest_first);
	*ret_list = list;
	*ret_count = n;
	return OK;
}

void named_cut(const struct page *page, struct named **list, size_t *count, bool *ret_more)
{
	uint64_t above = page->min_id > page->since_id ? page->min_id : page->since_id;
	size_t from = 0, to = *count;

	while (page->max_id && from < to && (*list)[from].id >= page->max_id)
		from++;
	while (above && to > from && (*list)[to - 1].id <= above)
		to--;
	*ret_more = to - from > page->limit;
	if (*ret_more && page_upward(page))
		from = to - page->limit;
	else if (*ret_more)
		to = from + page->limit;
	*list += from;
	*count = to - from;
}

int named_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct key key;

	return record_del_some(txn, SPACE_NAMED, key_u64(&key, account_id), max, ret_more);
}
