/*
 * Blocks, mutes and domains asked together. Any thread.
 */
#include "storage/shuns.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/keys.h"
#include "storage/named.h"
#include "storage/ties.h"

bool shuns_domain(struct view *view, uint64_t account_id, uint64_t other_id)
{
	struct account other;
	struct arena *arena;
	bool found;

	/* most people have no such list, and then no record is read */
	if (account_id == other_id || !named_any(view, account_id, NAMED_DOMAIN_BLOCK))
		return false;
	arena = arena_new();
	found = accounts_get(arena, view, other_id, &other) == OK && other.host.n &&
	        named_has(view, account_id, NAMED_DOMAIN_BLOCK, str_lower(arena, other.host));
	arena_free(arena);
	return found;
}

bool shuns(struct view *view, uint64_t account_id, uint64_t other_id)
{
	return blocks_has(view, account_id, other_id) || ties_mute(view, account_id, other_id) ||
	       shuns_domain(view, account_id, other_id);
}

bool shuns_notices(struct view *view, uint64_t account_id, uint64_t other_id)
{
	return blocks_has(view, account_id, other_id) || ties_mute_notices(view, account_id, other_id) ||
	       shuns_domain(view, account_id, other_id);
}

static bool has_any(struct view *view, unsigned space, uint64_t account_id)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, view, space, key_u64(&key, account_id), false);
	return prefix_next(&walk, &item) == OK;
}

bool shuns_anybody(struct view *view, uint64_t account_id)
{
	return has_any(view, SPACE_BLOCK, account_id) || has_any(view, SPACE_TIE, account_id) ||
	       named_any(view, account_id, NAMED_DOMAIN_BLOCK);
}
