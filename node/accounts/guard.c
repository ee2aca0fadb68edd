/*
 * Tries with a password, counted around the hash. Addresses are known by a keyed hash (node/seal.h), and so are names that
 * nobody has: some type their password there.
 */
#include "node/accounts/guard.h"

#include "node/accounts/directory_sign_in.h"
#include "node/accounts/login.h"
#include "node/node.h"
#include "storage/attempts.h"

static const char purpose[] = "password";

struct guard guard_of(struct call *call, const struct user *user, struct str name)
{
	static const struct seal none;
	const struct seal *seal = call->node ? &call->node->seal : &none;
	struct str secret = { (const char *)seal->key, SEAL_KEY_BYTES };
	uint64_t device_id = call->node ? login_known_device(call, &call->node->instance, user) : 0;

	if (device_id)
		return (struct guard){ .known = true, .account_id = user->account_id, .account = attempts_of_account(call->arena,
			arena_printf(call->arena, "%s\n%llx", purpose, (unsigned long long)device_id).p, user->account_id) };
	return (struct guard){
		.account = user->account_id ? attempts_of_account(call->arena, purpose, user->account_id)
		                      : attempts_of_address(call->arena, "name", secret, str_lower(call->arena, str_trim(name))),
		.address = attempts_of_address(call->arena, purpose, secret, call->request.peer_address),
		.known = user->account_id != 0, .account_id = user->account_id,
	};
}

struct try_body {
	const struct guard *guard;
	int64_t wait_ms;
};

/* Names that nobody has are a stranger's to choose: there are so many, and no more are counted. */
static bool is_counted(struct view *view, const struct guard *guard)
{
	return guard->known || !attempts_full(view);
}

static int take_write(struct txn *txn, void *arg)
{
	struct try_body *body = arg;
	const struct guard *guard = body->guard;
	struct view *view = txn_view(txn);
	int64_t now_ms = txn_now_ms(txn);
	int64_t account_ms = attempts_wait_ms(view, ATTEMPTS_OF_ACCOUNT, guard->account, now_ms);
	int64_t address_ms = guard->address.n ? attempts_wait_ms(view, ATTEMPTS_OF_ADDRESS, guard->address, now_ms) : 0;

	body->wait_ms = account_ms > address_ms ? account_ms : address_ms;
	if (body->wait_ms > 0 || !is_counted(view, guard))
		return OK;
	return attempts_add(txn, ATTEMPTS_OF_ACCOUNT, guard->account);
}

static int wrong_write(struct txn *txn, void *arg)
{
	const struct guard *guard = arg;

	return guard->address.n ? attempts_add(txn, ATTEMPTS_OF_ADDRESS, guard->address) : OK;
}

int guard_take(struct call *call, const struct guard *guard)
{
	struct writer *writer = call->node ? call->node->writer : NULL;
	struct try_body body = { .guard = guard };
	int err = writer ? writer_run(writer, take_write, &body) : OK;

	if (err != OK || body.wait_ms <= 0)
		return err;
	call_header(call, "Retry-After", arena_printf(call->arena, "%lld", (long long)(body.wait_ms + SECOND_MS - 1) / SECOND_MS));
	return ERR_LIMIT;
}

int guard_wrong(struct call *call, const struct guard *guard)
{
	struct writer *writer = call->node ? call->node->writer : NULL;
	int err = writer ? writer_run(writer, wrong_write, (void *)guard) : OK;

	return err == OK ? ERR_DENIED : err;
}

/* Whoever is linked to the directory has the password there. */
static int verify(struct call *call, const struct guard *guard, struct str password, struct str hash)
{
	int err = directory_own_password(call, guard->account_id, password);

	if (err != ERR_NOT_FOUND)
		return err;
	return password_verify(password, hash) ? OK : ERR_DENIED;
}

int guard_password(struct call *call, const struct guard *guard, struct str password, struct str hash)
{
	int err = guard_take(call, guard);

	if (err == OK)
		err = verify(call, guard, password, hash);
	return err == ERR_DENIED ? guard_wrong(call, guard) : err;
}

static int passed_write(struct txn *txn, void *arg)
{
	return guard_passed(txn, arg);
}

int guard_own_password(struct call *call, struct str password, struct str hash)
{
	struct guard guard = guard_of(call, &(struct user){ .account_id = call->viewer.account_id }, STR_NONE);
	int err = guard_password(call, &guard, password, hash);

	if (err != OK || !call->node || !call->node->writer)
		return err;
	return writer_run(call->node->writer, passed_write, &guard);
}

int guard_passed(struct txn *txn, const struct guard *guard)
{
	return attempts_clear(txn, ATTEMPTS_OF_ACCOUNT, guard->account);
}
