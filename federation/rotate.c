/*
 * New signing keys for one of ours. Their ids are new ones, too: an id that changed its key would make every peer that
 * kept it refuse until it asks again.
 */
#include "federation/rotate.h"

#include "federation/actor.h"
#include "federation/apply.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"

bool rotate_signs_with_old(const struct account *account, uint64_t activity_id, int64_t now_ms)
{
	return account->old_key_id.n && activity_id <= account->old_key_last &&
	       now_ms < id_to_ms(account->old_key_last) + ROTATE_OVERLAP_MS;
}

static void forget_old(struct account *account)
{
	account->old_key_id = account->old_key_pem = account->old_proof_key_id = account->old_proof_key = STR_NONE;
	account->old_key_last = 0;
}

static int keep_old(struct arena *arena, struct txn *txn, struct account *account)
{
	struct job job = { .kind = STR("retire_keys"), .subject = account->id,
		           .due_ms = txn_now_ms(txn) + ROTATE_OVERLAP_MS };
	struct str pem;
	int r = accounts_private_key_get(arena, txn_view(txn), account->id, &pem);

	account->old_key_id = account->key_id;
	account->old_key_pem = account->key_pem;
	account->old_proof_key_id = account->proof_key_id;
	account->old_proof_key = account->proof_key;
	if (!r)
		r = accounts_old_key_put(txn, account->id, pem);
	return r ? r : jobs_add(txn, &job);
}

/* Everything said so far, the Update included, is the old key's to sign. */
static int end_with_old(struct txn *txn, struct account *account)
{
	account->old_key_last = txn_new_id(txn);
	return accounts_put(txn, account);
}

static int change(struct arena *arena, struct txn *txn, const struct rotate_order *order, struct account *account)
{
	unsigned long long number = txn_new_id(txn);
	int r;

	forget_old(account);
	r = order->at_once ? accounts_old_key_delete(txn, account->id) : keep_old(arena, txn, account);
	if (r)
		return r;
	account->key_id = arena_printf(arena, "%.*s#main-key-%llu", STR_ARG(account->uri), number);
	account->key_pem = order->public_pem;
	r = accounts_private_key_put(txn, account->id, order->private_pem);
	if (!r)
		r = actor_give_proof_key(arena, txn, account, arena_printf(arena, "ed25519-key-%llu", number));
	if (!r)
		r = act_update_actor(arena, txn, account->id);
	return r || order->at_once ? r : end_with_old(txn, account);
}

int rotate_write(struct arena *arena, struct txn *txn, const struct rotate_order *order)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), order->account_id, &account);

	if (r)
		return r;
	if (account.deleted)
		return ERR_GONE;
	if (account.host.n || account.kind == ACCOUNT_APPLICATION)
		return ERR_INVALID;
	if (account.old_key_id.n && !order->at_once)
		return ERR_EXISTS;
	r = change(arena, txn, order, &account);
	return r ? txn_fail(txn, r) : OK;
}

int rotate_end_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), job->subject, &account);

	*ret_more = false;
	if (r == ERR_NOT_FOUND || (!r && (!account.old_key_id.n ||
	                                  txn_now_ms(txn) < id_to_ms(account.old_key_last) + ROTATE_OVERLAP_MS)))
		return OK;
	if (r)
		return r;
	forget_old(&account);
	r = accounts_old_key_delete(txn, account.id);
	return r ? r : accounts_put(txn, &account);
}
