/*
 * Parting from a domain. Writer thread. The walk is by account id, first over whom the person follows, then over who
 * follows or asks to; the cursor is the last one looked at.
 */
#include "federation/parting.h"

#include "federation/apply.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/named.h"

enum { PAGE = 100, DOMAINS_MAX = 500 };
/* In the cursor: the second of the two walks. Ids do not reach so far. */
#define SECOND_WALK ((uint64_t)1 << 63)

static bool lives_on(struct arena *arena, struct view *view, uint64_t account_id, struct str domain)
{
	struct account account;

	return accounts_get(arena, view, account_id, &account) == OK && str_eq_nocase(account.host, domain);
}

static int end_one(struct arena *arena, struct txn *txn, uint64_t account_id, uint64_t other_id, bool theirs)
{
	int r = theirs ? act_answer_follow(arena, txn, account_id, other_id, false)
	               : act_unfollow(arena, txn, account_id, other_id);

	return r == ERR_NOT_FOUND ? OK : r;
}

int parting_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more)
{
	struct view *view = txn_view(txn);
	bool theirs = job->cursor & SECOND_WALK;
	uint64_t after = job->cursor & ~SECOND_WALK;
	struct id_list ids = { NULL, 0 };
	int r = theirs ? graph_incoming(arena, view, job->subject, after, PAGE, &ids)
	               : graph_outgoing(arena, view, job->subject, after, PAGE, &ids);

	for (size_t i = 0; i < ids.count && !r; i++)
		if (lives_on(arena, view, ids.ids[i], job->argument))
			r = end_one(arena, txn, job->subject, ids.ids[i], theirs);
	if (r)
		return r;
	*ret_more = ids.count == PAGE || !theirs;
	if (ids.count == PAGE)
		job->cursor = ids.ids[PAGE - 1] | (theirs ? SECOND_WALK : 0);
	else
		job->cursor = SECOND_WALK;
	return OK;
}

int parting_begin(struct arena *arena, struct txn *txn, uint64_t account_id, struct str domain)
{
	struct job job = { .kind = STR("parting"), .subject = account_id, .argument = domain };
	bool more = true;
	int r = OK;

	if (named_has(txn_view(txn), account_id, NAMED_DOMAIN_BLOCK, domain))
		return OK;
	r = named_add(txn, account_id, NAMED_DOMAIN_BLOCK, domain, DOMAINS_MAX);
	if (r)
		return r;
	/* for most people the first page of each walk is all */
	for (int i = 0; i < 2 && more && !r; i++)
		r = parting_write(arena, txn, &job, &more);
	if (!r && more)
		r = jobs_add(txn, &job);
	return r ? txn_fail(txn, r) : OK;
}
