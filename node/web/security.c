/*
 * One form, whose button says what is to be done. Whatever would weaken the account asks for the password and, where there
 * is a second factor, for a code of it: a browser that was left open is not enough.
 */
#include "node/web/security.h"

#include "node/accounts/login.h"
#include "node/web/factor_parts.h"
#include "storage/users.h"

static const struct str path = STR("/settings/security");
static const struct str purpose = STR("security");

struct security;

/* What the buttons do. */
struct deed {
	const char *name;
	bool password, code;     /* what it asks for; the code counts once a factor works */
	int (*write)(struct security *security, struct txn *txn);
};

/* From stage to stage. */
struct security {
	struct html_page page;
	struct second_factor factor;
	struct str secret;        /* that waits to be confirmed; empty: none */
	struct str password_hash;
	const struct deed *deed;
	bool password_right;
	struct str_list codes;    /* new ones */
};

/* --- the page --------------------------------------------------------------------------------------------------- */

static int open_page(struct call *call, struct view *view, struct security *security)
{
	uint64_t account_id;
	struct user user;
	int err;

	page_open(&security->page, call, view);
	account_id = security->page.account_id;
	if (!account_id)
		return call_send_to_sign_in(call);
	err = users_get(call->arena, view, account_id, &user);
	if (err == OK)
		err = second_factors_get(call->arena, view, account_id, &security->factor);
	if (err == OK)
		err = factor_pending(call, view, account_id, &security->secret);
	if (err != OK && err != ERR_NOT_FOUND)
		return page_error(&security->page, err);
	security->password_hash = user.password_hash;
	return OK;
}

static void add_setup(struct security *security, bool wrong)
{
	struct html_page *page = &security->page;

	factor_add_secret(page, security->secret, page->username);
	factor_add_code_field(page, false, wrong);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", "do", "confirm", TEXT_TOTP_CONFIRM, false);
	page_button(page, "quiet", "do", "cancel", TEXT_CANCEL, true);
	page_html(page, "</div>\n");
}

static void add_offer(struct security *security, bool wrong)
{
	struct html_page *page = &security->page;

	page_element(page, "p", NULL, TEXT_TOTP_LEAD);
	factor_add_password_field(page, wrong);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", "do", "begin", TEXT_TOTP_BEGIN, false);
	page_html(page, "</div>\n");
}

static void add_changes(struct security *security, bool password_wrong, bool code_wrong)
{
	struct html_page *page = &security->page;
	struct str left = arena_printf(page->call->arena, "%zu", security->factor.recovery.count);

	page_html(page, "<p>");
	page_say(page, TEXT_TOTP_SINCE);
	page_html(page, " ");
	page_date(page, security->factor.totp_ms, false);
	page_html(page, "</p>\n");
	page_element_with(page, "p", NULL, TEXT_RECOVERY_LEFT, left);
	page_element(page, "p", "lead", TEXT_TOTP_CHANGE);
	factor_add_password_field(page, password_wrong);
	factor_add_code_field(page, true, code_wrong);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "quiet", "do", "codes", TEXT_RECOVERY_RENEW, false);
	page_button(page, "quiet", "do", "replace", TEXT_TOTP_REPLACE, false);
	page_button(page, "quiet", "do", "end", TEXT_TOTP_END, false);
	page_html(page, "</div>\n");
}

static int show_page(struct security *security, const struct factor_answer *answer, bool password_wrong)
{
	struct html_page *page = &security->page;
	bool wrong = answer->verdict != FACTOR_RIGHT;

	page_element(page, "h1", NULL, TEXT_SECURITY);
	page_element(page, "p", "lead", TEXT_SECURITY_LEAD);
	if (call_param_bool(page->call, "done", false)) {
		page_html(page, "<p class=\"done\" role=\"status\">");
		page_say(page, TEXT_SECURITY_DONE);
		page_html(page, "</p>\n");
	}
	page_element(page, "h2", NULL, TEXT_TOTP);
	if (password_wrong && answer->verdict == FACTOR_WRONG)
		page_alert(page, TEXT_SECURITY_PASSWORD_WRONG);
	else
		factor_add_alert(page, answer);
	page_form(page, path, purpose);
	if (security->secret.n)
		add_setup(security, wrong);
	else if (security->factor.totp_sealed.n)
		add_changes(security, password_wrong, wrong && !password_wrong);
	else
		add_offer(security, password_wrong);
	page_form_end(page);
	page_html(page, "<p class=\"aside\">");
	page_link(page, NULL, STR("/settings/sessions"), TEXT_SECURITY_SESSIONS);
	page_html(page, "</p>\n");
	return page_close(page, factor_status(answer), TEXT_SECURITY, STR_NONE);
}

int security_show(struct call *call, struct view *view)
{
	struct factor_answer none = { FACTOR_RIGHT, 0 };
	struct security security = { 0 };
	int err = open_page(call, view, &security);

	return err == OK ? show_page(&security, &none, false) : err;
}

/* --- the deeds -------------------------------------------------------------------------------------------------- */

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
	struct factor_answer answer;
	int err = factor_confirm(call, txn, security->page.account_id, call_param(call, "code"), security->codes, &answer);

	if (err != OK)
		return done(security, err);
	if (answer.verdict != FACTOR_RIGHT)
		return show_page(security, &answer, false);
	return factor_show_codes(&security->page, security->codes, path);
}

static int cancel(struct security *security, struct txn *txn)
{
	return done(security, factor_cancel(security->page.call, txn, security->page.account_id));
}

static int renew_codes(struct security *security, struct txn *txn)
{
	int err = factor_codes_put(security->page.call, txn, security->page.account_id, security->codes);

	return err == OK ? factor_show_codes(&security->page, security->codes, path) : err;
}

static int end(struct security *security, struct txn *txn)
{
	return done(security, factor_totp_end(security->page.call, txn, security->page.account_id));
}

static const struct deed deeds[] = {
	{ "begin", true, true, begin },
	{ "confirm", false, false, confirm },
	{ "cancel", false, false, cancel },
	{ "codes", true, true, renew_codes },
	{ "replace", true, true, begin },
	{ "end", true, true, end },
};

static const struct deed *deed_of(struct str name)
{
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
	security->codes = factor_codes_new(call->arena);
	call->state = security;
	return security->deed->password ? OK : CALL_SKIP_WORK;
}

int security_work(struct call *call)
{
	struct security *security = call->state;

	security->password_right = password_verify(call_param(call, "password"), security->password_hash);
	return OK;
}

int security_write(struct call *call, struct txn *txn)
{
	struct security security = *(struct security *)call->state;  /* a body may run again: its page is written afresh */
	struct factor_answer answer = { FACTOR_RIGHT, 0 };
	int err = second_factors_get(call->arena, txn_view(txn), security.page.account_id, &security.factor);

	if (err != OK)
		return err;
	if (security.deed->password)
		err = factor_password(call, txn, security.page.account_id, security.password_right, &answer);
	if (err == OK && answer.verdict == FACTOR_RIGHT && security.deed->code &&
	    second_factors_kinds(txn_view(txn), &security.factor))
		err = factor_try(call, txn, security.page.account_id, call_param(call, "code"), &answer);
	if (err != OK)
		return err;
	if (answer.verdict != FACTOR_RIGHT)
		return show_page(&security, &answer, security.deed->password && !security.password_right);
	return security.deed->write(&security, txn);
}
