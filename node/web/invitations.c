/*
 * One form to invite, and one around the list: each of its buttons names an invitation. A link is shown once, on the page
 * that answers the form, and only where no mail takes it there.
 */
#include "node/web/invitations.h"

#include <string.h>

#include "node/accounts/inviting.h"
#include "node/config.h"
#include "node/node.h"
#include "node/web/pages.h"
#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"
#include "storage/mails.h"
#include "storage/users.h"

/* Each that is sent again is some ten puts. */
enum { SHOWN = 40, RESEND_MAX = 40 };

static const struct str path = STR("/settings/invitations");
static const struct str purpose = STR("invitations");

enum deed { DEED_NONE, DEED_INVITE, DEED_RESEND, DEED_REVOKE, DEED_RESEND_EXPIRED };

/* From stage to stage. */
struct desk {
	struct html_page page;
	struct inviter inviter;
	enum deed deed;
	struct invitation invitation;  /* what the form says; afterwards, what it is about */
	struct str secret;
	struct str *secrets;           /* of RESEND_MAX that are sent again */
	size_t resent;
	enum text alert;               /* what went wrong; TEXT_COUNT: nothing */
};

/* --- the form --------------------------------------------------------------------------------------------------- */

static void add_choice(struct html_page *page, const char *value, enum text text, struct str chosen)
{
	buf_printf(&page->body, "<option value=\"%s\"%s>", value, str_eq(chosen, str_of(value)) ? " selected" : "");
	page_say(page, text);
	page_html(page, "</option>\n");
}

static void begin_select(struct html_page *page, const char *name, enum text label)
{
	buf_printf(&page->body, "<div class=\"field\"><label for=\"%s\">", name);
	page_say(page, label);
	buf_printf(&page->body, "</label>\n<select id=\"%s\" name=\"%s\">\n", name, name);
}

static void add_selects(struct desk *desk)
{
	struct html_page *page = &desk->page;
	struct str role = call_param(page->call, "role"), language = call_param(page->call, "language");

	begin_select(page, "language", TEXT_INVITATIONS_LANGUAGE);
	add_choice(page, "fr", TEXT_INVITATIONS_FRENCH, language.n ? language : str_of(language_code(page->language)));
	add_choice(page, "en", TEXT_INVITATIONS_ENGLISH, language.n ? language : str_of(language_code(page->language)));
	page_html(page, "</select></div>\n");
	if (!desk->inviter.grants)
		return;
	begin_select(page, "role", TEXT_INVITATION_ROLE);
	add_choice(page, "member", TEXT_ROLE_MEMBER, role);
	for (unsigned one = 1; one <= ROLES_ALL; one <<= 1)
		add_choice(page, role_name((uint8_t)one), text_of_role((uint8_t)one), role);
	page_html(page, "</select></div>\n");
}

/* What was typed, as long as it has not become an invitation. */
static struct str typed(const struct desk *desk, const char *name, const char *fallback)
{
	struct str value = desk->alert != TEXT_COUNT ? call_param(desk->page.call, name) : STR_NONE;

	return value.p ? value : str_of(fallback);
}

static void add_form(struct desk *desk)
{
	struct html_page *page = &desk->page;
	bool wrong_email = desk->alert == TEXT_INVITATIONS_EMAIL || desk->alert == TEXT_INVITATIONS_KNOWN;

	page_form(page, path, purpose);
	page_hidden(page, "invite", STR("1"));
	page_field(page, &(struct page_field){
		.name = "email", .type = "email", .autocomplete = "off", .label = TEXT_INVITATION_EMAIL, .optional = true,
		.hint = mail_is_on(desk->inviter.config) ? TEXT_INVITATIONS_EMAIL_MAILED : TEXT_INVITATIONS_EMAIL_HINT,
		.value = typed(desk, "email", ""), .wrong = wrong_email });
	page_field(page, &(struct page_field){
		.name = "display_name", .type = "text", .autocomplete = "off", .label = TEXT_INVITATIONS_NAME, .optional = true,
		.hint = TEXT_COUNT, .value = typed(desk, "display_name", ""), .wrong = desk->alert == TEXT_INVITATION_DISPLAY_NAME_WRONG });
	page_field(page, &(struct page_field){
		.name = "department", .type = "text", .autocomplete = "off", .label = TEXT_INVITATION_DEPARTMENT, .optional = true,
		.hint = TEXT_COUNT, .value = typed(desk, "department", "") });
	page_field(page, &(struct page_field){
		.name = "communities", .type = "text", .autocomplete = "off", .label = TEXT_INVITATION_COMMUNITIES, .optional = true,
		.hint = TEXT_INVITATIONS_COMMUNITIES_HINT, .value = typed(desk, "communities", "") });
	add_selects(desk);
	if (desk->inviter.staff)
		page_field(page, &(struct page_field){
			.name = "uses", .type = "text", .autocomplete = "off", .label = TEXT_INVITATIONS_USES, .optional = true,
			.hint = TEXT_INVITATIONS_USES_HINT, .value = typed(desk, "uses", "1"),
			.wrong = desk->alert == TEXT_INVITATIONS_USES_WRONG });
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_INVITATIONS_SUBMIT, false);
	page_html(page, "</div>\n");
	page_form_end(page);
}

/* --- the list --------------------------------------------------------------------------------------------------- */

static const enum text state_texts[INVITATION_STATES] = {
	[INVITATION_OPEN] = TEXT_INVITATIONS_OPEN, [INVITATION_USED] = TEXT_INVITATIONS_USED,
	[INVITATION_EXPIRED] = TEXT_INVITATIONS_EXPIRED, [INVITATION_REVOKED] = TEXT_INVITATIONS_REVOKED,
};

/* Who only hears the page hears what the button is about. */
static void add_button(struct html_page *page, const char *name, enum text text, const struct invitation *invitation,
                       struct str subject)
{
	buf_printf(&page->body, "<button class=\"quiet\" name=\"%s\" value=\"%llu\">", name,
	           (unsigned long long)invitation->id);
	page_say(page, text);
	page_html(page, "<span class=\"unseen\"> ");
	page_text(page, subject);
	page_html(page, "</span></button>\n");
}

static struct str name_of(struct html_page *page, struct view *view, uint64_t account_id)
{
	struct account account;

	if (!account_id || accounts_get(page->call->arena, view, account_id, &account) != OK)
		return STR_NONE;
	return account.display_name.n ? account.display_name : account.username;
}

static void add_about(struct html_page *page, enum text text, struct str value)
{
	if (!value.n)
		return;
	page_html(page, "<span>");
	page_say_with(page, text, NULL, value);
	page_html(page, "</span>\n");
}

static void add_mail(struct desk *desk, struct view *view, const struct invitation *invitation)
{
	struct html_page *page = &desk->page;
	struct mail mail;

	if (!invitation->mail_id || mails_get(page->call->arena, view, invitation->mail_id, &mail) != OK)
		return;
	page_html(page, "<span>");
	page_say(page, mail.state == MAIL_SENT ? TEXT_INVITATIONS_MAIL_SENT : mail.state == MAIL_WAITING
	               ? TEXT_INVITATIONS_MAIL_WAITING : TEXT_INVITATIONS_MAIL_FAILED);
	page_html(page, "</span>\n");
}

static void add_abouts(struct desk *desk, struct view *view, const struct invitation *invitation)
{
	struct html_page *page = &desk->page;
	struct arena *arena = page->call->arena;

	page_html(page, "<p class=\"about\">");
	if (invitation->display_name.n || invitation->name.n)
		add_about(page, TEXT_ARGUMENT, invitation->email);
	add_about(page, TEXT_ARGUMENT, invitation->department);
	if (invitation->sponsor_id != page->account_id)
		add_about(page, TEXT_INVITATIONS_SPONSOR, name_of(page, view, invitation->sponsor_id));
	if (invitation->uses_max > 1)
		add_about(page, TEXT_INVITATIONS_COUNT, arena_printf(arena, "%llu / %llu", (unsigned long long)invitation->uses,
		                                                     (unsigned long long)invitation->uses_max));
	if (!invitation->revoked_ms && invitation->uses < invitation->uses_max) {
		page_html(page, "<span>");
		page_say(page, TEXT_INVITATION_UNTIL);
		page_html(page, " ");
		page_date(page, invitation->expires_ms, false);
		page_html(page, "</span>\n");
	}
	add_mail(desk, view, invitation);
	page_html(page, "</p>\n");
}

static void add_row(struct desk *desk, struct view *view, const struct invitation *invitation)
{
	enum invitation_state state = invitation_state(invitation, clock_now_ms());
	bool alive = state == INVITATION_OPEN || state == INVITATION_EXPIRED;
	struct html_page *page = &desk->page;
	struct str subject = invitation->display_name.n ? invitation->display_name : invitation->name.n ? invitation->name
	                     : invitation->email.n ? invitation->email : text_in(page->language, TEXT_INVITATIONS_LINK);

	page_html(page, "<li>\n<div>\n<p class=\"name\"><strong>");
	page_text(page, subject);
	page_html(page, "</strong>");
	page_element(page, "span", state == INVITATION_OPEN ? "mark" : "mark over", state_texts[state]);
	page_html(page, "</p>\n");
	add_abouts(desk, view, invitation);
	page_html(page, "</div>\n");
	if (!alive) {
		page_html(page, "</li>\n");
		return;
	}
	page_html(page, "<div class=\"deeds\">\n");
	if (!invitation->roles || desk->inviter.grants)
		add_button(page, "resend", mail_is_on(desk->inviter.config) && invitation->email.n ? TEXT_INVITATIONS_RESEND
		           : TEXT_INVITATIONS_RENEW, invitation, subject);
	add_button(page, "revoke", TEXT_INVITATIONS_REVOKE, invitation, subject);
	page_html(page, "</div>\n</li>\n");
}

/* Which ones are theirs to look after. */
static struct invitation_filter own_filter(const struct desk *desk)
{
	return (struct invitation_filter){
		.of_sponsor = !desk->inviter.staff, .sponsor_id = desk->page.account_id, .now_ms = clock_now_ms(),
	};
}

/* Can mail take a new link there? */
static bool is_resendable(const struct desk *desk, const struct invitation *invitation)
{
	return mail_is_on(desk->inviter.config) && invitation->email.n &&
	       invitation_state(invitation, clock_now_ms()) == INVITATION_EXPIRED;
}

static int add_list(struct desk *desk, struct view *view)
{
	struct html_page *page = &desk->page;
	struct invitation_filter filter = own_filter(desk);
	struct page range = { .max_id = call_param_id(page->call, "max_id"), .limit = SHOWN };
	struct invitation *list;
	uint64_t last = 0;
	size_t count = 0, resendable = 0;
	int err = invitations_list(page->call->arena, view, &filter, &range, &list, &count, &last);

	if (err != OK)
		return err;
	page_element(page, "h2", "section", desk->inviter.staff ? TEXT_INVITATIONS_ALL : TEXT_INVITATIONS_MINE);
	if (!count) {
		page_element(page, "p", "section lead", TEXT_INVITATIONS_NONE);
		return OK;
	}
	page_form(page, path, purpose);
	page_html(page, "<ul class=\"sheet held\">\n");
	for (size_t i = 0; i < count; i++) {
		add_row(desk, view, &list[i]);
		resendable += is_resendable(desk, &list[i]);
	}
	page_html(page, "</ul>\n");
	if (resendable) {
		page_html(page, "<p class=\"section\">");
		page_button(page, "quiet", "resend", "expired", TEXT_INVITATIONS_RESEND_EXPIRED, false);
		page_html(page, "</p>\n");
	}
	page_form_end(page);
	if (last) {
		page_html(page, "<p class=\"pages\">");
		page_link(page, NULL, arena_printf(page->call->arena, "%.*s?max_id=%llu", STR_ARG(path), (unsigned long long)last),
		          TEXT_INVITATIONS_OLDER);
		page_html(page, "</p>\n");
	}
	return OK;
}

/* --- the page --------------------------------------------------------------------------------------------------- */

/* Read out at once: what was done, with the link that is to be handed over. */
static void add_outcome(struct desk *desk)
{
	const struct invitation *invitation = &desk->invitation;
	struct html_page *page = &desk->page;

	page_html(page, "<div class=\"done\" role=\"status\"><p>");
	if (desk->deed == DEED_REVOKE)
		page_say(page, TEXT_INVITATIONS_REVOKED_DONE);
	else if (desk->deed == DEED_RESEND_EXPIRED)
		page_say_with(page, TEXT_INVITATIONS_RESENT, NULL, arena_printf(page->call->arena, "%zu", desk->resent));
	else if (invitation->sent_ms)
		page_say_with(page, TEXT_INVITATIONS_MAILED, NULL, invitation->email);
	else
		page_say(page, TEXT_INVITATIONS_HAND_OVER);
	page_html(page, "</p>\n");
	if ((desk->deed == DEED_INVITE || desk->deed == DEED_RESEND) && !invitation->sent_ms) {
		page_html(page, "<p class=\"code\">");
		page_text(page, invitation_link(page->call->arena, page->instance, desk->secret));
		page_html(page, "</p>\n");
	}
	page_html(page, "</div>\n");
}

static int show_page(struct desk *desk, struct view *view, bool is_done)
{
	struct html_page *page = &desk->page;
	int err;

	page->wide = true;
	page->here = path;
	page_html(page, "<div class=\"section\">\n");
	page_element(page, "h1", NULL, TEXT_INVITATIONS);
	page_element(page, "p", "lead", TEXT_INVITATIONS_LEAD);
	if (desk->alert != TEXT_COUNT)
		page_alert(page, desk->alert);
	else if (is_done)
		add_outcome(desk);
	page_html(page, "</div>\n<div class=\"sheet desk\">\n");
	add_form(desk);
	if (desk->inviter.staff) {
		page_html(page, "<p class=\"aside\">");
		page_link(page, NULL, STR("/settings/invitations/import"), TEXT_SHEET);
		page_html(page, "</p>\n");
	}
	page_html(page, "</div>\n");
	err = add_list(desk, view);
	if (err != OK)
		return page_error(page, err);
	return page_close(page, desk->alert == TEXT_COUNT ? 200 : 422, TEXT_INVITATIONS, STR_NONE);
}

int invitations_page_inviter(const struct html_page *page, struct view *view, struct inviter *ret_inviter)
{
	struct node *node = page->call->node;
	struct user user;
	int err;

	if (!page->account_id || !node || !node->config)
		return ERR_NOT_FOUND;
	err = users_get(page->call->arena, view, page->account_id, &user);
	if (err != OK)
		return err;
	*ret_inviter = (struct inviter){ .instance = &node->instance, .config = node->config, .mailer = mailer_of(node) };
	inviter_set(ret_inviter, page->account_id, user.roles);
	return inviter_may(ret_inviter) ? OK : ERR_NOT_FOUND;
}

static int open_page(struct call *call, struct view *view, struct desk *desk)
{
	int err;

	*desk = (struct desk){ .alert = TEXT_COUNT };
	page_open(&desk->page, call, view);
	if (!desk->page.account_id)
		return call_send_to_sign_in(call);
	err = invitations_page_inviter(&desk->page, view, &desk->inviter);
	if (err == ERR_NOT_FOUND)
		return page_message(&desk->page, 403, TEXT_INVITATIONS, TEXT_INVITATIONS_NOT_YOURS);
	return err == OK ? OK : page_error(&desk->page, err);
}

int invitations_page_show(struct call *call, struct view *view)
{
	struct desk desk;
	int err = open_page(call, view, &desk);

	return err == OK ? show_page(&desk, view, false) : err;
}

/* --- the deeds -------------------------------------------------------------------------------------------------- */

static struct str_list split(struct arena *arena, struct str text)
{
	struct str_list list = { ARENA_ARRAY(arena, struct str, text.n + 1), 0 };

	while (text.n) {
		struct str name = str_trim(str_cut(&text, ','));

		if (name.n)
			list.items[list.count++] = name;
	}
	return list;
}

static enum text text_of_fault(const char *field)
{
	static const struct { const char *field; enum text text; } texts[] = {
		{ "email", TEXT_INVITATIONS_EMAIL }, { "display_name", TEXT_INVITATION_DISPLAY_NAME_WRONG },
		{ "uses", TEXT_INVITATIONS_USES_WRONG },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(field, texts[i].field) == 0)
			return texts[i].text;
	return TEXT_INVITATIONS_WRONG;
}

/* What is wrong with the form; TEXT_COUNT: nothing. */
static enum text read_form(struct desk *desk, struct view *view)
{
	struct call *call = desk->page.call;
	struct invitation *invitation = &desk->invitation;
	struct str role = call_param(call, "role"), uses = str_trim(call_param(call, "uses"));
	int64_t now_ms = clock_now_ms();
	const char *field;

	*invitation = (struct invitation){
		.email = str_trim(call_param(call, "email")), .display_name = str_trim(call_param(call, "display_name")),
		.department = str_trim(call_param(call, "department")), .language = call_param(call, "language"),
		.communities = split(call->arena, call_param(call, "communities")),
	};
	if (role.n && roles_parse(role, &invitation->roles) != OK)
		return TEXT_INVITATIONS_WRONG;
	if (uses.n && (!str_to_u64(uses, &invitation->uses_max) || !invitation->uses_max))
		return TEXT_INVITATIONS_USES_WRONG;
	if (invitation_fault(call->arena, view, &desk->inviter, now_ms, invitation, &field))
		return text_of_fault(field);
	return invitation_is_for_known(call->arena, view, invitation, now_ms, &field) ? TEXT_INVITATIONS_KNOWN : TEXT_COUNT;
}

static enum deed read_deed(const struct call *call, uint64_t *ret_id)
{
	if (call_param(call, "invite").n)
		return DEED_INVITE;
	if (str_eq(call_param(call, "resend"), STR("expired")))
		return DEED_RESEND_EXPIRED;
	*ret_id = call_param_id(call, "resend");
	if (*ret_id)
		return DEED_RESEND;
	*ret_id = call_param_id(call, "revoke");
	return *ret_id ? DEED_REVOKE : DEED_NONE;
}

int invitations_page_check(struct call *call, struct view *view)
{
	struct desk *desk = ARENA_NEW(call->arena, struct desk);
	int err = open_page(call, view, desk);

	if (err != OK)
		return err;
	desk->secret = hash_token(call->arena);
	desk->deed = read_deed(call, &desk->invitation.id);
	desk->secrets = ARENA_ARRAY(call->arena, struct str, RESEND_MAX);
	for (size_t i = 0; i < RESEND_MAX && desk->deed == DEED_RESEND_EXPIRED; i++)
		desk->secrets[i] = hash_token(call->arena);
	call->state = desk;
	if (!page_form_fits(&desk->page, purpose))
		desk->alert = TEXT_FORM_EXPIRED;
	else if (desk->deed == DEED_INVITE)
		desk->alert = read_form(desk, view);
	else if (desk->deed == DEED_NONE)
		return page_error(&desk->page, ERR_INVALID);
	return desk->alert == TEXT_COUNT ? OK : show_page(desk, view, false);
}

/* The newest RESEND_MAX that ended unused and have an address; pressed again, those before. */
static int resend_expired(struct desk *desk, struct txn *txn)
{
	struct arena *arena = desk->page.call->arena;
	struct invitation_filter filter = own_filter(desk);
	struct page range = { .limit = PAGE_LIMIT_MAX };
	struct invitation *list;
	uint64_t last;
	size_t count = 0, tried = 0;
	int err;

	filter.in_state = true;
	filter.state = INVITATION_EXPIRED;
	desk->resent = 0;
	err = invitations_list(arena, txn_view(txn), &filter, &range, &list, &count, &last);
	for (size_t i = 0; err == OK && i < count && tried < RESEND_MAX; i++) {
		struct invitation invitation;

		if (!is_resendable(desk, &list[i]))
			continue;
		err = invitation_resend(arena, txn, &desk->inviter, list[i].id, desk->secrets[tried++], &invitation);
		desk->resent += err == OK && invitation.sent_ms;
		if (err == ERR_DENIED)  /* it gives a role */
			err = OK;
	}
	/* A member's places may be fewer than that. */
	return err == ERR_LIMIT && desk->resent ? OK : err;
}

static int act(struct desk *desk, struct txn *txn, struct invitation *invitation)
{
	struct arena *arena = desk->page.call->arena;
	const char *field;

	if (desk->deed == DEED_RESEND_EXPIRED)
		return resend_expired(desk, txn);
	if (desk->deed == DEED_REVOKE)
		return invitation_revoke(arena, txn, &desk->inviter, invitation->id, invitation);
	if (desk->deed == DEED_RESEND)
		return invitation_resend(arena, txn, &desk->inviter, invitation->id, desk->secret, invitation);
	/* Another may have been quicker. */
	if (invitation_is_for_known(arena, txn_view(txn), invitation, txn_now_ms(txn), &field))
		return ERR_EXISTS;
	return invitation_make(arena, txn, &desk->inviter, desk->secret, invitation);
}

/* What could not be done is said by the page; nothing was written then. */
int invitations_page_write(struct call *call, struct txn *txn)
{
	struct desk *desk = call->state;
	struct invitation invitation = { .id = desk->invitation.id };
	int err;

	/* A body may run again: what the form says stays as it is until the last run is over. */
	if (desk->deed == DEED_INVITE)
		invitation = desk->invitation;
	err = act(desk, txn, &invitation);
	desk->alert = err == ERR_LIMIT ? TEXT_INVITATIONS_LIMIT : err == ERR_EXISTS ? TEXT_INVITATIONS_KNOWN
	              : err == ERR_NOT_FOUND || err == ERR_DENIED ? TEXT_INVITATIONS_OVER : TEXT_COUNT;
	if (err != OK && desk->alert == TEXT_COUNT)
		return err;
	if (err == OK && desk->deed != DEED_INVITE)
		desk->invitation = invitation;
	else if (err == OK)
		desk->invitation.sent_ms = invitation.sent_ms;
	return OK;
}

int invitations_page_done(struct call *call, struct view *view)
{
	return show_page(call->state, view, true);
}
