/*
 * Rules of the kind that veils, asked for accounts.
 */
#include "storage/veil.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/rules.h"

bool veil_any(struct view *view)
{
	return rules_any(view) && rules_any_of(view, RULE_SENSITIVE_ACCOUNT);
}

bool veil_covers(struct arena *arena, struct view *view, const struct account *account)
{
	if (!veil_any(view))
		return false;
	return rules_has(view, RULE_SENSITIVE_ACCOUNT, account->uri) ||
	       (account->host.n &&
	        rules_has(view, RULE_SENSITIVE_ACCOUNT, str_lower(arena, accounts_acct(arena, account))));
}
