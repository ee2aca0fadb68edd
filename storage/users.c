/*
 * Who may sign in here. Records and the index of e-mail addresses; passwords are hashed and checked
 * elsewhere.
 */
#include "storage/users.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"
#include "storage/second_factors.h"

int users_get(struct arena *arena, struct view *view, uint64_t account_id, struct user *ret_user)
{
	struct key key;

	return record_get(arena, view, SPACE_USER, key_u64(&key, account_id), &user_type, ret_user);
}

int users_by_email(struct arena *arena, struct view *view, struct str email, struct user *ret_user)
{
	struct key key;
	uint64_t id;
	int r;

	if (email.n == 0)
		return ERR_NOT_FOUND;
	r = record_id(view, SPACE_USER_EMAIL, key_hash(&key, str_lower(arena, email)), &id);
	if (r != OK)
		return r;
	r = users_get(arena, view, id, ret_user);
	if (r != OK)
		return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
	return str_eq_nocase(ret_user->email, email) ? OK : ERR_NOT_FOUND;
}

int users_put(struct txn *txn, const struct user *user)
{
	struct arena *scratch = arena_new();
	struct user holder;
	struct key key;
	int r = users_by_email(scratch, txn_view(txn), user->email, &holder);

	if (r == OK && holder.account_id != user->account_id)
		r = ERR_EXISTS;
	else if (r == OK || r == ERR_NOT_FOUND)
		r = record_put_indexed(txn, SPACE_USER, key_u64(&key, user->account_id), &user_type, user);
	arena_free(scratch);
	return r;
}

int users_delete(struct txn *txn, uint64_t account_id)
{
	struct key key;
	int r = record_del_indexed(txn, SPACE_USER, key_u64(&key, account_id), &user_type);

	return r == OK ? second_factors_delete(txn, account_id) : r;
}

int users_each(struct arena *arena, struct view *view, uint64_t after, size_t max, struct user **ret_users,
               size_t *ret_count)
{
	struct engine_item *items = ARENA_ARRAY(arena, struct engine_item, max);
	struct engine_range range = { 0 };
	struct key from;
	int r;

	range.from = key_u64(&from, after + 1);
	*ret_users = ARENA_ARRAY(arena, struct user, max);
	r = view_scan(view, SPACE_USER, &range, items, max, ret_count);
	for (size_t i = 0; r == OK && i < *ret_count; i++)
		r = codec_decode(arena, &user_type, items[i].value, &(*ret_users)[i]);
	return r;
}

int users_count(struct view *view, uint64_t *ret_count)
{
	return view_count(view, SPACE_USER, ret_count);
}

int users_others_hold(struct view *view, uint64_t account_id, uint8_t roles, bool *ret_held)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct user user;
	int r = OK;

	*ret_held = false;
	prefix_walk_init(&walk, view, SPACE_USER, STR_NONE, false);
	while (!*ret_held && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &user_type, item.value, &user);
		if (r != OK)
			break;
		*ret_held = user.account_id != account_id && !user.disabled && (user.roles & roles) == roles;
	}
	arena_free(arena);
	return r == ERR_NOT_FOUND ? OK : r;
}

int users_migrate_roles(struct txn *txn)
{
	enum { FORMER_ADMIN = 2 };
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct user user;
	int r;

	prefix_walk_init(&walk, txn_view(txn), SPACE_USER, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &user_type, item.value, &user);
		if (r == OK && user.roles == FORMER_ADMIN) {
			user.roles = ROLE_ADMIN | ROLE_MODERATOR | ROLE_PEOPLE_MANAGER;
			r = users_put(txn, &user);
		}
		if (r != OK)
			break;
	}
	arena_free(arena);
	return r == ERR_NOT_FOUND ? OK : r;
}

int users_waiting(struct view *view, size_t max, size_t *ret_count)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct user user;
	int r = OK;

	*ret_count = 0;
	prefix_walk_init(&walk, view, SPACE_USER, STR_NONE, true);
	for (size_t i = 0; i < max && (r = prefix_next(&walk, &item)) == OK; i++) {
		arena_reset(arena);
		r = codec_decode(arena, &user_type, item.value, &user);
		if (r != OK)
			break;
		*ret_count += (user.holds & HOLD_PENDING) != 0;
	}
	arena_free(arena);
	return r == ERR_NOT_FOUND ? OK : r;
}
