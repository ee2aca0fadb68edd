/*
 * What a person has let in, as a page with one form: each button names what it ends. Of a browser no more is shown than
 * what tells it from the others; no address is kept.
 */
#include "node/web/sessions.h"

#include "node/accounts/agent.h"
#include "node/accounts/login.h"
#include "node/web/consent.h"
#include "storage/keyring.h"
#include "storage/tokens.h"

enum { APPS_SHOWN = 100 };

static const struct str path = STR("/settings/sessions");
static const struct str purpose = STR("sessions");

/* "Firefox, Linux"; what is not known is left out. */
static struct str agent_of(const struct html_page *page, const struct session *session)
{
	struct str browser = agent_browser_name(session->browser), system = agent_system_name(session->system);

	if (!browser.n && !system.n)
		return text_in(page->language, TEXT_SESSIONS_UNKNOWN);
	return arena_printf(page->call->arena, "%.*s%s%.*s", STR_ARG(browser), browser.n && system.n ? ", " : "",
	                    STR_ARG(system));
}

/* Who only hears the page hears what the button is about. */
static void add_button(struct html_page *page, enum text text, struct str subject, struct str ended)
{
	page_html(page, "<button class=\"quiet\" name=\"end\" value=\"");
	page_text(page, ended);
	page_html(page, "\">");
	page_say(page, text);
	page_html(page, "<span class=\"unseen\"> ");
	page_text(page, subject);
	page_html(page, "</span></button>\n");
}

static void add_times(struct html_page *page, enum text begun, int64_t begun_ms, int64_t used_ms)
{
	page_html(page, "<p class=\"about\"><span>");
	page_say(page, begun);
	page_html(page, " ");
	page_date(page, begun_ms, true);
	page_html(page, "</span> <span>");
	page_say(page, TEXT_SESSIONS_USED);
	page_html(page, " ");
	page_date(page, used_ms > begun_ms ? used_ms : begun_ms, false);
	page_html(page, "</span></p>\n");
}

static void add_name(struct html_page *page, struct str name, enum text mark, bool marked)
{
	page_html(page, "<p class=\"name\"><strong>");
	page_text(page, name);
	page_html(page, "</strong>");
	if (marked)
		page_element(page, "span", "mark", mark);
	page_html(page, "</p>\n");
}

static void add_session(struct html_page *page, const struct held_session *held)
{
	struct str agent = agent_of(page, &held->session);

	page_html(page, "<li>\n<div>\n");
	add_name(page, agent, TEXT_SESSIONS_THIS, held->current);
	add_times(page, TEXT_SESSIONS_BEGUN, held->session.created_ms, held->session.used_ms);
	page_html(page, "</div>\n");
	if (!held->current)
		add_button(page, TEXT_SESSIONS_END, agent,
		           arena_printf(page->call->arena, "session:%.*s", STR_ARG(held->name)));
	page_html(page, "</li>\n");
}

static int add_sessions(struct html_page *page, struct view *view)
{
	struct held_session *sessions;
	size_t count;
	int err = keyring_sessions(page->call->arena, view, page->account_id,
	                           login_session_sent(page->call, page->instance), &sessions, &count);

	if (err != OK)
		return err;
	page_element(page, "h2", "section", TEXT_SESSIONS_BROWSERS);
	page_html(page, "<ul class=\"sheet held\">\n");
	for (size_t i = 0; i < count; i++)
		add_session(page, &sessions[i]);
	page_html(page, "</ul>\n");
	if (count > 1) {
		page_html(page, "<p class=\"section\">");
		page_button(page, "quiet", "end", "others", TEXT_SESSIONS_END_OTHERS, false);
		page_html(page, "</p>\n");
	}
	return OK;
}

static int add_app(struct html_page *page, struct view *view, const struct token *token)
{
	struct app app = { .name = text_in(page->language, TEXT_SESSIONS_SCRIPT) };
	int err = token->app_id ? apps_get(page->call->arena, view, token->app_id, &app) : OK;
	struct str site = web_site_of(app.website);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	page_html(page, "<li>\n<div>\n");
	add_name(page, app.name, TEXT_SESSIONS_ADMIN, token->scopes & SCOPE_ADMIN);
	if (site.n) {
		page_html(page, "<p class=\"about\">");
		page_text(page, site);
		page_html(page, "</p>\n");
	}
	add_times(page, TEXT_SESSIONS_GRANTED, token->created_ms, token->used_ms);
	page_html(page, "</div>\n<details><summary>");
	page_say(page, TEXT_SESSIONS_MAY);
	page_html(page, "</summary>\n");
	consent_add_scopes(page, token->scopes);
	page_html(page, "</details>\n");
	add_button(page, TEXT_SESSIONS_REVOKE, app.name,
	           arena_printf(page->call->arena, "token:%llu", (unsigned long long)token->id));
	page_html(page, "</li>\n");
	return OK;
}

static int add_apps(struct html_page *page, struct view *view)
{
	struct page range = { .max_id = call_param_id(page->call, "max_id"), .limit = APPS_SHOWN };
	struct token *tokens;
	size_t count;
	int err = keyring_tokens(page->call->arena, view, page->account_id, &range, &tokens, &count);

	if (err != OK)
		return err;
	page_element(page, "h2", "section", TEXT_SESSIONS_APPS);
	if (!count)
		page_element(page, "p", "section lead", TEXT_SESSIONS_NO_APPS);
	else
		page_html(page, "<ul class=\"sheet held\">\n");
	for (size_t i = 0; err == OK && i < count; i++)
		err = add_app(page, view, &tokens[i]);
	if (count)
		page_html(page, "</ul>\n");
	if (count == APPS_SHOWN) {
		page_html(page, "<p class=\"pages\">");
		page_link(page, NULL, arena_printf(page->call->arena, "%.*s?max_id=%llu", STR_ARG(path),
		                                   (unsigned long long)tokens[count - 1].id), TEXT_SESSIONS_OLDER);
		page_html(page, "</p>\n");
	}
	return err;
}

/* Read out at once. */
static void add_done(struct html_page *page)
{
	page_html(page, "<p class=\"done\" role=\"status\">");
	page_say(page, TEXT_SESSIONS_ENDED);
	page_html(page, "</p>\n");
}

int sessions_page_show(struct call *call, struct view *view)
{
	struct html_page page;
	int err;

	page_open(&page, call, view);
	if (!page.account_id)
		return call_send_to_sign_in(call);
	page.wide = true;
	page_html(&page, "<div class=\"section\">\n");
	page_element(&page, "h1", NULL, TEXT_SESSIONS);
	page_element(&page, "p", "lead", TEXT_SESSIONS_LEAD);
	if (call_param_bool(call, "ended", false))
		add_done(&page);
	page_html(&page, "</div>\n");
	page_form(&page, path, purpose);
	err = add_sessions(&page, view);
	if (err == OK)
		err = add_apps(&page, view);
	if (err != OK)
		return page_error(&page, err);
	page_form_end(&page);
	return page_close(&page, 200, TEXT_SESSIONS, STR_NONE);
}

int sessions_page_check(struct call *call, struct view *view)
{
	struct html_page *page = ARENA_NEW(call->arena, struct html_page);

	page_open(page, call, view);
	if (!page->account_id)
		return call_send_to_sign_in(call);
	if (!page_form_fits(page, purpose))
		return page_message(page, 422, TEXT_SESSIONS, TEXT_FORM_EXPIRED);
	call->state = page;
	return OK;
}

/* "session:NAME", "token:ID" or "others". What is gone already is as the person wants it. */
static int end(const struct html_page *page, struct txn *txn)
{
	struct str subject = call_param(page->call, "end"), kind = str_cut(&subject, ':');
	struct str cookie = login_session_sent(page->call, page->instance);
	uint64_t token_id;

	if (str_eq(kind, STR("others")) && !subject.p)
		return keyring_end_other_sessions(txn, page->account_id, cookie);
	if (str_eq(kind, STR("session")) && subject.n)
		return keyring_end_session(txn, page->account_id, subject);
	if (str_eq(kind, STR("token")) && str_to_u64(subject, &token_id))
		return keyring_end_token(txn, page->account_id, token_id);
	return ERR_INVALID;
}

int sessions_page_write(struct call *call, struct txn *txn)
{
	struct html_page page = *(struct html_page *)call->state;  /* a body may run again: its page is written afresh */
	int err = end(&page, txn);

	if (err == ERR_INVALID)
		return page_error(&page, err);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	call_redirect(call, 303, STR("/settings/sessions?ended=1"));
	return CALL_DONE;
}
