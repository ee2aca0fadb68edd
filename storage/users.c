/*
 * Who may sign in here. Records and the index of e-mail addresses; passwords are hashed and checked
 * elsewhere.
 */
#include "storage/users.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/directory_links.h"
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

	if (r == OK)
		r = directory_links_delete(txn, account_id);
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

/* Of a visit: no further ones. */
enum { VISITED_ENOUGH = 1 };

/* Each user until `visit` returns something else than OK, which is what comes of it. The record lives during its visit. */
static int visit_users(struct view *view, bool newest_first, int (*visit)(const struct user *user, void *arg), void *arg)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct user user;
	int r = OK, walked = OK;

	prefix_walk_init(&walk, view, SPACE_USER, STR_NONE, newest_first);
	while (r == OK && (walked = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &user_type, item.value, &user);
		if (r == OK)
			r = visit(&user, arg);
	}
	arena_free(arena);
	if (walked != OK && walked != ERR_NOT_FOUND)
		return walked;
	return r == VISITED_ENOUGH ? OK : r;
}

struct others {
	uint64_t but_id;
	uint8_t roles;
	bool held;
};

static int visit_other(const struct user *user, void *arg)
{
	struct others *others = arg;

	others->held = user->account_id != others->but_id && !user->disabled && (user->roles & others->roles) == others->roles;
	return others->held ? VISITED_ENOUGH : OK;
}

int users_others_hold(struct view *view, uint64_t account_id, uint8_t roles, bool *ret_held)
{
	struct others others = { account_id, roles, false };
	int r = visit_users(view, false, visit_other, &others);

	*ret_held = others.held;
	return r;
}

static int migrate_roles(const struct user *user, void *arg)
{
	enum { FORMER_ADMIN = 2 };
	struct user changed = *user;

	if (user->roles != FORMER_ADMIN)
		return OK;
	changed.roles = ROLE_ADMIN | ROLE_MODERATOR | ROLE_PEOPLE_MANAGER;
	return users_put(arg, &changed);
}

int users_migrate_roles(struct txn *txn)
{
	return visit_users(txn_view(txn), false, migrate_roles, txn);
}

struct waiting {
	size_t count, left;
};

static int visit_waiting(const struct user *user, void *arg)
{
	struct waiting *waiting = arg;

	waiting->count += (user->holds & HOLD_PENDING) != 0;
	return --waiting->left ? OK : VISITED_ENOUGH;
}

int users_waiting(struct view *view, size_t max, size_t *ret_count)
{
	struct waiting waiting = { 0, max };
	int r = max ? visit_users(view, true, visit_waiting, &waiting) : OK;

	*ret_count = waiting.count;
	return r;
}
