/*
 * Links to the company's directory. Records and the index of ids.
 */
#include "storage/directory_links.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

int directory_links_get(struct arena *arena, struct view *view, uint64_t account_id, struct directory_link *ret_link)
{
	struct key key;

	return record_get(arena, view, SPACE_DIRECTORY_LINK, key_u64(&key, account_id), &directory_link_type, ret_link);
}

int directory_links_by_id(struct arena *arena, struct view *view, struct str id, struct directory_link *ret_link)
{
	struct key key;
	uint64_t account_id;
	int r = id.n ? record_id(view, SPACE_DIRECTORY_LINK_ID, key_hash(&key, id), &account_id) : ERR_NOT_FOUND;

	if (r == OK)
		r = directory_links_get(arena, view, account_id, ret_link);
	return r == OK && !str_eq(ret_link->id, id) ? ERR_NOT_FOUND : r;
}

bool directory_links_has(struct view *view, uint64_t account_id)
{
	struct key key;
	struct str value;

	return view_get(view, SPACE_DIRECTORY_LINK, key_u64(&key, account_id), &value) == OK;
}

int directory_links_put(struct txn *txn, const struct directory_link *link)
{
	struct arena *scratch = arena_new();
	struct directory_link holder;
	struct key key;
	int r = directory_links_by_id(scratch, txn_view(txn), link->id, &holder);

	if (r == OK && holder.account_id != link->account_id)
		r = ERR_EXISTS;
	else if (r == OK || r == ERR_NOT_FOUND)
		r = record_put_indexed(txn, SPACE_DIRECTORY_LINK, key_u64(&key, link->account_id), &directory_link_type, link);
	arena_free(scratch);
	return r;
}

int directory_links_delete(struct txn *txn, uint64_t account_id)
{
	struct key key;
	int r = record_del_indexed(txn, SPACE_DIRECTORY_LINK, key_u64(&key, account_id), &directory_link_type);

	return r == ERR_NOT_FOUND ? OK : r;
}

int directory_links_each(struct arena *arena, struct view *view, uint64_t after, size_t max,
                         struct directory_link **ret_links, size_t *ret_count)
{
	struct engine_item *items = ARENA_ARRAY(arena, struct engine_item, max);
	struct engine_range range = { 0 };
	struct key from;
	int r;

	range.from = key_u64(&from, after + 1);
	*ret_links = ARENA_ARRAY(arena, struct directory_link, max);
	r = view_scan(view, SPACE_DIRECTORY_LINK, &range, items, max, ret_count);
	for (size_t i = 0; r == OK && i < *ret_count; i++)
		r = codec_decode(arena, &directory_link_type, items[i].value, &(*ret_links)[i]);
	return r;
}

int directory_links_count(struct view *view, uint64_t *ret_count)
{
	return view_count(view, SPACE_DIRECTORY_LINK, ret_count);
}

int directory_run_get(struct arena *arena, struct view *view, struct directory_run *ret_run)
{
	struct key key;
	int r = record_get(arena, view, SPACE_DIRECTORY_RUN, key_u64(&key, 0), &directory_run_type, ret_run);

	if (r == ERR_NOT_FOUND)
		*ret_run = (struct directory_run){ 0 };
	return r == ERR_NOT_FOUND ? OK : r;
}

int directory_run_put(struct txn *txn, const struct directory_run *run)
{
	struct key key;

	return record_put(txn, SPACE_DIRECTORY_RUN, key_u64(&key, 0), &directory_run_type, run);
}
