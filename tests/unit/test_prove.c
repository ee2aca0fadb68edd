/* The proofs of what we send, and the keys of accounts from before there were any. */
#include "federation/prove.h"

#include "federation/pkey.h"
#include "federation/proof.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/users.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static struct activity_record make_activity(void)
{
	struct activity_record record;
	uint64_t post_id;

	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Hello", 0, &post_id);
	if (activities_get(rig->arena, world_read(rig->world), post_id, &record))
		abort();
	return record;
}

static struct str prove(const struct activity_record *record)
{
	return prove_activity(rig->federation.keys, rig->arena, world_read(rig->world), record);
}

static bool holds(struct str body, const struct account *account)
{
	const char *reason;
	struct proof proof;
	struct pkey *key;
	json_t *document;

	return json_parse(rig->arena, body, &document) == OK &&
	       proof_parse(rig->arena, document, RIG_NOW_MS, &proof, &reason) == OK &&
	       pkey_parse_multikey(rig->arena, account->proof_key, &key) == OK &&
	       proof_verify(rig->arena, &proof, key, account->uri, json_member_str(document, "actor"), &reason) == OK;
}

static struct account alice_now(void)
{
	struct account account;

	if (accounts_get(rig->arena, world_read(rig->world), rig->alice.id, &account))
		abort();
	return account;
}

/* As a store of format 2 has them. */
static int take_keys(struct rig *r, struct txn *txn, void *arg)
{
	const struct account *people[] = { &r->alice, &r->bob };
	uint8_t version[8];

	(void)arg;
	for (size_t i = 0; i < 2; i++) {
		struct account account = *people[i];
		struct user user = { .account_id = account.id, .email = account.username };
		struct key key;

		account.proof_key_id = account.proof_key = STR_NONE;
		if (accounts_put(txn, &account) || txn_del(txn, SPACE_PROOF_KEY, key_u64(&key, account.id)) ||
		    users_put(txn, &user))
			abort();
	}
	return txn_put(txn, SPACE_META, STR("format"), value_u64(version, 2));
}

/* Runs the jobs of the kind. */
static size_t run_jobs(void)
{
	size_t count, ran = 0;
	struct job *jobs;

	if (jobs_page(rig->arena, world_read(rig->world), 100, &jobs, &count))
		abort();
	for (size_t i = 0; i < count; i++) {
		struct txn *txn;
		bool more = true;

		if (!str_eq(jobs[i].kind, STR("proof_keys")))
			continue;
		ran++;
		txn = world_write(rig->world);
		while (more)
			if (proof_keys_write(rig->arena, txn, &jobs[i], &more))
				abort();
		world_commit(rig->world);
	}
	return ran;
}

static void check_proofs(void)
{
	struct activity_record record;
	struct account alice;

	rig = rig_new();
	record = make_activity();
	alice = alice_now();
	ok(holds(prove(&record), &alice), "what we send carries the proof of its actor");
	ok(!holds(record.body, &alice), "which is not kept");
	ok(str_eq(prove(&record), prove(&record)), "and is the same bytes each time");
	record.body = STR("no JSON");
	is_str(prove(&record), STR("no JSON"), "what cannot be proved goes as it is");
	rig_free(rig);
}

static void check_older_store(void)
{
	struct activity_record record;
	struct account alice;
	uint64_t found;

	rig = rig_new();
	rig_write(rig, take_keys, NULL);
	record = make_activity();
	alice = alice_now();
	ok(!alice.proof_key_id.n, "an account from before has no key for proofs");
	ok(str_eq(prove(&record), record.body), "and sends without");
	is_int(maintain_migrate(rig->world->store, &found), OK, "the store of before is opened");
	is_int(found, 2, "as one of format 2");
	is_int(run_jobs(), 1, "a job is to give keys");
	alice = alice_now();
	ok(alice.proof_key_id.n && holds(prove(&record), &alice), "then what was said before has a proof, too");
	is_str(alice.display_name, rig->alice.display_name, "nothing else of the account changed");
	rig_free(rig);
}

int main(void)
{
	check_proofs();
	check_older_store();
	return done();
}
