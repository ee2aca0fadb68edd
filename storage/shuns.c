/*
 * Blocks, mutes and domains asked together. Any thread.
 */
#include "storage/shuns.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
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
