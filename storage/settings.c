/*
 * Settings kept in the store: text under a name, without a meaning here.
 */
#include "storage/settings.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"

int settings_get(struct arena *arena, struct view *view, struct str name, struct str *ret_value)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_SETTING, key_text(&key, name), &value);

	if (r == OK)
		*ret_value = arena_str(arena, value);
	return r;
}

int settings_put(struct txn *txn, struct str name, struct str value)
{
	struct key key;

	if (name.n == 0 || name.n > ENGINE_KEY_MAX)
		return ERR_INVALID;
	txn_emit(txn, EVENT_CONFIG, 0, 0);
	return txn_put(txn, SPACE_SETTING, key_text(&key, name), value);
}

int settings_delete(struct txn *txn, struct str name)
{
	struct key key;

	if (name.n == 0 || name.n > ENGINE_KEY_MAX)
		return ERR_INVALID;
	txn_emit(txn, EVENT_CONFIG, 0, 0);
	return txn_del(txn, SPACE_SETTING, key_text(&key, name));
}
