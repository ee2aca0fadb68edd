/*
 * The pages of a forgotten password.
 */
#include "node/web/reset.h"

#include "node/accounts/login.h"
#include "node/accounts/reset.h"
#include "node/node.h"
#include "node/web/factor_parts.h"
#include "node/web/new_password.h"
#include "node/web/pages.h"

static const struct str purpose = STR("reset");

/* --- asking ----------------------------------------------------------------------------------------------------- */

static int show_asking(struct html_page *page, int status, enum text alert, const struct factor_answer *answer)
{
	page_element(page, "h1", NULL, TEXT_RESET);
	page_element(page, "p", "lead", TEXT_RESET_LEAD);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	if (answer)
		factor_add_alert(page, answer);
	page_form(page, STR("/reset"), purpose);
	page_field(page, &(struct page_field){
		.name = "username", .type = "text", .autocomplete = "username", .label = TEXT_FIELD_NAME, .hint = TEXT_COUNT });
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_RESET_SEND, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	return page_close(page, status, TEXT_RESET, STR_NONE);
}

/* Without mail there is somebody to ask. */
static bool is_off(const struct call *call)
{
	return !call->node || !mail_is_on(call->node->config);
}

int reset_page_show(struct call *call, struct view *view)
{
	struct html_page page;

	page_open(&page, call, view);
	if (is_off(call))
		return page_message(&page, 200, TEXT_RESET, TEXT_RESET_OFF);
	if (call_param_bool(call, "sent", false))
		return page_message(&page, 200, TEXT_RESET_SENT, TEXT_RESET_SENT_LEAD);
	return show_asking(&page, 200, TEXT_COUNT, NULL);
}

int reset_page_check(struct call *call, struct view *view)
{
	struct html_page *page = ARENA_NEW(call->arena, struct html_page);

	page_open(page, call, view);
	if (is_off(call))
		return page_message(page, 403, TEXT_RESET, TEXT_RESET_OFF);
	if (!page_form_fits(page, purpose))
		return show_asking(page, 422, TEXT_FORM_EXPIRED, NULL);
	call->state = page;
	return OK;
}

int reset_page_write(struct call *call, struct txn *txn)
{
	struct html_page page = *(struct html_page *)call->state;  /* a body may run again */
	struct factor_answer answer = { .verdict = FACTOR_WAIT };
	int err = reset_ask(call, txn, str_trim(call_param(call, "username")), &answer.wait_ms);

	if (err != OK)
		return err;
	if (answer.wait_ms > 0)
		return show_asking(&page, 429, TEXT_COUNT, &answer);
	call_redirect(call, 303, STR("/reset?sent=1"));
	return CALL_DONE;
}

/* --- the link --------------------------------------------------------------------------------------------------- */

/* From stage to stage. */
struct choice {
	struct html_page page;
	struct account account;
	struct str secret, hash;
};

static int show_choice(struct choice *choice, int status, enum text alert)
{
	struct html_page *page = &choice->page;

	page_element(page, "h1", NULL, TEXT_SIGN_UP);
	page_element_with(page, "p", "lead", TEXT_SIGN_UP_LEAD,
	                  arena_printf(page->call->arena, "@%.*s@%.*s", STR_ARG(choice->account.username),
	                               STR_ARG(page->instance->domain)));
	page_element(page, "p", NULL, TEXT_RESET_ENDS);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form(page, arena_printf(page->call->arena, "/reset/%.*s", STR_ARG(choice->secret)), purpose);
	new_password_fields(page, choice->account.username, alert);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_RESET_SAVE, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	return page_close(page, status, TEXT_SIGN_UP, STR_NONE);
}

static int show_gone(struct html_page *page)
{
	return page_message(page, 404, TEXT_SIGN_UP_GONE, TEXT_RESET_GONE_LEAD);
}

static int open_link(struct call *call, struct view *view, struct choice *choice)
{
	int err;

	page_open(&choice->page, call, view);
	choice->secret = call_path_param(call, "secret");
	err = reset_link(call->arena, view, choice->secret, &choice->account);
	if (err == ERR_NOT_FOUND)
		return show_gone(&choice->page);
	return err == OK ? OK : page_error(&choice->page, err);
}

int reset_link_show(struct call *call, struct view *view)
{
	struct choice choice = { 0 };
	int err = open_link(call, view, &choice);

	return err == OK ? show_choice(&choice, 200, TEXT_COUNT) : err;
}

int reset_link_check(struct call *call, struct view *view)
{
	struct choice *choice = ARENA_NEW(call->arena, struct choice);
	int err = open_link(call, view, choice);
	enum text fault;

	if (err != OK)
		return err;
	if (!page_form_fits(&choice->page, purpose))
		return show_choice(choice, 422, TEXT_FORM_EXPIRED);
	fault = new_password_fault(call);
	if (fault != TEXT_COUNT)
		return show_choice(choice, 422, fault);
	call->state = choice;
	return OK;
}

int reset_link_work(struct call *call)
{
	struct choice *choice = call->state;

	if (password_hash(call->arena, call_param(call, "password"), &choice->hash) != OK)
		return show_choice(choice, 422, TEXT_SIGN_UP_LENGTH);
	return OK;
}

int reset_link_write(struct call *call, struct txn *txn)
{
	struct choice choice = *(struct choice *)call->state;  /* a body may run again */
	int err = reset_finish(call, txn, choice.secret, choice.hash);

	if (err == ERR_NOT_FOUND && !txn_touched(txn))  /* used meanwhile */
		return show_gone(&choice.page);
	if (err != OK)
		return err;
	login_session_cookie(call, choice.page.instance, STR_NONE);
	call_redirect(call, 303, STR("/sign-in?reset=1"));
	return CALL_DONE;
}
