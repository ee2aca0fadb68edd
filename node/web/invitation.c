/*
 * From a link to an account. The password is hashed and the key made in work, on the pool; the account and the use of the
 * invitation are one transaction.
 */
#include "node/web/invitation.h"

#include "node/accounts/email_domains.h"
#include "node/accounts/emails.h"
#include "node/accounts/entry.h"
#include "node/accounts/inviting.h"
#include "node/accounts/login.h"
#include "node/accounts/registration.h"
#include "node/api/invitations.h"
#include "node/node.h"
#include "node/web/new_password.h"
#include "node/web/pages.h"
#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"
#include "storage/users.h"

static const struct str purpose = STR("invitation");

/* From stage to stage. */
struct arrival {
	struct html_page page;
	struct invitation invitation;
	struct str sponsor;      /* as they are called; empty: who runs the node */
	struct str secret, cookie, email_secret;
	struct new_person person;
};

static int show_gone(struct html_page *page)
{
	return page_message(page, 404, TEXT_INVITATION_GONE, TEXT_INVITATION_GONE_LEAD);
}

/* --- the form --------------------------------------------------------------------------------------------------- */

static void add_fact(struct html_page *page, enum text name, struct str value)
{
	if (!value.n)
		return;
	page_html(page, "<dt>");
	page_say(page, name);
	page_html(page, "</dt><dd>");
	page_text(page, value);
	page_html(page, "</dd>\n");
}

static void add_facts(struct arrival *arrival)
{
	const struct invitation *invitation = &arrival->invitation;
	struct html_page *page = &arrival->page;
	struct buf names;

	buf_init(&names, page->call->arena, 0);
	for (size_t i = 0; i < invitation->communities.count; i++) {
		if (i)
			buf_add(&names, STR(", "));
		buf_add(&names, invitation->communities.items[i]);
	}
	page_html(page, "<dl class=\"fields\">\n");
	for (unsigned role = 1; role <= ROLES_ALL; role <<= 1)
		if (invitation->roles & role)
			add_fact(page, TEXT_INVITATION_ROLE, text_in(page->language, text_of_role((uint8_t)role)));
	add_fact(page, TEXT_INVITATION_DEPARTMENT, invitation->department);
	add_fact(page, TEXT_INVITATION_COMMUNITIES, buf_str(&names));
	add_fact(page, TEXT_INVITATION_EMAIL, invitation->email);
	page_html(page, "<dt>");
	page_say(page, TEXT_INVITATION_UNTIL);
	page_html(page, "</dt><dd>");
	page_date(page, invitation->expires_ms, true);
	page_html(page, "</dd>\n</dl>\n");
}

/* What was typed, or what the invitation proposes. */
static struct str typed(const struct arrival *arrival, const char *name, struct str proposed)
{
	struct str value = call_param(arrival->page.call, name);

	return value.p ? value : proposed;
}

static void add_fields(struct arrival *arrival, enum text alert)
{
	const struct invitation *invitation = &arrival->invitation;
	struct html_page *page = &arrival->page;

	page_field(page, &(struct page_field){
		.name = "display_name", .type = "text", .autocomplete = "name", .label = TEXT_INVITATION_DISPLAY_NAME,
		.hint = TEXT_COUNT, .value = typed(arrival, "display_name", invitation->display_name),
		.wrong = alert == TEXT_INVITATION_DISPLAY_NAME_WRONG });
	page_field(page, &(struct page_field){
		.name = "username", .type = "text", .autocomplete = "username", .label = TEXT_INVITATION_NAME,
		.hint = TEXT_INVITATION_NAME_HINT, .value = typed(arrival, "username", invitation->name),
		.wrong = alert == TEXT_INVITATION_NAME_WRONG || alert == TEXT_INVITATION_NAME_TAKEN });
	if (!invitation->email.n)
		page_field(page, &(struct page_field){
			.name = "email", .type = "email", .autocomplete = "email", .label = TEXT_INVITATION_EMAIL,
			.hint = TEXT_COUNT, .value = typed(arrival, "email", STR_NONE),
			.wrong = alert == TEXT_INVITATION_EMAIL_WRONG || alert == TEXT_INVITATION_EMAIL_REFUSED });
	new_password_fields(page, STR_NONE, alert);
}

static int show_form(struct arrival *arrival, int status, enum text alert)
{
	struct html_page *page = &arrival->page;

	page->here = arena_printf(page->call->arena, "/invitation/%.*s", STR_ARG(arrival->secret));
	page_element_with(page, "h1", NULL, TEXT_INVITATION_WELCOME, page_node_title(page));
	if (arrival->sponsor.n)
		page_element_with(page, "p", "lead", TEXT_INVITATION_BY, arrival->sponsor);
	else
		page_element(page, "p", "lead", TEXT_INVITATION_LEAD);
	add_facts(arrival);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form(page, page->here, purpose);
	add_fields(arrival, alert);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_INVITATION_SUBMIT, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	return page_close(page, status, TEXT_INVITATION, STR_NONE);
}

/* --- the stages ------------------------------------------------------------------------------------------------- */

static struct str name_of_sponsor(struct arena *arena, struct view *view, uint64_t sponsor_id)
{
	struct account account;

	if (!sponsor_id || accounts_get(arena, view, sponsor_id, &account) != OK)
		return STR_NONE;
	return account.display_name.n ? account.display_name : account.username;
}

static int open_link(struct call *call, struct view *view, struct arrival *arrival)
{
	int err;

	page_open(&arrival->page, call, view);
	arrival->secret = call_path_param(call, "secret");
	err = invitation_find(call->arena, view, arrival->secret, clock_now_ms(), &arrival->invitation);
	if (err == ERR_NOT_FOUND)
		return show_gone(&arrival->page);
	if (err != OK)
		return page_error(&arrival->page, err);
	if (!registration_network_may(view, call->request.peer_address))
		return page_message(&arrival->page, 403, TEXT_ERROR_DENIED, TEXT_ERROR_DENIED_LEAD);
	arrival->sponsor = name_of_sponsor(call->arena, view, arrival->invitation.sponsor_id);
	return OK;
}

int invitation_page_show(struct call *call, struct view *view)
{
	struct str accept = call_request_header(call, "Accept");
	struct arrival arrival = { 0 };
	int err;

	if (str_find(accept, STR("application/json")) != SIZE_MAX && str_find(accept, STR("text/html")) == SIZE_MAX)
		return api_invite_show(call, view);
	err = open_link(call, view, &arrival);
	return err == OK ? show_form(&arrival, 200, TEXT_COUNT) : err;
}

static bool is_taken(struct call *call, struct view *view, const struct new_person *person, enum text *ret_alert)
{
	struct account account;
	struct user user;

	if (accounts_of_name(call->arena, view, person->name, STR_NONE, &account) != ERR_NOT_FOUND) {
		*ret_alert = TEXT_INVITATION_NAME_TAKEN;
		return true;
	}
	*ret_alert = TEXT_INVITATION_EMAIL_REFUSED;
	return users_by_email(call->arena, view, person->email, &user) != ERR_NOT_FOUND;
}

/* What is wrong with the form; TEXT_COUNT: nothing. */
static enum text find_fault(struct call *call, struct view *view, struct new_person *person)
{
	enum text alert;
	const char *field;

	if (people_fault(&call->node->instance, person, &field))
		return field[0] == 'u' ? TEXT_INVITATION_NAME_WRONG
		       : field[0] == 'e' ? TEXT_INVITATION_EMAIL_WRONG : TEXT_INVITATION_DISPLAY_NAME_WRONG;
	if (email_fault(call->arena, view, call->node->config, &person->email))
		return TEXT_INVITATION_EMAIL_REFUSED;
	if (is_taken(call, view, person, &alert))
		return alert;
	return new_password_fault(call);
}

int invitation_page_check(struct call *call, struct view *view)
{
	struct arrival *arrival = ARENA_NEW(call->arena, struct arrival);
	enum text alert;
	int err = open_link(call, view, arrival);

	if (err != OK)
		return err;
	if (!page_form_fits(&arrival->page, purpose))
		return show_form(arrival, 422, TEXT_FORM_EXPIRED);
	arrival->person = (struct new_person){
		.name = str_trim(call_param(call, "username")), .email = str_trim(call_param(call, "email")),
		.display_name = str_trim(call_param(call, "display_name")),
		.locale = str_of(language_code(arrival->page.language)),
	};
	invitation_fill(&arrival->invitation, call->node->config, &arrival->person);
	alert = find_fault(call, view, &arrival->person);
	if (alert != TEXT_COUNT)
		return show_form(arrival, 422, alert);
	arrival->cookie = hash_token(call->arena);
	arrival->email_secret = hash_token(call->arena);
	call->state = arrival;
	return OK;
}

int invitation_page_work(struct call *call)
{
	struct arrival *arrival = call->state;
	const char *reason = NULL;

	if (password_hash(call->arena, call_param(call, "password"), &arrival->person.password_hash) != OK)
		return show_form(arrival, 422, TEXT_SIGN_UP_LENGTH);
	return people_prepare(call->arena, &call->node->instance, &arrival->person, &reason);
}

int invitation_page_write(struct call *call, struct txn *txn)
{
	struct arrival arrival = *(struct arrival *)call->state;  /* a body may run again */
	struct mailer mailer = mailer_of(call->node);
	struct str next;
	bool whole;
	int err = invitation_accept(call->arena, txn, call->node->config, arrival.secret, &arrival.person);

	if (err == ERR_NOT_FOUND)  /* used meanwhile */
		return show_gone(&arrival.page);
	if (err == ERR_EXISTS)
		return show_form(&arrival, 422, TEXT_INVITATION_NAME_TAKEN);
	if (err == OK && arrival.person.unconfirmed) {
		emails_ask_again(call->arena, txn, &mailer, arrival.person.account.id, arrival.email_secret);
		return txn_err(txn) ? txn_err(txn) : page_message(&arrival.page, 200, TEXT_INVITATION_CONFIRM,
		                                                  TEXT_INVITATION_CONFIRM_LEAD);
	}
	if (err == OK && arrival.person.waits)
		return page_message(&arrival.page, 200, TEXT_INVITATION_WAITS, TEXT_INVITATION_WAITS_LEAD);
	if (err == OK)
		err = entry_begin(call, txn, arrival.person.account.id, arrival.cookie, STR("/"), &next, &whole);
	if (err != OK)
		return txn_touched(txn) ? txn_fail(txn, err) : err;
	call_redirect(call, 303, next);
	return CALL_DONE;
}
