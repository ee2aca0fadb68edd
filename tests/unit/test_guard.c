/* Guessing passwords: how far a guesser gets, by account and by address, and that names nobody has are counted alike. */
#include "node/accounts/guard.h"

#include <crypt.h>

#include "node/accounts/login.h"
#include "node/node.h"
#include "storage/attempts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct node node;
static struct str hash;

static struct call call_from(const char *address)
{
	return (struct call){ .node = &node, .arena = world->arena, .request.peer_address = str_of(address) };
}

static int try(const char *address, uint64_t account_id, const char *name, const char *password)
{
	struct call call = call_from(address);
	struct guard guard = guard_of(&call, &(struct user){ .account_id = account_id }, str_of(name));

	return guard_password(&call, &guard, str_of(password), account_id ? hash : STR_NONE);
}

/* Passed over until one has to wait; how many were looked at. */
static size_t tries(const char *address, uint64_t account_id, const char *name)
{
	size_t n = 0;

	while (n < 100 && try(address, account_id, name, "wrong wrong wrong") == ERR_DENIED)
		n++;
	return n;
}

static int pass_write(struct txn *txn, void *arg)
{
	return guard_passed(txn, arg);
}

static void test_account(void)
{
	struct call call = call_from("192.0.2.1");
	struct guard guard = guard_of(&call, &(struct user){ .account_id = 7 }, STR("ana"));
	uint64_t runs;
	size_t known = tries("192.0.2.1", 7, "ana"), unknown = tries("192.0.2.2", 0, "ann");

	is_int(known, 5, "five wrong passwords are looked at");
	is_int(unknown, 5, "and as many for a name that nobody has");
	runs = password_runs();
	is_int(try("192.0.2.3", 7, "ana", "the right password"), ERR_LIMIT, "then none is, the right one neither, from wherever");
	is_int(try("192.0.2.3", 0, " ANN ", "the right password"), ERR_LIMIT, "alike for a name that nobody has, however written");
	is_int(password_runs(), runs, "nothing is hashed for them");
	is_int(try("192.0.2.3", 8, "ben", "the right password"), OK, "others are not kept out");
	clock_advance_for_test(MINUTE_MS);
	is_int(try("192.0.2.1", 7, "ana", "wrong wrong wrong"), ERR_DENIED, "a minute later one more is looked at");
	is_int(try("192.0.2.1", 7, "ana", "the right password"), ERR_LIMIT, "and one only");
	clock_advance_for_test(2 * MINUTE_MS);
	is_int(try("192.0.2.1", 7, "ana", "the right password"), OK, "later the right one is");
	writer_run(node.writer, pass_write, &guard);
	is_int(tries("192.0.2.4", 7, "ana"), 5, "which gives all tries back");
}

static void test_address(void)
{
	size_t n = 0;

	clock_advance_for_test(DAY_MS);
	for (uint64_t id = 100; id < 200 && try("198.51.100.1", id, "somebody", "wrong wrong wrong") == ERR_DENIED; id++)
		n++;
	is_int(n, 30, "from one address thirty wrong ones are looked at, of different people");
	is_int(try("198.51.100.1", 300, "somebody", "the right password"), ERR_LIMIT, "then none");
	is_int(try("198.51.100.2", 300, "somebody", "the right password"), OK, "from another address they are");
	clock_advance_for_test(5 * MINUTE_MS);
	for (n = 0; n < 100 && try("198.51.100.1", 400 + n, "somebody", "wrong wrong wrong") == ERR_DENIED;)
		n++;
	is_int(n, 10, "a company of many is wrong now and then all day: two a minute come back");
	clock_advance_for_test(DAY_MS);
	for (n = 0; n < 40 && try("198.51.100.1", 600 + n, "somebody", "the right password") == OK;)
		n++;
	is_int(n, 40, "right ones are not counted against an address");
}

int main(void)
{
	world = world_new();
	node.store = world->store;
	clock_set_for_test(INT64_C(1800000000000));
	writer_start(world->store, &(struct writer_options){ .batch_max = 1 }, &node.writer);
	/* an old method, which is fast: what is counted here are tries */
	hash = str_of(crypt("the right password", "$1$saltsalt$"));
	test_account();
	test_address();
	writer_stop(node.writer);
	world_free(world);
	return done();
}
