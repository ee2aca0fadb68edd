/*
 * One form, whose button says what is to be done. Whatever changes how the account is guarded asks for the password and,
 * where there is a second factor, for a code or a passkey of it: a browser that was left open is not enough.
 */
#include "node/web/security.h"

#include "node/accounts/entry.h"
#include "node/accounts/guard.h"
#include "node/accounts/passkey.h"
#include "node/web/factor_parts.h"
#include "storage/users.h"

static const struct str path = STR("/settings/security");
static const struct str purpose = STR("security");

/* From stage to stage. */
struct security {
	struct html_page page;
	struct second_factor factor;
	uint8_t kinds;            /* set of enum factor_kind: what works */
	struct passkey *passkeys;
	size_t passkey_count;
	struct str secret;        /* of an app, that waits to be confirmed; empty: none */
	struct user user;
	const struct deed *deed;
	struct guard guard;
	struct passkey_try tried; /* a passkey instead of a code */
	struct passkey added;     /* a new one … */
	struct str challenge;     /* … and what it signed; empty: it is none */
	struct str_list codes;    /* new recovery codes */
};

/* What is said above the form. */
struct said {
	struct factor_answer answer;
	enum text alert;          /* TEXT_COUNT: nothing more than `answer` says */
	bool password_wrong;
};

static const struct said nothing = { .answer = { FACTOR_RIGHT, 0 }, .alert = TEXT_COUNT };

/* --- the page --------------------------------------------------------------------------------------------------- */

/* What the account has now. */
static int read_factors(struct security *security, struct view *view)
{
	struct call *call = security->page.call;
	uint64_t account_id = security->page.account_id;
	int err = second_factors_get(call->arena, view, account_id, &security->factor);

	if (err == OK)
		err = passkeys_of(call->arena, view, account_id, &security->passkeys, &security->passkey_count);
	if (err != OK)
		return err;
	security->kinds = second_factors_kinds(view, &security->factor);
	security->secret = STR_NONE;
	err = factor_pending(call, view, account_id, &security->secret);
	return err == ERR_NOT_FOUND ? OK : err;
}

static int open_page(struct call *call, struct view *view, struct security *security)
{
	int err;

	page_open(&security->page, call, view);
	if (!security->page.account_id)
		return call_send_to_sign_in(call);
	err = users_get(call->arena, view, security->page.account_id, &security->user);
	if (err == OK)
		err = read_factors(security, view);
	return err == OK ? OK : page_error(&security->page, err);
}

static void add_setup(struct security *security, const struct said *said)
{
	struct html_page *page = &security->page;

	factor_add_secret(page, security->secret, page->username);
	factor_add_code_field(page, CODE_OF_APP, said->answer.verdict != FACTOR_RIGHT);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", "do", "confirm", TEXT_TOTP_CONFIRM, false);
	page_button(page, "quiet", "do", "cancel", TEXT_CANCEL, true);
	page_html(page, "</div>\n");
}

static void add_app(struct security *security)
{
	struct html_page *page = &security->page;

	page_element(page, "h2", NULL, TEXT_TOTP);
	if (!(security->kinds & FACTOR_TOTP)) {
		page_element(page, "p", NULL, TEXT_TOTP_LEAD);
		return;
	}
	page_html(page, "<p>");
	page_say(page, TEXT_TOTP_SINCE);
	page_html(page, " ");
	page_date(page, security->factor.totp_ms, false);
	page_html(page, "</p>\n");
}

static void add_passkey(struct html_page *page, const struct passkey *passkey)
{
	page_html(page, "<li>\n<div>\n<p class=\"name\"><strong>");
	page_text(page, passkey->name);
	page_html(page, "</strong></p>\n<p class=\"about\"><span>");
	page_say(page, TEXT_PASSKEY_MADE);
	page_html(page, " ");
	page_date(page, passkey->created_ms, false);
	page_html(page, "</span> <span>");
	page_say(page, passkey->used_ms ? TEXT_PASSKEY_USED : TEXT_PASSKEY_UNUSED);
	if (passkey->used_ms) {
		page_html(page, " ");
		page_date(page, passkey->used_ms, false);
	}
	page_html(page, "</span>");
	if (passkey->synced)
		page_element(page, "span", NULL, TEXT_PASSKEY_SYNCED);
	page_html(page, "</p>\n");
	if (passkey->suspect_ms)
		page_element(page, "p", "alert", TEXT_PASSKEY_SUSPECT);
	buf_printf(&page->body, "</div>\n<button class=\"quiet\" name=\"do\" value=\"forget:%llu\">",
	           (unsigned long long)passkey->id);
	page_say(page, TEXT_PASSKEY_REMOVE);
	/* Who only hears the page hears which. */
	page_html(page, "<span class=\"unseen\"> ");
	page_text(page, passkey->name);
	page_html(page, "</span></button>\n</li>\n");
}

static void add_passkeys(struct security *security)
{
	struct html_page *page = &security->page;
	struct webauthn_party party;

	page_element(page, "h2", NULL, TEXT_PASSKEYS);
	page_element(page, "p", NULL, TEXT_PASSKEYS_LEAD);
	if (webauthn_party(page->instance, &party) != OK) {
		page_element(page, "p", "lead", TEXT_PASSKEYS_NONE_HERE);
	} else {
		page_html(page, "<noscript>");
		page_element(page, "p", "lead", TEXT_PASSKEYS_SCRIPT);
		page_html(page, "</noscript>\n");
	}
	if (!security->passkey_count)
		return;
	page_html(page, "<ul class=\"held passkeys\">\n");
	for (size_t i = 0; i < security->passkey_count; i++)
		add_passkey(page, &security->passkeys[i]);
	page_html(page, "</ul>\n");
}

/* The button that makes a passkey, where there can be any. */
static void add_new_passkey(struct security *security)
{
	struct html_page *page = &security->page;
	struct webauthn_party party;

	if (webauthn_party(page->instance, &party) != OK)
		return;
	page_html(page, "<div class=\"new\" data-script hidden>\n");
	page_field(page, &(struct page_field){
		.name = "passkey_name", .type = "text", .autocomplete = "off", .label = TEXT_PASSKEY_NAME,
		.hint = TEXT_PASSKEY_NAME_HINT, .optional = true });
	page_html(page, "</div>\n");
	factor_add_passkey_button(page, "do", "passkey", TEXT_PASSKEY_ADD);
}

static void add_changes(struct security *security, const struct said *said)
{
	struct html_page *page = &security->page;
	bool has_app = security->kinds & FACTOR_TOTP, code_wrong = said->answer.verdict != FACTOR_RIGHT && !said->password_wrong;

	if (security->kinds) {
		page_element(page, "h2", NULL, TEXT_RECOVERY);
		page_element_with(page, "p", NULL, TEXT_RECOVERY_LEFT,
		                  arena_printf(page->call->arena, "%zu", security->factor.recovery.count));
	}
	page_element(page, "h2", NULL, TEXT_SECURITY_CHANGE);
	page_element(page, "p", "lead", security->kinds ? TEXT_SECURITY_CHANGE_LEAD : TEXT_SECURITY_SET_UP_LEAD);
	factor_add_password_field(page, said->password_wrong);
	if (security->kinds)
		factor_add_code_field(page, security->kinds & FACTOR_PASSKEY ? CODE_OR_PASSKEY : CODE_OF_ANY, code_wrong);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, security->kinds ? "quiet" : "primary", "do", "begin", has_app ? TEXT_TOTP_REPLACE : TEXT_TOTP_BEGIN,
	            false);
	if (has_app)
		page_button(page, "quiet", "do", "end", TEXT_TOTP_END, false);
	if (security->kinds)
		page_button(page, "quiet", "do", "codes", TEXT_RECOVERY_RENEW, false);
	page_html(page, "</div>\n");
	add_new_passkey(security);
}

static void add_said(struct html_page *page, const struct said *said)
{
	if (call_param_bool(page->call, "done", false)) {
		page_html(page, "<p class=\"done\" role=\"status\">");
		page_say(page, TEXT_SECURITY_DONE);
		page_html(page, "</p>\n");
	}
	if (said->alert != TEXT_COUNT)
		page_alert(page, said->alert);
	else
		factor_add_alert(page, &said->answer);
}

static int show_page(struct security *security, const struct said *said)
{
	struct html_page *page = &security->page;
	int status = factor_status(&said->answer);

	page_element(page, "h1", NULL, TEXT_SECURITY);
	page_element(page, "p", "lead", TEXT_SECURITY_LEAD);
	add_said(page, said);
	if (security->secret.n) {
		page_form(page, path, purpose);
		page_element(page, "h2", NULL, TEXT_TOTP);
		add_setup(security, said);
	} else {
		page_form_with(page, path, purpose,
		               security->kinds & FACTOR_PASSKEY ? " data-passkeys data-sign=\"change\"" : " data-passkeys");
		/* The one that the Enter key presses: it is not for the keyboard to choose. */
		page_html(page, "<button class=\"unseen\" name=\"do\" value=\"none\" tabindex=\"-1\" aria-hidden=\"true\" "
		                "formnovalidate></button>\n");
		add_app(security);
		add_passkeys(security);
		add_changes(security, said);
	}
	page_form_end(page);
	page_html(page, "<p class=\"aside\">");
	page_link(page, NULL, STR("/settings/sessions"), TEXT_SECURITY_SESSIONS);
	page_html(page, "</p>\n");
	return page_close(page, status == 200 && said->alert != TEXT_COUNT ? 422 : status, TEXT_SECURITY, STR_NONE);
}

static int say(struct security *security, enum text alert)
{
	struct said said = nothing;

	said.alert = alert;
	return show_page(security, &said);
}

int security_show(struct call *call, struct view *view)
{
	struct security security = { 0 };
	int err = open_page(call, view, &security);

	return err == OK ? show_page(&security, &nothing) : err;
}

/* --- the deeds -------------------------------------------------------------------------------------------------- */

/* What is gone already is as the person wants it. */
static int done(struct security *security, int err)
{
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	call_redirect(security->page.call, 303, err == OK ? STR("/settings/security?done=1") : path);
	return CALL_DONE;
}

static int begin(struct security *security, struct txn *txn)
{
	int err = factor_begin(security->page.call, txn, security->page.account_id, true);

	if (err != OK)
		return err;
	call_redirect(security->page.call, 303, path);
	return CALL_DONE;
}

static int confirm(struct security *security, struct txn *txn)
{
	struct call *call = security->page.call;
	struct said said = nothing;
	int err = factor_confirm(call, txn, security->page.account_id, call_param(call, "code"), security->codes, &said.answer);

	if (err != OK)
		return done(security, err);
	if (said.answer.verdict != FACTOR_RIGHT)
		return show_page(security, &said);
	return factor_show_codes(&security->page, security->codes, path);
}

static int cancel(struct security *security, struct txn *txn)
{
	return done(security, factor_cancel(security->page.call, txn, security->page.account_id));
}

static int choose_first(struct security *security, struct txn *txn)
{
	(void)txn;
	return say(security, TEXT_SECURITY_CHOOSE);
}

static int renew_codes(struct security *security, struct txn *txn)
{
	int err = factor_codes_put(security->page.call, txn, security->page.account_id, security->codes);

	return err == OK ? factor_show_codes(&security->page, security->codes, path) : err;
}

/* Without this one, what a role asks for would not be there any more. */
static bool is_needed(const struct security *security, bool last)
{
	return last && entry_requires_factor(security->page.call, &security->user);
}

static int end(struct security *security, struct txn *txn)
{
	if (is_needed(security, security->kinds == FACTOR_TOTP))
		return say(security, TEXT_SECURITY_LAST);
	return done(security, factor_totp_end(security->page.call, txn, security->page.account_id));
}

static int add_key(struct security *security, struct txn *txn)
{
	struct call *call = security->page.call;
	struct passkey added = security->added;
	int err;

	if (!security->challenge.n)
		return say(security, TEXT_PASSKEY_WRONG);
	added.account_id = security->page.account_id;
	err = passkey_put_new(call, txn, &added, security->challenge, call_param(call, "passkey_name"));
	if (err == ERR_NOT_FOUND || err == ERR_EXISTS || err == ERR_LIMIT)
		return say(security, err == ERR_NOT_FOUND ? TEXT_PASSKEY_WRONG : err == ERR_EXISTS ? TEXT_PASSKEY_TAKEN
		                                                                                  : TEXT_PASSKEY_MANY);
	/* The first factor comes with recovery codes. */
	if (err == OK && !security->kinds)
		return renew_codes(security, txn);
	return done(security, err);
}

static int forget(struct security *security, struct txn *txn)
{
	struct str id = call_param(security->page.call, "do");
	uint64_t passkey_id = 0;

	if (is_needed(security, security->kinds == FACTOR_PASSKEY && security->passkey_count == 1))
		return say(security, TEXT_SECURITY_LAST);
	str_cut(&id, ':');
	str_to_u64(id, &passkey_id);
	return done(security, factor_passkey_end(security->page.call, txn, security->page.account_id, passkey_id));
}

/* What the buttons do; `guarded`: not without the password, and a code or passkey once there is one. */
static const struct deed {
	const char *name;
	bool guarded;
	int (*write)(struct security *security, struct txn *txn);
} deeds[] = {
	{ "none", false, choose_first },
	{ "begin", true, begin },
	{ "confirm", false, confirm },
	{ "cancel", false, cancel },
	{ "codes", true, renew_codes },
	{ "end", true, end },
	{ "passkey", true, add_key },
	{ "forget", true, forget },
};

static const struct deed *deed_of(struct str order)
{
	struct str name = str_cut(&order, ':');

	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (str_eq(name, str_of(deeds[i].name)))
			return &deeds[i];
	return NULL;
}

int security_check(struct call *call, struct view *view)
{
	struct security *security = ARENA_NEW(call->arena, struct security);
	int err = open_page(call, view, security);

	if (err != OK)
		return err;
	if (!page_form_fits(&security->page, purpose))
		return page_message(&security->page, 422, TEXT_SECURITY, TEXT_FORM_EXPIRED);
	security->deed = deed_of(call_param(call, "do"));
	if (!security->deed)
		return page_error(&security->page, ERR_INVALID);
	security->guard = guard_of(call, &security->user, STR_NONE);
	security->codes = factor_codes_new(call->arena);
	if (passkey_comes(call))
		err = passkey_try_check(call, view, security->page.account_id, false, &security->tried);
	if (passkey_read_new(call, security->page.instance, &security->added, &security->challenge) != OK)
		security->challenge = STR_NONE;
	call->state = security;
	return err != OK || security->deed->guarded ? err : CALL_SKIP_WORK;
}

int security_work(struct call *call)
{
	struct security *security = call->state;
	struct said said = { .answer = { FACTOR_WRONG, 0 }, .alert = TEXT_SECURITY_PASSWORD_WRONG, .password_wrong = true };
	int err = guard_password(call, &security->guard, call_param(call, "password"), security->user.password_hash);

	if (err == ERR_LIMIT) {
		said.answer.verdict = FACTOR_WAIT;
		said.alert = TEXT_SIGN_IN_WAIT;
	}
	if (err == ERR_LIMIT || err == ERR_DENIED)
		return show_page(security, &said);
	passkey_try_work(call, &security->tried);
	return err;
}

/* OK: the person may. CALL_DONE: the page says why not. */
static int guard_by_factor(struct security *security, struct txn *txn)
{
	struct call *call = security->page.call;
	enum passkey_verdict verdict = PASSKEY_RIGHT;
	struct said said = nothing;
	int err = guard_passed(txn, &security->guard);

	if (err != OK || !security->kinds)
		return err;
	err = security->tried.passkey.id
	              ? passkey_try_write(call, txn, &security->tried, CHALLENGE_SECOND_STEP, &verdict)
	              : factor_try(call, txn, security->page.account_id, call_param(call, "code"), &said.answer);
	if (verdict != PASSKEY_RIGHT)
		said.alert = verdict == PASSKEY_SUSPECT ? TEXT_PASSKEY_SUSPECT : TEXT_PASSKEY_WRONG;
	if (err != OK || (said.answer.verdict == FACTOR_RIGHT && said.alert == TEXT_COUNT))
		return err;
	return show_page(security, &said);
}

int security_write(struct call *call, struct txn *txn)
{
	struct security security = *(struct security *)call->state;  /* a body may run again: its page is written afresh */
	int err = read_factors(&security, txn_view(txn));

	if (err == OK && security.deed->guarded)
		err = guard_by_factor(&security, txn);
	return err == OK ? security.deed->write(&security, txn) : err;
}
