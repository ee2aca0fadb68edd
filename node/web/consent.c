/*
 * The authorization page: who asks, what for, where it leads, and the form. HTTP and pool threads.
 */
#include "node/web/consent.h"

#include "node/accounts/apps.h"
#include "node/accounts/webauthn.h"

struct str consent_purpose(const struct consent *consent)
{
	return arena_printf(consent->page.call->arena, "authorize\n%llu\n%llx\n%.*s\n%.*s\n%.*s",
	                    (unsigned long long)consent->app.id, (unsigned long long)consent->scopes,
	                    STR_ARG(consent->redirect_uri), STR_ARG(consent->challenge), STR_ARG(consent->state));
}

/* The names as scope_render() puts them, less those that others cover: nobody needs to read a thing twice. */
void consent_add_scopes(struct html_page *page, scope_set scopes)
{
	struct str names = scope_render(page->call->arena, scopes);
	scope_set said = 0;

	page_html(page, "<ul class=\"scopes\">\n");
	while (names.p) {
		struct str name = str_cut(&names, ' ');
		scope_set members = 0;

		scope_parse(name, &members, NULL);
		if (!(members & ~said))
			continue;
		said |= members;
		page_element(page, "li", NULL, text_of_scope(name));
	}
	page_html(page, "</ul>\n");
}

/* What the app says of itself: nobody checked it. */
static void add_website(struct html_page *page, struct str website)
{
	struct str site = web_site_of(website);

	if (site.n)
		page_element_with(page, "p", "lead", TEXT_AUTHORIZE_WEBSITE, site);
}

/* Where the person goes next: a forged app name does not change that. */
static void add_return(struct html_page *page, struct str redirect_uri)
{
	struct str site = web_site_of(redirect_uri);

	if (str_eq(redirect_uri, OUT_OF_BAND))
		page_element(page, "p", "aside", TEXT_AUTHORIZE_RETURN_CODE);
	else if (site.n)
		page_element_with(page, "p", "aside", TEXT_AUTHORIZE_RETURN, site);
	else
		page_element(page, "p", "aside", TEXT_AUTHORIZE_RETURN_APP);
}

/* The request's own parameters, for the form and for links back to this page. */
static void each_parameter(const struct consent *consent, void *arg,
                           void (*visit)(void *arg, const char *name, struct str value))
{
	visit(arg, "response_type", STR("code"));
	visit(arg, "client_id", consent->app.client_id);
	visit(arg, "redirect_uri", consent->redirect_uri);
	visit(arg, "scope", scope_render(consent->page.call->arena, consent->scopes));
	if (consent->state.n)
		visit(arg, "state", consent->state);
	if (consent->challenge.n) {
		visit(arg, "code_challenge", consent->challenge);
		visit(arg, "code_challenge_method", STR("S256"));
	}
}

static void add_hidden(void *arg, const char *name, struct str value)
{
	page_hidden(arg, name, value);
}

static void add_to_query(void *arg, const char *name, struct str value)
{
	struct buf *buf = arg;

	buf_printf(buf, "%c%s=", str_find_char(buf_str(buf), '?') == SIZE_MAX ? '?' : '&', name);
	buf_add_percent(buf, value);
}

static struct str address_of(const struct consent *consent, bool force_login)
{
	struct buf buf;

	buf_init(&buf, consent->page.call->arena, 0);
	buf_add(&buf, STR("/oauth/authorize"));
	each_parameter(consent, &buf, add_to_query);
	if (force_login)
		add_to_query(&buf, "force_login", STR("true"));
	return buf_str(&buf);
}

struct str consent_path(const struct consent *consent)
{
	return address_of(consent, false);
}

static void add_credentials(struct consent *consent, bool wrong)
{
	struct html_page *page = &consent->page;

	page_field(page, &(struct page_field){
		.name = "username", .type = "text", .autocomplete = "username", .label = TEXT_FIELD_NAME,
		.hint = TEXT_COUNT, .value = call_param(page->call, "username"), .wrong = wrong });
	page_field(page, &(struct page_field){
		.name = "password", .type = "password", .autocomplete = "current-password", .label = TEXT_FIELD_PASSWORD,
		.hint = TEXT_COUNT, .wrong = wrong });
}

/* Who decides, when somebody is signed in, and the way to another account. */
static void add_person(struct consent *consent)
{
	struct html_page *page = &consent->page;
	struct str handle = arena_printf(page->call->arena, "@%.*s", STR_ARG(page->username));

	page_html(page, "<p class=\"person\"><span>");
	page_say_with(page, TEXT_SIGNED_IN_AS, "strong", handle);
	page_html(page, "</span> ");
	page_link(page, NULL, address_of(consent, true), TEXT_AUTHORIZE_OTHER);
	page_html(page, "</p>\n");
}

/* Passkeys are for the page of signing in, which leads back here. */
static void add_passkey_link(struct consent *consent)
{
	struct html_page *page = &consent->page;
	struct webauthn_party party;
	struct buf buf;

	if (!consent->asks_password || consent->force_login || webauthn_party(page->instance, &party) != OK)
		return;
	buf_init(&buf, page->call->arena, 0);
	buf_add(&buf, STR("/sign-in?return="));
	buf_add_percent(&buf, consent_path(consent));
	page_html(page, "<p class=\"beside\">");
	page_link(page, NULL, buf_str(&buf), TEXT_PASSKEY_SIGN_IN);
	page_html(page, "</p>\n");
}

static void add_form(struct consent *consent, enum text alert)
{
	struct html_page *page = &consent->page;

	if (consent->asks_password)
		page_element(page, "p", "lead", TEXT_AUTHORIZE_SIGN_IN);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form(page, STR("/oauth/authorize"), consent_purpose(consent));
	each_parameter(consent, page, add_hidden);
	if (consent->force_login)
		page_hidden(page, "force_login", STR("true"));
	if (consent->asks_password)
		add_credentials(consent, alert == TEXT_SIGN_IN_WRONG || alert == TEXT_SIGN_IN_WAIT);
	else
		add_person(consent);
	page_html(page, "<div class=\"actions\">\n");
	page_button(page, "primary", "decision", "allow",
	            consent->asks_password ? TEXT_AUTHORIZE_SIGN_IN_ALLOW : TEXT_AUTHORIZE_ALLOW, false);
	page_button(page, "quiet", "decision", "deny", TEXT_AUTHORIZE_DENY, true);
	page_html(page, "</div>\n");
	page_form_end(page);
	add_passkey_link(consent);
}

int consent_show(struct consent *consent, int status, enum text alert)
{
	struct html_page *page = &consent->page;

	page->here = address_of(consent, consent->force_login);
	page_element_with(page, "h1", NULL, TEXT_AUTHORIZE_ASKS, consent->app.name);
	add_website(page, consent->app.website);
	page_element(page, "p", "may", TEXT_AUTHORIZE_MAY);
	consent_add_scopes(page, consent->scopes);
	if (consent->scopes & SCOPE_ADMIN)
		page_element(page, "p", "alert", TEXT_AUTHORIZE_ADMIN);
	add_form(consent, alert);
	add_return(page, consent->redirect_uri);
	return page_close(page, status, TEXT_AUTHORIZE, STR_NONE);
}

int consent_show_code(struct consent *consent, struct str code)
{
	struct html_page *page = &consent->page;

	page->here = address_of(consent, false);
	page_element(page, "h1", NULL, TEXT_AUTHORIZE_CODE);
	page_html(page, "<p><code class=\"code\" id=\"code\">");
	page_text(page, code);
	page_html(page, "</code></p>\n");
	page_element_with(page, "p", "lead", TEXT_AUTHORIZE_CODE_LEAD, consent->app.name);
	return page_close(page, 200, TEXT_AUTHORIZE_CODE, STR_NONE);
}
