/*
 * Rules of the silencing kinds, asked for accounts. Any thread.
 */
#include "storage/silence.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/posts.h"
#include "storage/rules.h"

static bool any(struct view *view)
{
	return rules_any(view) && (rules_any_of(view, RULE_SILENCE_DOMAIN) || rules_any_of(view, RULE_SILENCE_ACCOUNT));
}

/* HOST[:PORT] of an address that was parsed when it was stored. */
static struct str host_of(struct str uri)
{
	size_t at = str_find(uri, STR("://"));
	struct str rest = at == SIZE_MAX ? STR_NONE : str_sub(uri, at + 3, SIZE_MAX);

	return rest.n ? str_cut(&rest, '/') : STR_NONE;
}

bool silence_covers(struct arena *arena, struct view *view, const struct account *account)
{
	if (!any(view))
		return false;
	if (!account->host.n)
		return rules_has(view, RULE_SILENCE_ACCOUNT, account->uri);
	return rules_cover_host(view, RULE_SILENCE_DOMAIN, str_lower(arena, account->host)) ||
	       rules_cover_host(view, RULE_SILENCE_DOMAIN, str_lower(arena, host_of(account->uri))) ||
	       rules_has(view, RULE_SILENCE_ACCOUNT, account->uri) ||
	       rules_has(view, RULE_SILENCE_ACCOUNT, str_lower(arena, accounts_acct(arena, account)));
}

bool silence_covers_id(struct arena *arena, struct view *view, uint64_t account_id)
{
	struct account account;

	return any(view) && accounts_get(arena, view, account_id, &account) == OK && silence_covers(arena, view, &account);
}

bool silence_hides(struct view *view, uint64_t account_id, uint64_t viewer_id)
{
	struct account account;
	struct arena *arena;
	bool hides;

	if (account_id == viewer_id || !any(view))
		return false;
	arena = arena_new();
	hides = accounts_get(arena, view, account_id, &account) == OK && silence_covers(arena, view, &account) &&
	        !graph_follows(view, viewer_id, account_id);
	arena_free(arena);
	return hides;
}

bool silence_hides_post(struct view *view, const struct post *post, uint64_t viewer_id)
{
	struct post boosted;

	if (!any(view))
		return false;
	if (silence_hides(view, post->account_id, viewer_id))
		return true;
	return post->reblog_of_id && posts_brief(view, post->reblog_of_id, &boosted) == OK &&
	       silence_hides(view, boosted.account_id, viewer_id);
}
