/* New keys for a person of ours: which key signs what, for how long the former ones are listed. */
#include "federation/rotate.h"

#include "federation/actor.h"
#include "federation/outgoing.h"
#include "federation/pkey.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/peers.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

static struct rig *rig;
static struct rotate_order order;

static int rotate_body(struct rig *r, struct txn *txn, void *arg)
{
	return rotate_write(r->arena, txn, arg);
}

static int rotate(bool at_once)
{
	order.account_id = rig->alice.id;
	order.at_once = at_once;
	return rig_write(rig, rotate_body, &order);
}

static struct account alice_now(void)
{
	struct account account;

	if (accounts_get(rig->arena, world_read(rig->world), rig->alice.id, &account))
		abort();
	return account;
}

static struct str document(void)
{
	struct account alice = alice_now();

	return actor_render(rig->arena, world_read(rig->world), &alice, true);
}

static bool lists(struct str key_id)
{
	return str_find(document(), arena_printf(rig->arena, "\"%.*s\"", STR_ARG(key_id))) != SIZE_MAX;
}

/* The key id that signs the nth delivery to b.example. */
static struct str signer_of(size_t n)
{
	struct outgoing outgoing = { .arena = rig->arena };
	struct delivery *list;
	size_t count;

	if (deliveries_page(rig->arena, world_read(rig->world), rig->peer.id, 0, 100, &list, &count) || n >= count)
		abort();
	outgoing.delivery = list[n];
	outgoing.address = list[n].inbox;
	if (outgoing_prepare(&outgoing, &rig->federation, rig->world->store))
		abort();
	return outgoing.key_id;
}

static void begin(void)
{
	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Before", 0, &(uint64_t){ 0 });
	rig_jobs(rig);
	if (!order.private_pem.n && pkey_generate_rsa2048(rig->arena, &order.private_pem, &order.public_pem))
		abort();
}

static void run_retire_jobs(void)
{
	struct job *jobs;
	size_t count;
	bool more;

	jobs_page(rig->arena, world_read(rig->world), 100, &jobs, &count);
	for (size_t i = 0; i < count; i++)
		if (str_eq(jobs[i].kind, STR("retire_keys")) && jobs[i].due_ms <= clock_now_ms()) {
			rotate_end_write(rig->arena, world_write(rig->world), &jobs[i], &more);
			world_commit(rig->world);
		}
}

static void check_overlap(void)
{
	struct account before, after;

	begin();
	before = alice_now();
	is_int(rotate(false), OK, "a person of ours gets new keys");
	after = alice_now();
	ok(!str_eq(after.key_id, before.key_id) && !str_eq(after.proof_key_id, before.proof_key_id), "under new ids");
	ok(lists(before.key_id) && lists(after.key_id), "both RSA keys are listed");
	ok(lists(before.proof_key_id) && lists(after.proof_key_id), "and both keys for proofs");
	clock_advance_for_test(SECOND_MS);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "After", 0, &(uint64_t){ 0 });
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 3, "the follower hears of it, between what was said before and after");
	is_str(signer_of(0), before.key_id, "what was said before is signed with the former key");
	is_str(signer_of(1), before.key_id, "so is the Update that tells of the new one");
	is_str(signer_of(2), after.key_id, "and what is said after with the new one");
	is_int(rotate(false), ERR_EXISTS, "a second change meanwhile is refused");
	clock_advance_for_test(ROTATE_OVERLAP_MS + SECOND_MS);
	is_str(signer_of(0), after.key_id, "after 48 hours the former key signs nothing");
	run_retire_jobs();
	ok(!lists(before.key_id) && !lists(before.proof_key_id) && lists(after.key_id), "and is listed no more");
	is_int(rotate(false), OK, "then the keys may be changed again");
	rig_free(rig);
	order.private_pem = STR_NONE;
}

static void check_at_once(void)
{
	struct account before, after;

	begin();
	before = alice_now();
	is_int(rotate(false), OK, "keys are changed");
	is_int(rotate(true), OK, "and at once again");
	after = alice_now();
	ok(!lists(before.key_id) && lists(after.key_id), "the former ones count no more");
	rig_jobs(rig);
	is_str(signer_of(0), after.key_id, "and sign nothing");
	clock_advance_for_test(ROTATE_OVERLAP_MS + SECOND_MS);
	run_retire_jobs();
	is_str(alice_now().key_id, after.key_id, "the end of the first change ends nothing of the second");
	rig_free(rig);
	order.private_pem = STR_NONE;
}

static void check_others(void)
{
	begin();
	order.account_id = rig->carol.id;
	is_int(rig_write(rig, rotate_body, &order), ERR_INVALID, "a peer's person has keys of his own");
	order.account_id = rig->world->instance.actor_id;
	is_int(rig_write(rig, rotate_body, &order), ERR_INVALID, "the node's key stays: peers have pinned it");
	rig_free(rig);
}

int main(void)
{
	check_overlap();
	check_at_once();
	check_others();
	return done();
}
