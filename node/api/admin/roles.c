/*
 * Roles, for administrators.
 */
#include "node/api/admin/roles.h"

#include "node/accounts/roles.h"
#include "node/api/answer.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/users.h"

enum { USERS_PAGE = 500, HOLDERS_MAX = 2000 };

/* Those with any role; few of all people. */
struct holders {
	struct user *users[HOLDERS_MAX];
	size_t count;
};

static int find_holders(struct arena *arena, struct view *view, struct holders *holders)
{
	uint64_t after = 0;

	for (;;) {
		struct user *users;
		size_t count;
		int r = users_each(arena, view, after, USERS_PAGE, &users, &count);

		if (r != OK || !count)
			return r;
		for (size_t i = 0; i < count && holders->count < HOLDERS_MAX; i++)
			if (users[i].roles)
				holders->users[holders->count++] = &users[i];
		after = users[count - 1].account_id;
	}
}

static void w_actions(struct json_writer *w, uint8_t role)
{
	json_w_key(w, "actions");
	json_w_array(w);
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		if (roles_may(role, (enum staff_action)i))
			json_w_str(w, str_of(action_name((enum staff_action)i)));
	json_w_array_end(w);
}

static int w_people(struct json_writer *w, struct arena *arena, struct view *view, const struct holders *holders,
                    uint8_t role)
{
	int r = OK;

	json_w_key(w, "accounts");
	json_w_array(w);
	for (size_t i = 0; r == OK && i < holders->count; i++) {
		struct account account;

		if (!(holders->users[i]->roles & role))
			continue;
		r = accounts_get(arena, view, holders->users[i]->account_id, &account);
		json_w_object(w);
		json_w_member_id(w, "id", holders->users[i]->account_id);
		json_w_member_str(w, "username", account.username);
		json_w_member_bool(w, "disabled", holders->users[i]->disabled);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	return r;
}

int api_admin_roles(struct call *call, struct view *view)
{
	struct holders *holders = ARENA_NEW(call->arena, struct holders);
	struct answer answer;
	int r = find_holders(call->arena, view, holders);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (unsigned role = 1; r == OK && role <= ROLES_ALL; role <<= 1) {
		json_w_object(&answer.w);
		json_w_member_cstr(&answer.w, "role", role_name((uint8_t)role));
		w_actions(&answer.w, (uint8_t)role);
		r = w_people(&answer.w, call->arena, view, holders, (uint8_t)role);
		json_w_object_end(&answer.w);
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

/* --- giving and taking ------------------------------------------------------------------------------------------ */

struct change {
	uint64_t account_id;
	uint8_t role;
};

int api_admin_role_check(struct call *call, struct view *view)
{
	struct change *change = ARENA_NEW(call->arena, struct change);
	struct str role = call_path_param(call, "role");
	struct user user;
	int r = answer_path_id(call, &change->account_id);

	if (r == OK)
		r = users_get(call->arena, view, change->account_id, &user);
	if (r != OK)
		return r;
	if (role_parse(role.p ? role : call_param(call, "role"), &change->role) != OK || !change->role)
		return role.p ? ERR_NOT_FOUND : answer_refuse(call, "Validation failed: role is one of moderator, people_manager, "
		                           "data_protection_officer and admin");
	call->audited.detail = str_of(role_name(change->role));
	call->state = change;
	return OK;
}

int api_admin_role_grant_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	int r = roles_grant(call->arena, txn, call->viewer.account_id, change->account_id, change->role);

	return r == ERR_DENIED ? call_fail(call, r, "This action is not allowed: nobody gives themself a role") : r;
}

int api_admin_role_revoke_write(struct call *call, struct txn *txn)
{
	const struct change *change = call->state;
	int r = roles_revoke(call->arena, txn, call->viewer.account_id, change->account_id, change->role);

	return r == ERR_DENIED ? call_fail(call, r, "This action is not allowed: there is no other administrator") : r;
}
