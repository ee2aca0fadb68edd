/*
 * The end of somebody's second factor by a role. As with their access: of those with roles administrators decide, and of
 * administrators whoever runs the machine (rse-node user factor remove).
 */
#include "node/api/admin/second_factor.h"

#include "node/api/answer.h"
#include "node/mail/letters.h"
#include "storage/second_factors.h"
#include "storage/tokens.h"
#include "storage/users.h"

static int find(struct call *call, struct view *view, uint64_t *ret_account_id)
{
	const struct viewer *viewer = &call->viewer;
	struct user user;
	int r = answer_path_id(call, ret_account_id);

	if (r == OK)
		r = users_get(call->arena, view, *ret_account_id, &user);
	if (r != OK)
		return r;
	if (user.account_id == viewer->account_id || !roles_reach(viewer->roles, user.roles))
		return call_fail(call, ERR_DENIED, "This action is not allowed");
	return OK;
}

int api_admin_second_factor_check(struct call *call, struct view *view)
{
	uint64_t account_id;

	return find(call, view, &account_id);
}

int api_admin_second_factor_end_write(struct call *call, struct txn *txn)
{
	struct mailer mailer = mailer_of(call->node);
	uint64_t account_id;
	int r = find(call, txn_view(txn), &account_id);

	if (r == OK)
		r = second_factors_delete(txn, account_id);
	/* Whoever has the device may be signed in with it. */
	if (r == OK)
		r = tokens_delete_all(txn, account_id);
	return r == OK ? letter_second_factor(call->arena, txn, &mailer, account_id, false) : r;
}
