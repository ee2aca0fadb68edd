/*
 * Favourites, and what an activity made. Whether one may favour is not asked here. Reads: any thread; puts: the
 * writer.
 */
#include "storage/reactions.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/index.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/record.h"

static struct str favourite_key(struct key *key, uint64_t post_id, uint64_t account_id)
{
	return key_u64_u64(key, post_id, account_id);
}

int favourites_get(struct arena *arena, struct view *view, uint64_t post_id, uint64_t account_id,
                   struct favourite *ret_favourite)
{
	struct key key;

	return record_get(arena, view, SPACE_FAVOURITE, favourite_key(&key, post_id, account_id),
	                  &favourite_type, ret_favourite);
}

bool favourites_has(struct view *view, uint64_t post_id, uint64_t account_id)
{
	struct key key;

	return view_has(view, SPACE_FAVOURITE, favourite_key(&key, post_id, account_id));
}

int favourites_add(struct txn *txn, struct favourite *favourite)
{
	struct view *view = txn_view(txn);
	struct key key;
	struct str at;

	if (!view_has(view, SPACE_POST, key_u64(&key, favourite->post_id)))
		return ERR_NOT_FOUND;
	if (favourites_has(view, favourite->post_id, favourite->account_id) ||
	    made_by_other(view, favourite->uri, MADE_FAVOURITE, favourite->account_id, favourite->post_id))
		return ERR_EXISTS;
	if (favourite->id == 0)
		favourite->id = txn_new_id(txn);
	at = favourite_key(&key, favourite->post_id, favourite->account_id);
	record_put(txn, SPACE_FAVOURITE, at, &favourite_type, favourite);
	index_put(txn, SPACE_FAVOURITE, at, favourite);
	return posts_stats_add(txn, favourite->post_id, 0, 0, 1);
}

int favourites_remove(struct txn *txn, uint64_t post_id, uint64_t account_id)
{
	struct key key;
	int r = record_del_indexed(txn, SPACE_FAVOURITE, favourite_key(&key, post_id, account_id), &favourite_type);

	return r == OK ? posts_stats_add(txn, post_id, 0, 0, -1) : r;
}

int favourites_of(struct arena *arena, struct view *view, uint64_t account_id, size_t max,
                  struct id_list *ret_post_ids)
{
	struct id_list posts = { ARENA_ARRAY(arena, uint64_t, max), 0 };
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_FAVOURITE_BY, key_u64(&key, account_id), false);
	while (posts.count < max && (r = prefix_next(&walk, &item)) == OK)
		posts.ids[posts.count++] = key_read_u64(item.value, 0);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_post_ids = posts;
	return OK;
}

int favourites_accounts(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                        struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_FAVOURITE, post_id, after, max, NULL, ret_ids);
}

struct str made_value(struct made_value *value, uint8_t kind, uint64_t a, uint64_t b)
{
	value->bytes[0] = kind;
	value_u64(value->bytes + 1, a);
	value_u64(value->bytes + 9, b);
	return (struct str){ (const char *)value->bytes, sizeof(value->bytes) };
}

int made_put(struct txn *txn, struct str uri, uint8_t kind, uint64_t a, uint64_t b)
{
	struct key key;
	struct made_value value;

	return txn_put(txn, SPACE_ACTIVITY_OF, key_hash(&key, uri), made_value(&value, kind, a, b));
}

int made_get(struct view *view, struct str uri, uint8_t *ret_kind, uint64_t *ret_a, uint64_t *ret_b)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_ACTIVITY_OF, key_hash(&key, uri), &value);

	if (r != OK)
		return r;
	if (value.n != sizeof(struct made_value))
		return ERR_CORRUPT;
	*ret_kind = (uint8_t)value.p[0];
	*ret_a = key_read_u64(value, 1);
	*ret_b = key_read_u64(value, 9);
	return OK;
}

int made_delete(struct txn *txn, struct str uri)
{
	struct key key;

	return txn_del(txn, SPACE_ACTIVITY_OF, key_hash(&key, uri));
}

bool made_by_other(struct view *view, struct str uri, uint8_t kind, uint64_t a, uint64_t b)
{
	uint8_t made_kind;
	uint64_t made_a, made_b;

	if (uri.n == 0 || made_get(view, uri, &made_kind, &made_a, &made_b) != OK)
		return false;
	return made_kind != kind || made_a != a || made_b != b;
}
