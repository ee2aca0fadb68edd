/*
 * Codes of apps and recovery codes. Changes run on the writer thread: a seal opens in microseconds there, and the step that
 * a code used up is decided where nobody else writes.
 */
#include "node/accounts/factor.h"

#include "node/accounts/totp.h"
#include "node/mail/letters.h"
#include "node/node.h"
#include "storage/attempts.h"
#include "storage/audit.h"
#include "storage/base/hash.h"
#include "storage/passkeys.h"

enum { CODE_BYTES = 10, CODE_CHARS = 16, CODE_GROUP = 4, TYPED_BYTES_MAX = 64 };

static const char purpose[] = "code";

static struct str seal_subject(struct arena *arena, uint64_t account_id)
{
	return arena_printf(arena, "second factor\n%llu", (unsigned long long)account_id);
}

/* STR_NONE: sealed with a key that is not there any more, or nothing at all. */
static struct str open_sealed(struct call *call, uint64_t account_id, struct str sealed)
{
	struct str secret;

	if (!call->node || !sealed.n ||
	    seal_open(call->arena, &call->node->seal, seal_subject(call->arena, account_id), sealed, &secret) != OK)
		return STR_NONE;
	return secret;
}

/* As people type it: "123 456", "ABCD-efgh-…". */
static struct str typed(struct arena *arena, struct str code)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < code.n && code.n <= TYPED_BYTES_MAX; i++)
		if (code.p[i] != ' ' && code.p[i] != '-')
			buf_add_char(&buf, code.p[i]);
	return str_lower(arena, buf_str(&buf));
}

/* --- counting --------------------------------------------------------------------------------------------------- */

/* Whose tries they are. */
struct counted {
	struct str account, address;
};

static struct counted counted_of(struct call *call, uint64_t account_id)
{
	static const struct seal none;
	const struct seal *seal = call->node ? &call->node->seal : &none;

	return (struct counted){
		attempts_of_account(call->arena, purpose, account_id),
		attempts_of_address(call->arena, purpose, (struct str){ (const char *)seal->key, SEAL_KEY_BYTES },
		                    call->request.peer_address),
	};
}

static int64_t wait_ms(struct txn *txn, const struct counted *counted)
{
	int64_t now_ms = txn_now_ms(txn);
	int64_t account_ms = attempts_wait_ms(txn_view(txn), ATTEMPTS_OF_ACCOUNT, counted->account, now_ms);
	int64_t address_ms = attempts_wait_ms(txn_view(txn), ATTEMPTS_OF_ADDRESS, counted->address, now_ms);

	return account_ms > address_ms ? account_ms : address_ms;
}

/* Counts a try that was looked at. */
static int count(struct txn *txn, const struct counted *counted, bool right, struct factor_answer *answer)
{
	int err;

	answer->verdict = right ? FACTOR_RIGHT : FACTOR_WRONG;
	if (right)
		return attempts_clear(txn, ATTEMPTS_OF_ACCOUNT, counted->account);
	err = attempts_add(txn, ATTEMPTS_OF_ACCOUNT, counted->account);
	return err == OK ? attempts_add(txn, ATTEMPTS_OF_ADDRESS, counted->address) : err;
}

/* true: it is too soon for another. */
static bool must_wait(struct txn *txn, const struct counted *counted, struct factor_answer *answer)
{
	*answer = (struct factor_answer){ FACTOR_WAIT, wait_ms(txn, counted) };
	return answer->wait_ms > 0;
}

int factor_note(struct call *call, struct txn *txn, uint64_t account_id, const char *action, bool suspect)
{
	struct mailer mailer;
	int err = audit_append(txn, &(struct audit_entry){
		.actor_id = account_id, .action = action, .subject_id = account_id });

	if (err != OK || !call->node || !call->node->config)
		return err;
	mailer = mailer_of(call->node);
	return letter_second_factor(call->arena, txn, &mailer, account_id, suspect);
}

/* People change these for themselves. */
static int note(struct call *call, struct txn *txn, uint64_t account_id, const char *action)
{
	return factor_note(call, txn, account_id, action, false);
}

/* --- codes ------------------------------------------------------------------------------------------------------ */

int factor_try(struct call *call, struct txn *txn, uint64_t account_id, struct str code, struct factor_answer *ret_answer)
{
	struct counted counted = counted_of(call, account_id);
	struct second_factor factor;
	struct str secret;
	bool right, recovered = false;
	int err;

	if (must_wait(txn, &counted, ret_answer))
		return OK;
	err = second_factors_get(call->arena, txn_view(txn), account_id, &factor);
	if (err != OK)
		return err;
	code = typed(call->arena, code);
	secret = open_sealed(call, account_id, factor.totp_sealed);
	right = secret.n && totp_fits(secret, code, txn_now_ms(txn), factor.totp_step, &factor.totp_step);
	if (!right && code.n == CODE_CHARS)
		right = recovered = recovery_take(call->arena, &factor, code);
	if (right)
		err = second_factors_put(txn, &factor);
	if (err == OK && recovered)
		err = note(call, txn, account_id, "second_factor.recovery_code_used");
	return err == OK ? count(txn, &counted, right, ret_answer) : err;
}

int factor_password(struct call *call, struct txn *txn, uint64_t account_id, bool right, struct factor_answer *ret_answer)
{
	struct counted counted = counted_of(call, account_id);

	if (must_wait(txn, &counted, ret_answer))
		return OK;
	/* A right one clears nothing: a code may have to follow. */
	ret_answer->verdict = FACTOR_RIGHT;
	return right ? OK : count(txn, &counted, false, ret_answer);
}

struct str_list factor_codes_new(struct arena *arena)
{
	struct str_list codes = { ARENA_ARRAY(arena, struct str, RECOVERY_CODES), RECOVERY_CODES };
	char bytes[CODE_BYTES];

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		struct str text;
		struct buf buf;

		hash_random(bytes, sizeof(bytes));
		text = base32_lower(arena, (struct str){ bytes, sizeof(bytes) });
		buf_init(&buf, arena, 0);
		for (size_t at = 0; at < text.n; at += CODE_GROUP) {
			if (at)
				buf_add_char(&buf, '-');
			buf_add(&buf, str_sub(text, at, CODE_GROUP));
		}
		codes.items[i] = buf_str(&buf);
	}
	return codes;
}

static void set_codes(struct call *call, int64_t now_ms, struct second_factor *factor, struct str_list codes)
{
	factor->recovery = (struct str_list){ ARENA_ARRAY(call->arena, struct str, codes.count), codes.count };
	factor->recovery_ms = now_ms;
	for (size_t i = 0; i < codes.count; i++)
		factor->recovery.items[i] = recovery_hash(call->arena, factor->account_id, typed(call->arena, codes.items[i]));
}

int factor_codes_put(struct call *call, struct txn *txn, uint64_t account_id, struct str_list codes)
{
	struct second_factor factor;
	int err = second_factors_get(call->arena, txn_view(txn), account_id, &factor);

	if (err != OK)
		return err;
	set_codes(call, txn_now_ms(txn), &factor, codes);
	err = second_factors_put(txn, &factor);
	return err == OK ? note(call, txn, account_id, "second_factor.recovery_codes") : err;
}

/* --- setting an app up, and its end ----------------------------------------------------------------------------- */

static bool is_pending(const struct second_factor *factor, int64_t now_ms)
{
	return factor->pending_sealed.n && factor->pending_ms + (int64_t)FACTOR_PENDING_MINUTES * MINUTE_MS > now_ms;
}

int factor_begin(struct call *call, struct txn *txn, uint64_t account_id, bool anew)
{
	struct second_factor factor;
	char secret[TOTP_SECRET_BYTES];
	int err = second_factors_get(call->arena, txn_view(txn), account_id, &factor);

	if (err != OK || (!anew && is_pending(&factor, txn_now_ms(txn)) &&
	                  open_sealed(call, account_id, factor.pending_sealed).n))
		return err;
	if (!call->node)
		return ERR_BUSY;
	hash_random(secret, sizeof(secret));
	factor.pending_sealed = seal_close(call->arena, &call->node->seal, seal_subject(call->arena, account_id),
	                                   (struct str){ secret, sizeof(secret) });
	factor.pending_ms = txn_now_ms(txn);
	explicit_bzero(secret, sizeof(secret));
	return second_factors_put(txn, &factor);
}

static int read_pending(struct call *call, struct view *view, uint64_t account_id, int64_t now_ms,
                        struct second_factor *ret_factor, struct str *ret_secret)
{
	int err = second_factors_get(call->arena, view, account_id, ret_factor);

	if (err != OK)
		return err;
	*ret_secret = is_pending(ret_factor, now_ms) ? open_sealed(call, account_id, ret_factor->pending_sealed) : STR_NONE;
	return ret_secret->n ? OK : ERR_NOT_FOUND;
}

int factor_pending(struct call *call, struct view *view, uint64_t account_id, struct str *ret_secret)
{
	struct second_factor factor;

	return read_pending(call, view, account_id, clock_now_ms(), &factor, ret_secret);
}

int factor_cancel(struct call *call, struct txn *txn, uint64_t account_id)
{
	struct second_factor factor;
	int err = second_factors_get(call->arena, txn_view(txn), account_id, &factor);

	if (err != OK || !factor.pending_sealed.n)
		return err;
	factor.pending_sealed = STR_NONE;
	return second_factors_put(txn, &factor);
}

int factor_confirm(struct call *call, struct txn *txn, uint64_t account_id, struct str code, struct str_list codes,
                   struct factor_answer *ret_answer)
{
	struct counted counted = counted_of(call, account_id);
	struct second_factor factor;
	struct str secret;
	uint64_t step;
	bool right;
	int err;

	if (must_wait(txn, &counted, ret_answer))
		return OK;
	err = read_pending(call, txn_view(txn), account_id, txn_now_ms(txn), &factor, &secret);
	if (err != OK)
		return err;
	right = totp_fits(secret, typed(call->arena, code), txn_now_ms(txn), 0, &step);
	if (right) {
		factor.totp_sealed = factor.pending_sealed;
		factor.totp_ms = txn_now_ms(txn);
		factor.totp_step = step;
		factor.pending_sealed = STR_NONE;
		set_codes(call, txn_now_ms(txn), &factor, codes);
		err = second_factors_put(txn, &factor);
		if (err == OK)
			err = note(call, txn, account_id, "second_factor.app_on");
	}
	return err == OK ? count(txn, &counted, right, ret_answer) : err;
}

/* Recovery codes stand in for a factor: without one they are nothing. */
static int put_reduced(struct txn *txn, struct second_factor *factor)
{
	if (!second_factors_kinds(txn_view(txn), factor))
		factor->recovery.count = 0;
	return second_factors_put(txn, factor);
}

int factor_totp_end(struct call *call, struct txn *txn, uint64_t account_id)
{
	struct second_factor factor;
	int err = second_factors_get(call->arena, txn_view(txn), account_id, &factor);

	if (err != OK)
		return err;
	factor.totp_sealed = factor.pending_sealed = STR_NONE;
	factor.totp_ms = 0;
	factor.totp_step = 0;
	err = put_reduced(txn, &factor);
	return err == OK ? note(call, txn, account_id, "second_factor.app_off") : err;
}

int factor_passkey_end(struct call *call, struct txn *txn, uint64_t account_id, uint64_t passkey_id)
{
	struct second_factor factor;
	int err = passkeys_delete(call->arena, txn, account_id, passkey_id);

	if (err == OK)
		err = second_factors_get(call->arena, txn_view(txn), account_id, &factor);
	if (err == OK)
		err = put_reduced(txn, &factor);
	return err == OK ? note(call, txn, account_id, "second_factor.passkey_removed") : err;
}
