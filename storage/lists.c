/*
 * Lists, their members, and which lists of whom hold an account. Reads: any thread; puts: the writer.
 */
#include "storage/lists.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/graph.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { LIST_ID = 8, MEMBER = 8, HOLDING_ID = 16 };

int lists_get(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t id, struct list *ret_list)
{
	struct key key;

	return record_get(arena, view, SPACE_LIST, key_u64_u64(&key, owner_id, id), &list_type, ret_list);
}

static int count_of(struct txn *txn, unsigned space, uint64_t prefix, size_t max, size_t *ret_count)
{
	struct arena *scratch = arena_new();
	struct id_list ids = { NULL, 0 };
	int r = ids_page(scratch, txn_view(txn), space, prefix, 0, max, NULL, &ids);

	*ret_count = ids.count;
	arena_free(scratch);
	return r;
}

int lists_put(struct txn *txn, struct list *list)
{
	struct key key;
	size_t count;
	int r;

	if (list->id == 0) {
		r = count_of(txn, SPACE_LIST, list->account_id, LISTS_MAX, &count);
		if (r != OK || count == LISTS_MAX)
			return r != OK ? r : ERR_LIMIT;
		list->id = txn_new_id(txn);
	}
	return record_put(txn, SPACE_LIST, key_u64_u64(&key, list->account_id, list->id), &list_type, list);
}

int lists_delete(struct txn *txn, uint64_t owner_id, uint64_t id)
{
	struct list list = { .account_id = owner_id, .id = id };
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	if (!view_has(txn_view(txn), SPACE_LIST, key_u64_u64(&key, owner_id, id)))
		return ERR_NOT_FOUND;
	prefix_walk_init(&walk, txn_view(txn), SPACE_LIST_MEMBER, key_u64(&key, id), false);
	while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK)
		lists_remove(txn, &list, key_read_u64(item.key, MEMBER));
	return txn_del(txn, SPACE_LIST, key_u64_u64(&key, owner_id, id));
}

int lists_of(struct arena *arena, struct view *view, uint64_t owner_id, struct list **ret_lists, size_t *ret_count)
{
	struct list *lists = ARENA_ARRAY(arena, struct list, LISTS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_LIST, key_u64(&key, owner_id), false);
	while (n < LISTS_MAX && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &list_type, item.value, &lists[n++]);
		if (r != OK)
			return r;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_lists = lists;
	*ret_count = n;
	return OK;
}

bool lists_have(struct view *view, uint64_t id, uint64_t account_id)
{
	struct key key;

	return view_has(view, SPACE_LIST_MEMBER, key_u64_u64(&key, id, account_id));
}

int lists_add(struct txn *txn, const struct list *list, uint64_t account_id)
{
	struct view *view = txn_view(txn);
	struct key key;
	struct str at, value;
	uint8_t bytes[8];
	size_t count;
	int r;

	if (lists_have(view, list->id, account_id))
		return OK;
	if (account_id != list->account_id && !graph_follows(view, list->account_id, account_id) &&
	    !graph_requested(view, list->account_id, account_id))
		return ERR_DENIED;
	r = count_of(txn, SPACE_LIST_MEMBER, list->id, LIST_MEMBERS_MAX, &count);
	if (r != OK || count == LIST_MEMBERS_MAX)
		return r != OK ? r : ERR_LIMIT;
	at = key_u64_u64(&key, list->id, account_id);
	value = value_u64(bytes, list->account_id);
	txn_put(txn, SPACE_LIST_MEMBER, at, value);
	return index_put(txn, SPACE_LIST_MEMBER, at, &value);
}

int lists_remove(struct txn *txn, const struct list *list, uint64_t account_id)
{
	struct key key;
	struct str at = key_u64_u64(&key, list->id, account_id), value;
	uint8_t bytes[8];

	if (!lists_have(txn_view(txn), list->id, account_id))
		return OK;
	value = value_u64(bytes, list->account_id);
	index_del(txn, SPACE_LIST_MEMBER, at, &value);
	return txn_del(txn, SPACE_LIST_MEMBER, at);
}

int lists_members(struct arena *arena, struct view *view, uint64_t id, uint64_t after, size_t max,
                  struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_LIST_MEMBER, id, after, max, NULL, ret_ids);
}

int lists_holding(struct arena *arena, struct view *view, uint64_t owner_id, uint64_t account_id,
                  struct id_list *ret_ids)
{
	struct id_list ids = { ARENA_ARRAY(arena, uint64_t, LISTS_MAX), 0 };
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_LISTED, key_u64_u64(&key, account_id, owner_id), false);
	while (ids.count < LISTS_MAX && (r = prefix_next(&walk, &item)) == OK)
		ids.ids[ids.count++] = key_read_u64(item.key, HOLDING_ID);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_ids = ids;
	return OK;
}

bool lists_exclude(struct view *view, uint64_t owner_id, uint64_t account_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct list list;
	struct key key;

	prefix_walk_init(&walk, view, SPACE_LISTED, key_u64_u64(&key, account_id, owner_id), false);
	while (prefix_next(&walk, &item) == OK)
		if (record_get(NULL, view, SPACE_LIST, key_u64_u64(&key, owner_id, key_read_u64(item.key, HOLDING_ID)),
		               &list_brief_type, &list) == OK && list.exclusive)
			return true;
	return false;
}

bool lists_any_exclusive(struct view *view, uint64_t owner_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct list list;
	struct key key;

	prefix_walk_init(&walk, view, SPACE_LIST, key_u64(&key, owner_id), false);
	while (prefix_next(&walk, &item) == OK)
		if (codec_decode(NULL, &list_brief_type, item.value, &list) == OK && list.exclusive)
			return true;
	return false;
}

int lists_forget(struct txn *txn, uint64_t owner_id, uint64_t account_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, txn_view(txn), SPACE_LISTED, key_u64_u64(&key, account_id, owner_id), false);
	while (txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		struct list list = { .account_id = owner_id, .id = key_read_u64(item.key, HOLDING_ID) };

		lists_remove(txn, &list, account_id);
	}
	return txn_err(txn);
}

int lists_purge(struct txn *txn, uint64_t owner_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	(void)max;
	prefix_walk_init(&walk, txn_view(txn), SPACE_LIST, key_u64(&key, owner_id), false);
	*ret_more = prefix_next(&walk, &item) == OK;
	return *ret_more ? lists_delete(txn, owner_id, key_read_u64(item.key, LIST_ID)) : txn_err(txn);
}
