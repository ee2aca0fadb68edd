/*
 * From the fields of a form to a verdict.
 */
#include "node/accounts/passkey.h"

#include "node/accounts/agent.h"
#include "node/accounts/factor.h"

enum { NAME_CHARS_MAX = 60 };

/* Base64url, at most `max` bytes; STR_NONE: it is not. */
static struct str bytes_param(struct call *call, const char *name, size_t max)
{
	struct str text = call_param(call, name), data;

	if (!text.n || text.n > max * 2 || base64_decode(call->arena, text, &data) != OK || data.n > max)
		return STR_NONE;
	return data;
}

bool passkey_comes(const struct call *call)
{
	return call_param(call, "credential").n != 0;
}

int passkey_try_check(struct call *call, struct view *view, uint64_t account_id, bool verified, struct passkey_try *ret_try)
{
	int err;

	*ret_try = (struct passkey_try){ .verified = verified };
	if (webauthn_party(instance_of(view), &ret_try->party) != OK)
		return OK;
	ret_try->assertion = (struct webauthn_assertion){
		.credential_id = bytes_param(call, "credential", PASSKEY_CREDENTIAL_MAX),
		.client_data = bytes_param(call, "client_data", WEBAUTHN_CLIENT_DATA_MAX),
		.auth_data = bytes_param(call, "authenticator_data", WEBAUTHN_AUTH_DATA_MAX),
		.signature = bytes_param(call, "signature", WEBAUTHN_SIGNATURE_MAX),
	};
	if (!ret_try->assertion.credential_id.n)
		return OK;
	err = passkeys_find(call->arena, view, ret_try->assertion.credential_id, &ret_try->passkey);
	if (err == OK && account_id && ret_try->passkey.account_id != account_id)
		err = ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND)
		ret_try->passkey = (struct passkey){ 0 };
	return err == ERR_NOT_FOUND ? OK : err;
}

void passkey_try_work(struct call *call, struct passkey_try *tried)
{
	tried->signed_well = tried->passkey.id &&
	                     webauthn_verify(call->arena, &tried->party, &tried->passkey, &tried->assertion, tried->verified,
	                                     &tried->challenge, &tried->counter) == OK;
}

/* Of a passkey that signed well. */
static int settle(struct call *call, struct txn *txn, const struct passkey_try *tried, enum passkey_verdict *ret_verdict)
{
	struct passkey passkey;
	int err = passkeys_get(call->arena, txn_view(txn), tried->passkey.account_id, tried->passkey.id, &passkey);

	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;  /* taken away meanwhile: wrong */
	if (webauthn_counter_fits(&passkey, tried->counter)) {
		*ret_verdict = PASSKEY_RIGHT;
		passkey.counter = tried->counter;
		passkey.used_ms = txn_now_ms(txn);
		return passkeys_put(call->arena, txn, &passkey);
	}
	*ret_verdict = PASSKEY_SUSPECT;
	passkey.suspect_ms = txn_now_ms(txn);
	err = passkeys_put(call->arena, txn, &passkey);
	return err != OK ? err : factor_note(call, txn, passkey.account_id, "second_factor.passkey_suspect", true);
}

int passkey_try_write(struct call *call, struct txn *txn, const struct passkey_try *tried, enum challenge_kind kind,
                      enum passkey_verdict *ret_verdict)
{
	uint64_t for_whom = kind == CHALLENGE_SIGN_IN ? 0 : tried->passkey.account_id;
	int err;

	*ret_verdict = PASSKEY_WRONG;
	if (!tried->signed_well)
		return OK;
	err = challenges_take(txn, tried->challenge, for_whom, kind);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	return settle(call, txn, tried, ret_verdict);
}

int passkey_read_new(struct call *call, const struct instance *instance, struct passkey *ret_passkey,
                     struct str *ret_challenge)
{
	struct webauthn_creation creation = {
		.client_data = bytes_param(call, "new_client_data", WEBAUTHN_CLIENT_DATA_MAX),
		.auth_data = bytes_param(call, "new_authenticator_data", WEBAUTHN_AUTH_DATA_MAX),
	};
	struct webauthn_party party;
	int err = webauthn_party(instance, &party);

	*ret_passkey = (struct passkey){ 0 };
	return err == OK ? webauthn_create(call->arena, &party, &creation, ret_passkey, ret_challenge) : err;
}

/* "Firefox, Linux", when the person gave it no name. */
static struct str default_name(struct call *call)
{
	uint8_t browser, system;
	struct str browser_name, system_name;

	agent_read(call_request_header(call, "User-Agent"), &browser, &system);
	browser_name = agent_browser_name(browser);
	system_name = agent_system_name(system);
	if (!browser_name.n && !system_name.n)
		return STR("Passkey");
	return arena_printf(call->arena, "%.*s%s%.*s", STR_ARG(browser_name), browser_name.n && system_name.n ? ", " : "",
	                    STR_ARG(system_name));
}

int passkey_put_new(struct call *call, struct txn *txn, struct passkey *passkey, struct str challenge, struct str name)
{
	int err = challenges_take(txn, challenge, passkey->account_id, CHALLENGE_CREATE);

	if (err != OK)
		return err;
	name = str_trim(name);
	passkey->name = name.n && utf8_valid(name) ? utf8_prefix(name, NAME_CHARS_MAX) : default_name(call);
	passkey->id = 0;  /* a body may run again: each run takes an id of its own */
	passkey->created_ms = txn_now_ms(txn);
	err = passkeys_put(call->arena, txn, passkey);
	return err != OK ? err : factor_note(call, txn, passkey->account_id, "second_factor.passkey_added", false);
}
