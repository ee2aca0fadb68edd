/*
 * What the script and browsers need of us for passkeys. A challenge says nothing of who has passkeys: without a session, or
 * half of one, it is for whoever answers.
 */
#include "node/web/passkeys.h"

#include "node/accounts/entry.h"
#include "node/accounts/passkey.h"
#include "node/node.h"
#include "node/web/factor_parts.h"
#include "node/web/sign_in.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"
#include "storage/base/json.h"

/* --- challenges ------------------------------------------------------------------------------------------------- */

/* From stage to stage. */
struct asked {
	const struct challenge_row *row;
	struct html_page page;
	struct webauthn_party party;
	struct str text;
	uint64_t account_id;
};

/* Of the page's session, or of the half session. */
enum asker { ASKER_ANYBODY, ASKER_SESSION, ASKER_HALF, ASKER_SET_UP /* half, without a factor yet */ };

static const struct challenge_row {
	struct str word;
	enum challenge_kind kind;
	enum asker asker;
} challenge_rows[] = {
	{ STR("sign_in"), CHALLENGE_SIGN_IN, ASKER_ANYBODY },
	{ STR("second_step"), CHALLENGE_SECOND_STEP, ASKER_HALF },
	{ STR("change"), CHALLENGE_SECOND_STEP, ASKER_SESSION },
	{ STR("create"), CHALLENGE_CREATE, ASKER_SESSION },
	{ STR("set_up"), CHALLENGE_CREATE, ASKER_SET_UP },
};

static const struct challenge_row *row_of(struct str word)
{
	for (size_t i = 0; i < sizeof(challenge_rows) / sizeof(challenge_rows[0]); i++)
		if (str_eq(challenge_rows[i].word, word))
			return &challenge_rows[i];
	return NULL;
}

/* 0: whoever the row is for is not here. */
static int read_asker(struct asked *asked, struct view *view)
{
	struct call *call = asked->page.call;
	enum entry_owes owes;
	int err = OK;

	if (asked->row->asker == ASKER_SESSION)
		asked->account_id = asked->page.account_id;
	if (asked->row->asker == ASKER_HALF || asked->row->asker == ASKER_SET_UP)
		err = entry_half(call, view, &asked->account_id);
	if (err == OK && asked->row->asker == ASKER_SET_UP) {
		err = entry_owes(call, view, asked->account_id, &owes);
		if (err == OK && owes != ENTRY_OWES_SET_UP)
			asked->account_id = 0;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

int passkeys_challenge_check(struct call *call, struct view *view)
{
	struct asked *asked = ARENA_NEW(call->arena, struct asked);
	int err;

	page_open(&asked->page, call, view);
	asked->row = row_of(call_param(call, "kind"));
	if (!asked->row)
		return call_fail(call, ERR_INVALID, "kind: sign_in, second_step, change, create or set_up");
	if (webauthn_party(instance_of(view), &asked->party) != OK)
		return call_fail(call, ERR_NOT_FOUND, "There are no passkeys at this address.");
	err = read_asker(asked, view);
	if (err != OK)
		return err;
	if (asked->row->asker != ASKER_ANYBODY && !asked->account_id)
		return call_fail(call, ERR_UNAUTHORIZED, "Sign in first.");
	asked->text = hash_token(call->arena);
	call->state = asked;
	return OK;
}

/* What authenticators file the account under: says nothing of whose it is, and is the same each time. */
static struct str user_handle(struct call *call, uint64_t account_id)
{
	static const struct seal none;
	const struct seal *seal = call->node ? &call->node->seal : &none;
	uint8_t mac[SHA256_BYTES];

	hash_hmac_sha256((struct str){ (const char *)seal->key, SEAL_KEY_BYTES },
	                 arena_printf(call->arena, "passkey user\n%llu", (unsigned long long)account_id), mac);
	return base64url_encode(call->arena, (struct str){ (const char *)mac, sizeof(mac) });
}

static void add_algorithm(struct json_writer *w, int cose)
{
	json_w_object(w);
	json_w_member_cstr(w, "type", "public-key");
	json_w_key(w, "alg");
	json_w_i64(w, cose);
	json_w_object_end(w);
}

/* Of PublicKeyCredentialCreationOptions what is not the same as of requests. */
static void add_creation(struct json_writer *w, const struct asked *asked, const struct account *account)
{
	const struct instance *instance = asked->page.instance;
	struct arena *arena = asked->page.call->arena;

	json_w_key(w, "rp");
	json_w_object(w);
	json_w_member_str(w, "id", asked->party.id);
	json_w_member_str(w, "name", page_node_title(&asked->page));
	json_w_object_end(w);
	json_w_key(w, "user");
	json_w_object(w);
	json_w_member_str(w, "id", user_handle(asked->page.call, account->id));
	json_w_member_str(w, "name", arena_printf(arena, "%.*s@%.*s", STR_ARG(account->username), STR_ARG(instance->domain)));
	json_w_member_str(w, "displayName", account->display_name.n ? account->display_name : account->username);
	json_w_object_end(w);
	json_w_key(w, "pubKeyCredParams");
	json_w_array(w);
	add_algorithm(w, -7);   /* ES256 */
	add_algorithm(w, -8);   /* EdDSA */
	json_w_array_end(w);
	json_w_member_cstr(w, "attestation", "none");
	json_w_key(w, "authenticatorSelection");
	json_w_object(w);
	json_w_member_cstr(w, "residentKey", "preferred");
	json_w_member_cstr(w, "userVerification", "preferred");
	json_w_object_end(w);
}

static void add_known(struct json_writer *w, struct arena *arena, const struct passkey *passkeys, size_t count)
{
	json_w_key(w, "known");
	json_w_array(w);
	for (size_t i = 0; i < count; i++)
		json_w_str(w, base64url_encode(arena, passkeys[i].credential_id));
	json_w_array_end(w);
}

static int reply(struct asked *asked, struct view *view)
{
	struct call *call = asked->page.call;
	struct passkey *passkeys = NULL;
	struct account account;
	struct json_writer w;
	size_t count = 0;
	struct buf buf;
	int err = OK;

	if (asked->account_id)
		err = accounts_get(call->arena, view, asked->account_id, &account);
	if (err == OK && asked->account_id)
		err = passkeys_of(call->arena, view, asked->account_id, &passkeys, &count);
	if (err != OK)
		return err;
	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "challenge", asked->text);
	json_w_member_u64(&w, "timeout", CHALLENGE_MINUTES * MINUTE_MS);
	if (asked->row->kind == CHALLENGE_CREATE) {
		add_creation(&w, asked, &account);
	} else {
		json_w_member_str(&w, "rpId", asked->party.id);
		json_w_member_cstr(&w, "userVerification", asked->row->kind == CHALLENGE_SIGN_IN ? "required" : "preferred");
	}
	add_known(&w, call->arena, passkeys, count);
	json_w_object_end(&w);
	call_header(call, "Cache-Control", STR("no-store"));
	return call_reply_json(call, buf_str(&buf));
}

int passkeys_challenge_write(struct call *call, struct txn *txn)
{
	struct asked *asked = call->state;
	int err = reply(asked, txn_view(txn));

	return err == OK ? challenges_put(txn, asked->text, asked->account_id, asked->row->kind) : err;
}

/* --- signing in ------------------------------------------------------------------------------------------------- */

/* From stage to stage. */
struct passkey_sign_in {
	struct html_page page;
	struct str path, cookie;
	struct passkey_try tried;
};

static const struct str purpose = STR("passkey-sign-in");

void passkeys_add_sign_in(struct html_page *page, struct str path)
{
	struct webauthn_party party;

	if (webauthn_party(page->instance, &party) != OK)
		return;
	page_form_with(page, STR("/sign-in/passkey"), purpose, " data-passkeys data-sign=\"sign_in\"");
	page_hidden(page, "return", path);
	factor_add_passkey_button(page, NULL, NULL, TEXT_PASSKEY_SIGN_IN);
	page_form_end(page);
}

int passkeys_sign_in_check(struct call *call, struct view *view)
{
	struct passkey_sign_in *sign_in = ARENA_NEW(call->arena, struct passkey_sign_in);
	int err;

	sign_in->path = page_return_path(call_param(call, "return"));
	page_open(&sign_in->page, call, view);
	if (!page_form_fits(&sign_in->page, purpose))
		return sign_in_form(&sign_in->page, sign_in->path, 422, TEXT_FORM_EXPIRED);
	err = passkey_try_check(call, view, 0, true, &sign_in->tried);
	sign_in->cookie = hash_token(call->arena);
	call->state = sign_in;
	return err;
}

int passkeys_sign_in_work(struct call *call)
{
	struct passkey_sign_in *sign_in = call->state;

	passkey_try_work(call, &sign_in->tried);
	return OK;
}

int passkeys_sign_in_write(struct call *call, struct txn *txn)
{
	struct passkey_sign_in sign_in = *(struct passkey_sign_in *)call->state;  /* a body may run again */
	enum passkey_verdict verdict;
	int err = passkey_try_write(call, txn, &sign_in.tried, CHALLENGE_SIGN_IN, &verdict);

	if (err != OK)
		return err;
	if (verdict == PASSKEY_RIGHT)
		err = entry_begin_whole(call, txn, sign_in.tried.passkey.account_id, sign_in.cookie);
	if (verdict != PASSKEY_RIGHT || err == ERR_NOT_FOUND)  /* disabled */
		return sign_in_form(&sign_in.page, sign_in.path, 422,
		                    verdict == PASSKEY_SUSPECT ? TEXT_PASSKEY_SUSPECT : TEXT_PASSKEY_WRONG);
	if (err != OK)
		return err;
	call_redirect(call, 303, sign_in.path);
	return CALL_DONE;
}
