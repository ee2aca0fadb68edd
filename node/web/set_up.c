/*
 * A second factor set up on the way in: an app or, on nodes that can have them, a passkey. The way on is over the page of
 * recovery codes.
 */
#include "node/web/set_up.h"

#include "node/accounts/entry.h"
#include "node/accounts/passkey.h"
#include "node/web/factor_parts.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"

/* From stage to stage. */
struct set_up {
	struct html_page page;
	struct str path;          /* where to afterwards */
	uint64_t account_id;
	struct str username;
	struct str secret;        /* of the app; empty: none can be shown */
	struct str cookie;        /* of the session that begins */
	struct str_list codes;    /* for recovery */
	struct passkey added;
	struct str challenge;     /* what it signed; empty: there is no passkey in the form */
};

static const struct str address = STR("/sign-in/set-up");
static const struct str purpose = STR("set-up");

static int go_to_sign_in(struct set_up *set_up)
{
	struct buf buf;

	buf_init(&buf, set_up->page.call->arena, 0);
	buf_add(&buf, STR("/sign-in?return="));
	buf_add_percent(&buf, set_up->path);
	call_redirect(set_up->page.call, 303, buf_str(&buf));
	return CALL_DONE;
}

/* Who has half a session and owes this. ERR_NOT_FOUND: nobody. */
static int find_who(struct call *call, struct view *view, uint64_t *ret_account_id)
{
	enum entry_owes owes;
	int err = entry_half(call, view, ret_account_id);

	if (err == OK)
		err = entry_owes(call, view, *ret_account_id, &owes);
	return err == OK && owes != ENTRY_OWES_SET_UP ? ERR_NOT_FOUND : err;
}

static int open_set_up(struct call *call, struct view *view, struct set_up *set_up)
{
	struct account account;
	struct buf here;
	int err;

	set_up->path = page_return_path(call_param(call, "return"));
	page_open(&set_up->page, call, view);
	buf_init(&here, call->arena, 0);
	buf_printf(&here, "%.*s?return=", STR_ARG(address));
	buf_add_percent(&here, set_up->path);
	set_up->page.here = buf_str(&here);
	err = find_who(call, view, &set_up->account_id);
	if (err == OK)
		err = accounts_get(call->arena, view, set_up->account_id, &account);
	if (err == ERR_NOT_FOUND)
		return go_to_sign_in(set_up);
	if (err != OK)
		return page_error(&set_up->page, err);
	set_up->username = account.username;
	err = factor_pending(call, view, set_up->account_id, &set_up->secret);
	return err == OK || err == ERR_NOT_FOUND ? OK : page_error(&set_up->page, err);
}

static void add_passkey_form(struct set_up *set_up)
{
	struct html_page *page = &set_up->page;
	struct webauthn_party party;

	if (webauthn_party(page->instance, &party) != OK)
		return;
	page_form_with(page, address, purpose, " data-passkeys data-create=\"set_up\"");
	page_hidden(page, "return", set_up->path);
	page_html(page, "<div data-script hidden>\n");
	page_element(page, "h2", NULL, TEXT_SET_UP_PASSKEY);
	page_element(page, "p", NULL, TEXT_PASSKEYS_LEAD);
	page_html(page, "</div>\n");
	factor_add_passkey_button(page, "do", "passkey", TEXT_PASSKEY_ADD);
	page_form_end(page);
}

static int show_form(struct set_up *set_up, const struct factor_answer *answer, enum text alert)
{
	struct html_page *page = &set_up->page;
	struct str handle = arena_printf(page->call->arena, "@%.*s", STR_ARG(set_up->username));

	page_element(page, "h1", NULL, TEXT_SET_UP);
	page_element_with(page, "p", "lead", TEXT_SET_UP_LEAD, handle);
	factor_add_alert(page, answer);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_element(page, "h2", NULL, TEXT_TOTP);
	page_element(page, "p", NULL, TEXT_TOTP_LEAD);
	page_form(page, address, purpose);
	page_hidden(page, "return", set_up->path);
	factor_add_secret(page, set_up->secret, set_up->username);
	factor_add_code_field(page, CODE_OF_APP, answer->verdict != FACTOR_RIGHT);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", "do", "confirm", TEXT_TOTP_CONFIRM, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	add_passkey_form(set_up);
	return page_close(page, alert == TEXT_COUNT ? factor_status(answer) : 422, TEXT_SET_UP, STR_NONE);
}

int set_up_show(struct call *call, struct view *view)
{
	struct factor_answer none = { FACTOR_RIGHT, 0 };
	struct set_up set_up = { 0 };
	int err = open_set_up(call, view, &set_up);

	if (err != OK)
		return err;
	/* It waited for too long. */
	return set_up.secret.n ? show_form(&set_up, &none, TEXT_COUNT) : go_to_sign_in(&set_up);
}

int set_up_check(struct call *call, struct view *view)
{
	struct set_up *set_up = ARENA_NEW(call->arena, struct set_up);
	int err = open_set_up(call, view, set_up);

	if (err != OK)
		return err;
	if (!page_form_fits(&set_up->page, purpose))
		return page_message(&set_up->page, 422, TEXT_SET_UP, TEXT_FORM_EXPIRED);
	set_up->cookie = hash_token(call->arena);
	set_up->codes = factor_codes_new(call->arena);
	if (passkey_read_new(call, set_up->page.instance, &set_up->added, &set_up->challenge) != OK)
		set_up->challenge = STR_NONE;
	call->state = set_up;
	return OK;
}

static int add_app(struct set_up *set_up, struct txn *txn)
{
	struct call *call = set_up->page.call;
	struct factor_answer answer;
	int err = factor_confirm(call, txn, set_up->account_id, call_param(call, "code"), set_up->codes, &answer);

	return err == OK && answer.verdict != FACTOR_RIGHT ? show_form(set_up, &answer, TEXT_COUNT) : err;
}

static int add_passkey(struct set_up *set_up, struct txn *txn)
{
	struct factor_answer none = { FACTOR_RIGHT, 0 };
	struct passkey added = set_up->added;
	int err = ERR_EXISTS;

	added.account_id = set_up->account_id;
	if (set_up->challenge.n)
		err = passkey_put_new(set_up->page.call, txn, &added, set_up->challenge, STR_NONE);
	if (err == ERR_NOT_FOUND || err == ERR_EXISTS || err == ERR_LIMIT)
		return show_form(set_up, &none, TEXT_PASSKEY_WRONG);
	if (err == OK)
		err = factor_cancel(set_up->page.call, txn, set_up->account_id);
	return err == OK ? factor_codes_put(set_up->page.call, txn, set_up->account_id, set_up->codes) : err;
}

int set_up_write(struct call *call, struct txn *txn)
{
	struct set_up set_up = *(struct set_up *)call->state;  /* a body may run again: its page is written afresh */
	uint64_t account_id;
	int err = find_who(call, txn_view(txn), &account_id);

	if (err == OK && account_id != set_up.account_id)
		err = ERR_NOT_FOUND;
	if (err == OK)
		err = str_eq(call_param(call, "do"), STR("passkey")) ? add_passkey(&set_up, txn) : add_app(&set_up, txn);
	if (err == OK)
		err = entry_finish(call, txn, account_id, set_up.cookie);
	if (err == ERR_NOT_FOUND)  /* over meanwhile: the first step again */
		return go_to_sign_in(&set_up);
	return err == OK ? factor_show_codes(&set_up.page, set_up.codes, set_up.path) : err;
}
