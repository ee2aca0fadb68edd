/*
 * Signing in, out and up. Names that do not exist answer as wrong passwords do: same text, same size, same time.
 * Passwords are verified and hashed in work, on the pool.
 */
#include "node/web/sign_in.h"

#include "node/accounts/directory_sign_in.h"
#include "node/accounts/entry.h"
#include "node/accounts/guard.h"
#include "node/accounts/login.h"
#include "node/accounts/people.h"
#include "node/mail/letters.h"
#include "node/node.h"
#include "node/web/new_password.h"
#include "node/web/passkeys.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"
#include "storage/tokens.h"
#include "storage/users.h"

/* From stage to stage. */
struct sign_in {
	struct html_page page;
	struct str path;       /* where to afterwards */
	struct user user;      /* all zero: nobody of that name */
	struct guard guard;
	struct directory_arrival arrival;
	struct str cookie;
};

static struct str sign_in_purpose(struct arena *arena, struct str path)
{
	return arena_printf(arena, "sign-in\n%.*s", STR_ARG(path));
}

int sign_in_form(struct html_page *page, struct str path, int status, enum text alert)
{
	bool wrong = alert == TEXT_SIGN_IN_WRONG || alert == TEXT_SIGN_IN_WAIT;
	struct buf here;

	buf_init(&here, page->call->arena, 0);
	buf_add(&here, STR("/sign-in?return="));
	buf_add_percent(&here, path);
	page->here = buf_str(&here);
	page_element(page, "h1", NULL, TEXT_SIGN_IN);
	if (call_param_bool(page->call, "reset", false)) {
		page_html(page, "<p class=\"done\" role=\"status\">");
		page_say(page, TEXT_RESET_DONE);
		page_html(page, "</p>\n");
	} else {
		page_element(page, "p", "lead", TEXT_SIGN_IN_LEAD);
	}
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form(page, STR("/sign-in"), sign_in_purpose(page->call->arena, path));
	page_hidden(page, "return", path);
	page_field(page, &(struct page_field){
		.name = "username", .type = "text", .autocomplete = "username", .label = TEXT_FIELD_NAME,
		.hint = TEXT_COUNT, .value = call_param(page->call, "username"), .wrong = wrong });
	page_field(page, &(struct page_field){
		.name = "password", .type = "password", .autocomplete = "current-password", .label = TEXT_FIELD_PASSWORD,
		.hint = TEXT_COUNT, .wrong = wrong });
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_SIGN_IN, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	passkeys_add_sign_in(page, path);
	if (page->call->node && mail_is_on(page->call->node->config)) {
		page_html(page, "<p class=\"beside\">");
		page_link(page, NULL, STR("/reset"), TEXT_RESET_LINK);
		page_html(page, "</p>\n");
	}
	page_element(page, "p", "aside", TEXT_HOME_NO_ACCOUNT);
	return page_close(page, status, TEXT_SIGN_IN, STR_NONE);
}

static int show_form(struct sign_in *sign_in, int status, enum text alert)
{
	return sign_in_form(&sign_in->page, sign_in->path, status, alert);
}

static int go_to(struct call *call, struct str path)
{
	call_redirect(call, 303, path);
	return CALL_DONE;
}

int sign_in_show(struct call *call, struct view *view)
{
	struct sign_in sign_in = { .path = page_return_path(call_param(call, "return")) };

	page_open(&sign_in.page, call, view);
	if (sign_in.page.account_id)
		return go_to(call, sign_in.path);
	return show_form(&sign_in, 200, TEXT_COUNT);
}

int sign_in_check(struct call *call, struct view *view)
{
	struct sign_in *sign_in = ARENA_NEW(call->arena, struct sign_in);
	int err;

	sign_in->path = page_return_path(call_param(call, "return"));
	page_open(&sign_in->page, call, view);
	if (!page_form_fits(&sign_in->page, sign_in_purpose(call->arena, sign_in->path)))
		return show_form(sign_in, 422, TEXT_FORM_EXPIRED);
	err = login_find(call->arena, view, call_param(call, "username"), &sign_in->user);
	sign_in->guard = guard_of(call, &sign_in->user, call_param(call, "username"));
	sign_in->cookie = hash_token(call->arena);
	call->computes = !directory_is_asked(call);
	call->state = sign_in;
	return err == ERR_NOT_FOUND ? OK : err;
}

int sign_in_work(struct call *call)
{
	struct sign_in *sign_in = call->state;
	int status, err = sign_in_prove(call, &sign_in->guard, &sign_in->user, call_param(call, "username"),
	                                call_param(call, "password"), &sign_in->arrival);
	enum text fault = sign_in_fault(err, &status);

	return fault != TEXT_COUNT ? show_form(sign_in, status, fault) : err;
}

int sign_in_write(struct call *call, struct txn *txn)
{
	struct sign_in sign_in = *(struct sign_in *)call->state;  /* a body may run again */
	struct str next;
	bool whole;
	int err = directory_arrival_write(call, txn, &sign_in.arrival, &sign_in.user.account_id);

	if (err == OK)
		err = entry_begin(call, txn, sign_in.user.account_id, sign_in.cookie, sign_in.path, &next, &whole);
	if (err == ERR_NOT_FOUND)  /* disabled while the password was verified */
		return show_form(&sign_in, 422, TEXT_SIGN_IN_WRONG);
	if (err == OK)
		err = guard_passed(txn, &sign_in.guard);
	if (err != OK)
		return err;
	return go_to(call, next);
}

int sign_out_check(struct call *call, struct view *view)
{
	struct html_page *page = ARENA_NEW(call->arena, struct html_page);

	page_open(page, call, view);
	if (!page->account_id)
		return go_to(call, STR("/"));
	if (!page_form_fits(page, STR("sign-out")))
		return page_message(page, 422, TEXT_SIGN_OUT, TEXT_FORM_EXPIRED);
	call->state = page;
	return OK;
}

int sign_out_write(struct call *call, struct txn *txn)
{
	const struct html_page *page = call->state;
	int err = sessions_delete(txn, login_session_sent(call, page->instance));

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	txn_emit(txn, EVENT_REVOKED, 0, page->account_id);
	login_session_cookie(call, page->instance, STR_NONE);
	return go_to(call, STR("/"));
}

/* From stage to stage. */
struct sign_up {
	struct html_page page;
	struct account account;
	struct str secret, hash, cookie;
};

static int show_gone(struct html_page *page)
{
	return page_message(page, 404, TEXT_SIGN_UP_GONE, TEXT_SIGN_UP_GONE_LEAD);
}

static int show_choice(struct sign_up *sign_up, int status, enum text alert)
{
	struct html_page *page = &sign_up->page;
	const struct account *account = &sign_up->account;
	struct str handle = arena_printf(page->call->arena, "@%.*s@%.*s", STR_ARG(account->username),
	                                 STR_ARG(page->instance->domain));

	page_element_with(page, "h1", NULL, TEXT_SIGN_UP_WELCOME,
	                  account->display_name.n ? account->display_name : account->username);
	page_element_with(page, "p", "lead", TEXT_SIGN_UP_LEAD, handle);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form(page, arena_printf(page->call->arena, "/sign-up/%.*s", STR_ARG(sign_up->secret)), STR("sign-up"));
	new_password_fields(page, account->username, alert);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_SIGN_UP_SUBMIT, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	return page_close(page, status, TEXT_SIGN_UP, STR_NONE);
}

/* The account that a link is for. ERR_NOT_FOUND: unknown, used or expired, or of somebody who is disabled. */
static int find_link(struct arena *arena, struct view *view, struct str secret, struct account *ret_account)
{
	struct session link;
	int err = secret.n ? sign_up_get(view, secret, &link) : ERR_NOT_FOUND;

	if (err == OK)
		err = accounts_get(arena, view, link.account_id, ret_account);
	return err == OK && (ret_account->disabled || ret_account->deleted) ? ERR_NOT_FOUND : err;
}

static int open_link(struct call *call, struct view *view, struct sign_up *sign_up)
{
	int err;

	page_open(&sign_up->page, call, view);
	sign_up->secret = call_path_param(call, "secret");
	err = find_link(call->arena, view, sign_up->secret, &sign_up->account);
	if (err == ERR_NOT_FOUND)
		return show_gone(&sign_up->page);
	return err == OK ? OK : page_error(&sign_up->page, err);
}

int sign_up_show(struct call *call, struct view *view)
{
	struct sign_up sign_up = { 0 };
	int err = open_link(call, view, &sign_up);

	return err == OK ? show_choice(&sign_up, 200, TEXT_COUNT) : err;
}

int sign_up_check(struct call *call, struct view *view)
{
	struct sign_up *sign_up = ARENA_NEW(call->arena, struct sign_up);
	int err = open_link(call, view, sign_up);
	enum text fault;

	if (err != OK)
		return err;
	if (!page_form_fits(&sign_up->page, STR("sign-up")))
		return show_choice(sign_up, 422, TEXT_FORM_EXPIRED);
	fault = new_password_fault(call);
	if (fault != TEXT_COUNT)
		return show_choice(sign_up, 422, fault);
	sign_up->cookie = hash_token(call->arena);
	call->state = sign_up;
	return OK;
}

int sign_up_work(struct call *call)
{
	struct sign_up *sign_up = call->state;

	if (password_hash(call->arena, call_param(call, "password"), &sign_up->hash) != OK)
		return show_choice(sign_up, 422, TEXT_SIGN_UP_LENGTH);
	return OK;
}

int sign_up_write(struct call *call, struct txn *txn)
{
	struct sign_up sign_up = *(struct sign_up *)call->state;  /* a body may run again */
	struct mailer mailer = mailer_of(call->node);
	struct user user;
	struct str next;
	bool whole;
	int err = find_link(call->arena, txn_view(txn), sign_up.secret, &sign_up.account);

	if (err == ERR_NOT_FOUND)  /* used meanwhile */
		return show_gone(&sign_up.page);
	if (err == OK)
		err = users_get(call->arena, txn_view(txn), sign_up.account.id, &user);
	/* Ends everything the account had, this link too. */
	if (err == OK)
		err = people_set_password(call->arena, txn, sign_up.account.username, sign_up.hash);
	if (err == OK && user.password_hash.n)  /* not the first one */
		err = letter_password_changed(call->arena, txn, &mailer, user.account_id);
	if (err == OK)
		err = entry_begin(call, txn, sign_up.account.id, sign_up.cookie, STR("/"), &next, &whole);
	return err == OK ? go_to(call, next) : err;
}
