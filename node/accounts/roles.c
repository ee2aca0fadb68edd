/*
 * A person's roles as they change. Nobody gives themself one: it takes another administrator, or the machine's owner on
 * the command line.
 */
#include "node/accounts/roles.h"

#include "storage/audit.h"
#include "storage/base/err.h"
#include "storage/users.h"

static bool is_one_role(uint8_t role)
{
	return role && role <= ROLES_ALL && !(role & (role - 1));
}

static int put(struct txn *txn, uint64_t actor_id, struct user *user, uint8_t roles, uint8_t role)
{
	struct audit_entry entry = {
		.actor_id = actor_id, .action = roles & role ? "role.grant" : "role.revoke", .subject_id = user->account_id,
		.detail = str_of(role_name(role)),
	};
	int r;

	user->roles = roles;
	r = users_put(txn, user);
	return r == OK ? audit_append(txn, &entry) : r;
}

int roles_grant(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t account_id, uint8_t role)
{
	struct user user;
	int r = is_one_role(role) ? users_get(arena, txn_view(txn), account_id, &user) : ERR_INVALID;

	if (r == OK && actor_id == account_id)
		r = ERR_DENIED;
	if (r != OK || (user.roles & role))
		return r;
	return put(txn, actor_id, &user, user.roles | role, role);
}

int roles_revoke(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t account_id, uint8_t role)
{
	struct user user;
	bool others = true;
	int r = is_one_role(role) ? users_get(arena, txn_view(txn), account_id, &user) : ERR_INVALID;

	if (r != OK || !(user.roles & role))
		return r;
	/* Who is disabled is no administrator that anybody relies on. */
	if (role == ROLE_ADMIN && !user.disabled)
		r = users_others_hold(txn_view(txn), account_id, ROLE_ADMIN, &others);
	if (r != OK || !others)
		return r != OK ? r : ERR_DENIED;
	return put(txn, actor_id, &user, user.roles & (uint8_t)~role, role);
}
