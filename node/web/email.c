/*
 * The pages of a person's e-mail address.
 */
#include "node/web/email.h"

#include "node/accounts/directory_sign_in.h"
#include "node/accounts/emails.h"
#include "node/accounts/login.h"
#include "node/node.h"
#include "node/web/factor_parts.h"
#include "node/web/pages.h"
#include "storage/base/hash.h"
#include "storage/mails.h"
#include "storage/users.h"

static const struct str path = STR("/settings/email");
static const struct str purpose = STR("email");
static const struct str confirm_purpose = STR("confirm-email");

/* From stage to stage. */
struct settings {
	struct html_page page;
	struct user user;
	bool bounced;          /* the mail to the address that waits */
	bool changes;          /* the form asks for another address */
	bool password_right;
	struct str secret;
};

/* --- the page --------------------------------------------------------------------------------------------------- */

static int open_page(struct call *call, struct view *view, struct settings *settings)
{
	struct mail mail;
	int err;

	page_open(&settings->page, call, view);
	if (!settings->page.account_id)
		return call_send_to_sign_in(call);
	err = users_get(call->arena, view, settings->page.account_id, &settings->user);
	if (err != OK)
		return page_error(&settings->page, err);
	settings->bounced = settings->user.new_email.n &&
	                    mails_newest_to(call->arena, view, settings->user.new_email, &mail) == OK &&
	                    mail.state == MAIL_BOUNCED;
	return OK;
}

static void add_waiting(struct settings *settings)
{
	struct html_page *page = &settings->page;

	if (settings->bounced) {
		page_element_with(page, "p", "alert", TEXT_EMAIL_BOUNCED, settings->user.new_email);
	} else {
		page_html(page, "<p class=\"done\" role=\"status\">");
		page_say_with(page, TEXT_EMAIL_WAITS, "strong", settings->user.new_email);
		page_html(page, "</p>\n");
	}
	page_form(page, path, purpose);
	page_html(page, "<div class=\"actions\">\n");
	if (!settings->bounced)
		page_button(page, "quiet", "do", "again", TEXT_EMAIL_AGAIN, true);
	page_button(page, "quiet", "do", "cancel", TEXT_CANCEL, true);
	page_html(page, "</div>\n");
	page_form_end(page);
	page_element(page, "h2", NULL, TEXT_EMAIL_OTHER);
}

static void add_form(struct settings *settings, bool address_wrong, bool password_wrong)
{
	struct html_page *page = &settings->page;

	page_form(page, path, purpose);
	page_field(page, &(struct page_field){
		.name = "email", .type = "email", .autocomplete = "email", .label = TEXT_EMAIL_NEW, .hint = TEXT_EMAIL_NEW_HINT,
		.value = call_param(page->call, "email"), .wrong = address_wrong });
	factor_add_password_field(page, password_wrong);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", "do", "change", TEXT_EMAIL_CHANGE, false);
	page_html(page, "</div>\n");
	page_form_end(page);
}

/* `alert` is about the address; TEXT_COUNT: none. */
static int show_page(struct settings *settings, int status, enum text alert, const struct factor_answer *answer)
{
	struct html_page *page = &settings->page;
	bool password_wrong = answer && answer->verdict == FACTOR_WRONG;

	page_element(page, "h1", NULL, TEXT_EMAIL);
	page_element_with(page, "p", "lead", TEXT_EMAIL_LEAD, settings->user.email);
	if (!page->call->node || !mail_is_on(page->call->node->config)) {
		page_element(page, "p", NULL, TEXT_EMAIL_OFF);
		return page_close(page, status, TEXT_EMAIL, STR_NONE);
	}
	if (settings->user.new_email.n)
		add_waiting(settings);
	if (password_wrong)
		page_alert(page, TEXT_SECURITY_PASSWORD_WRONG);
	else if (answer)
		factor_add_alert(page, answer);
	else if (alert != TEXT_COUNT)
		page_alert(page, alert);
	add_form(settings, alert != TEXT_COUNT && alert != TEXT_FORM_EXPIRED, password_wrong);
	return page_close(page, status, TEXT_EMAIL, STR_NONE);
}

int email_page_show(struct call *call, struct view *view)
{
	struct settings settings = { 0 };
	int err = open_page(call, view, &settings);

	return err == OK ? show_page(&settings, 200, TEXT_COUNT, NULL) : err;
}

int email_page_check(struct call *call, struct view *view)
{
	struct settings *settings = ARENA_NEW(call->arena, struct settings);
	int err = open_page(call, view, settings);

	if (err != OK)
		return err;
	if (!page_form_fits(&settings->page, purpose))
		return show_page(settings, 422, TEXT_FORM_EXPIRED, NULL);
	settings->changes = str_eq(call_param(call, "do"), STR("change"));
	settings->secret = hash_token(call->arena);
	call->state = settings;
	return settings->changes ? OK : CALL_SKIP_WORK;
}

int email_page_work(struct call *call)
{
	struct settings *settings = call->state;
	int err = directory_own_password(call, settings->user.account_id, call_param(call, "password"));

	settings->password_right = err == OK || (err == ERR_NOT_FOUND && password_verify(call_param(call, "password"),
	                                                                                 settings->user.password_hash));
	return err == ERR_NOT_FOUND || err == ERR_DENIED ? OK : err;
}

static enum text fault_of(int err)
{
	static const struct { int err; enum text text; } rows[] = {
		{ ERR_INVALID, TEXT_EMAIL_INVALID }, { ERR_DENIED, TEXT_EMAIL_DENIED }, { ERR_EXISTS, TEXT_EMAIL_TAKEN },
		{ ERR_LIMIT, TEXT_EMAIL_LIMIT }, { ERR_GONE, TEXT_EMAIL_OFF },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].err == err)
			return rows[i].text;
	return TEXT_COUNT;
}

static int change(struct settings *settings, struct txn *txn, const struct mailer *mailer)
{
	struct call *call = settings->page.call;
	struct factor_answer answer;
	int err = factor_password(call, txn, settings->page.account_id, settings->password_right, &answer);

	if (err == OK && answer.verdict != FACTOR_RIGHT)
		return show_page(settings, factor_status(&answer), TEXT_COUNT, &answer);
	if (err != OK)
		return err;
	return emails_ask(call->arena, txn, mailer, settings->page.account_id, str_trim(call_param(call, "email")),
	                  settings->secret);
}

int email_page_write(struct call *call, struct txn *txn)
{
	struct settings settings = *(struct settings *)call->state;  /* a body may run again */
	struct mailer mailer = mailer_of(call->node);
	int err;

	if (settings.changes)
		err = change(&settings, txn, &mailer);
	else if (str_eq(call_param(call, "do"), STR("cancel")))
		err = emails_take_back(call->arena, txn, settings.page.account_id);
	else
		err = emails_ask_again(call->arena, txn, &mailer, settings.page.account_id, settings.secret);
	if (fault_of(err) != TEXT_COUNT)
		return show_page(&settings, 422, fault_of(err), NULL);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	call_redirect(call, 303, path);
	return CALL_DONE;
}

/* --- the link --------------------------------------------------------------------------------------------------- */

struct confirmation {
	struct html_page page;
	struct email_link link;
	struct str secret;
};

static int show_gone(struct html_page *page)
{
	return page_message(page, 404, TEXT_SIGN_UP_GONE, TEXT_EMAIL_GONE_LEAD);
}

static int open_link(struct call *call, struct view *view, struct confirmation *confirmation)
{
	int err;

	page_open(&confirmation->page, call, view);
	confirmation->secret = call_path_param(call, "secret");
	err = emails_link(call->arena, view, confirmation->secret, &confirmation->link);
	if (err == ERR_NOT_FOUND)
		return show_gone(&confirmation->page);
	return err == OK ? OK : page_error(&confirmation->page, err);
}

static int show_button(struct confirmation *confirmation, int status, enum text alert)
{
	struct html_page *page = &confirmation->page;

	page_element(page, "h1", NULL, TEXT_EMAIL_CONFIRM);
	page_element_with(page, "p", "lead", TEXT_EMAIL_CONFIRM_LEAD, confirmation->link.email);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form(page, arena_printf(page->call->arena, "/confirm-email/%.*s", STR_ARG(confirmation->secret)), confirm_purpose);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_EMAIL_CONFIRM_DO, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	return page_close(page, status, TEXT_EMAIL_CONFIRM, STR_NONE);
}

int confirm_email_show(struct call *call, struct view *view)
{
	struct confirmation confirmation = { 0 };
	int err = open_link(call, view, &confirmation);

	return err == OK ? show_button(&confirmation, 200, TEXT_COUNT) : err;
}

int confirm_email_check(struct call *call, struct view *view)
{
	struct confirmation *confirmation = ARENA_NEW(call->arena, struct confirmation);
	int err = open_link(call, view, confirmation);

	if (err != OK)
		return err;
	if (!page_form_fits(&confirmation->page, confirm_purpose))
		return show_button(confirmation, 422, TEXT_FORM_EXPIRED);
	call->state = confirmation;
	return OK;
}

int confirm_email_write(struct call *call, struct txn *txn)
{
	struct confirmation confirmation = *(struct confirmation *)call->state;  /* a body may run again */
	struct mailer mailer = mailer_of(call->node);
	int err = emails_confirm(call->arena, txn, &mailer, confirmation.secret);

	if (!txn_touched(txn) && err == ERR_NOT_FOUND)
		return show_gone(&confirmation.page);
	if (!txn_touched(txn) && fault_of(err) != TEXT_COUNT)
		return page_message(&confirmation.page, 422, TEXT_EMAIL_CONFIRM, fault_of(err));
	if (err != OK)
		return err;
	return page_message(&confirmation.page, 200, TEXT_EMAIL_CONFIRMED, TEXT_EMAIL_CONFIRMED_LEAD);
}
