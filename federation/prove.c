/*
 * The integrity proof of what we send. A failure to prove never keeps a word back: peers believe the signature of the
 * request, too.
 */
#include "federation/prove.h"

#include "federation/actor.h"
#include "federation/pkey.h"
#include "federation/proof.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/users.h"

enum { PAGE = 100 };

struct str prove_activity(struct key_cache *keys, struct arena *arena, struct view *view,
                          const struct activity_record *record)
{
	struct proof_order order = { .created_ms = id_to_ms(record->id) };
	struct str pem, proved;
	struct account actor;
	struct pkey *key;

	if (accounts_get(arena, view, record->account_id, &actor) ||
	    accounts_proof_key_get(arena, view, record->account_id, &pem) || !actor.proof_key_id.n ||
	    key_cache_private(keys, arena, actor.proof_key_id, pem, &key))
		return record->body;
	order.key = key;
	order.key_id = actor.proof_key_id;
	return proof_add(arena, record->body, &order, &proved) ? record->body : proved;
}

static int give_key(struct arena *arena, struct txn *txn, uint64_t account_id)
{
	struct account account;
	int r = accounts_get(arena, txn_view(txn), account_id, &account);

	if (r == ERR_NOT_FOUND || (!r && (account.deleted || account.proof_key_id.n)))
		return OK;
	return r ? r : actor_give_proof_key(arena, txn, &account, STR("ed25519-key"));
}

int proof_keys_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct view *view = txn_view(txn);
	struct user *users = NULL;
	size_t count = 0;
	int r = job->cursor ? OK : give_key(arena, txn, instance_of(view)->actor_id);

	if (!r)
		r = users_each(arena, view, job->cursor, PAGE, &users, &count);
	for (size_t i = 0; i < count && !r; i++) {
		job->cursor = users[i].account_id;
		r = give_key(arena, txn, users[i].account_id);
	}
	*ret_more = count == PAGE;
	return r;
}
