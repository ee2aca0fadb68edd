/*
 * The skeleton of pages, forms and errors. What a page says is its own room's business. HTTP threads, and the
 * pool and the writer for pages that a later stage completes.
 */
#include "node/web/pages.h"

#include <inttypes.h>

#include "node/accounts/cookies.h"
#include "node/accounts/login.h"
#include "node/config.h"
#include "node/node.h"
#include "node/web/script.h"
#include "node/web/style.h"
#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/users.h"

enum { LANGUAGE_COOKIE_DAYS = 365, RETURN_BYTES_MAX = 4096 };

/* Encoded anew: a path that was read as "/\elsewhere" would lead a browser to another site. */
static void add_path(struct buf *buf, struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/' || path.p[i] == '@')
			buf_add_char(buf, path.p[i]);
		else
			buf_add_percent(buf, str_sub(path, i, 1));
	}
}

/* Path and query as they came, without "lang": the language links add theirs. */
static struct str here_of(struct call *call)
{
	struct str query = call->request.target, part;
	struct buf buf;
	char separator = '?';

	buf_init(&buf, call->arena, 0);
	str_cut(&query, '?');
	add_path(&buf, call->request.path.n ? call->request.path : STR("/"));
	while (query.p) {
		part = str_cut(&query, '&');
		if (!part.n || str_starts(part, STR("lang=")))
			continue;
		buf_add_char(&buf, separator);
		buf_add(&buf, part);
		separator = '&';
	}
	return buf_str(&buf);
}

/* What the person set, when somebody is signed in and set it. */
static void read_person(struct html_page *page, struct view *view)
{
	struct arena *arena = page->call->arena;
	struct account account;
	struct user user;

	page->account_id = login_session_account(page->call, view);
	if (!page->account_id || users_get(arena, view, page->account_id, &user) != OK ||
	    accounts_get(arena, view, page->account_id, &account) != OK)
		return;
	page->username = account.username;
	language_parse(user.locale, &page->language);
}

static void choose_language(struct html_page *page, struct view *view)
{
	struct call *call = page->call;

	page->language = language_accepted(call_request_header(call, "Accept-Language"), LANGUAGE_FR);
	if (view)
		read_person(page, view);
	language_parse(cookie_get(call, page->instance, "lang"), &page->language);
	/* Chosen on the page: remembered, so that it also holds behind the next link or form. */
	if (language_parse(call_param(call, "lang"), &page->language))
		cookie_set(call, page->instance, "lang", str_of(language_code(page->language)),
		           (int64_t)LANGUAGE_COOKIE_DAYS * DAY_MS / SECOND_MS);
}

void page_open(struct html_page *page, struct call *call, struct view *view)
{
	static const struct instance nameless = { .title = STR("rse-node") };

	*page = (struct html_page){ .call = call };
	page->instance = view ? instance_of(view) : call->node ? &call->node->instance : &nameless;
	choose_language(page, view);
	page->here = here_of(call);
	buf_init(&page->body, call->arena, 0);
}

struct str page_node_title(const struct html_page *page)
{
	const struct node *node = page->call->node;

	return node && node->config ? node->config->title : page->instance->title;
}

void page_html(struct html_page *page, const char *html)
{
	buf_add(&page->body, str_of(html));
}

void page_text(struct html_page *page, struct str text)
{
	buf_add_html(&page->body, text);
}

void page_say(struct html_page *page, enum text text)
{
	page_text(page, text_in(page->language, text));
}

void page_say_with(struct html_page *page, enum text text, const char *element, struct str argument)
{
	struct str whole = text_in(page->language, text);
	size_t at = str_find(whole, STR("{}"));

	page_text(page, str_sub(whole, 0, at));
	if (at == SIZE_MAX)
		return;
	if (element)
		buf_printf(&page->body, "<%s>", element);
	page_text(page, argument);
	if (element)
		buf_printf(&page->body, "</%s>", element);
	page_text(page, str_sub(whole, at + 2, SIZE_MAX));
}

static void open_tag(struct html_page *page, const char *tag, const char *class)
{
	buf_printf(&page->body, class ? "<%s class=\"%s\">" : "<%s>", tag, class);
}

void page_element(struct html_page *page, const char *tag, const char *class, enum text text)
{
	open_tag(page, tag, class);
	page_say(page, text);
	buf_printf(&page->body, "</%s>\n", tag);
}

void page_element_with(struct html_page *page, const char *tag, const char *class, enum text text, struct str argument)
{
	open_tag(page, tag, class);
	page_say_with(page, text, "strong", argument);
	buf_printf(&page->body, "</%s>\n", tag);
}

void page_link(struct html_page *page, const char *class, struct str href, enum text text)
{
	page_html(page, "<a ");
	if (class)
		buf_printf(&page->body, "class=\"%s\" ", class);
	page_html(page, "href=\"");
	page_text(page, href);
	page_html(page, "\">");
	page_say(page, text);
	page_html(page, "</a>\n");
}

void page_alert(struct html_page *page, enum text text)
{
	page_html(page, "<p class=\"alert\" role=\"alert\" id=\"alert\">");
	page_say(page, text);
	page_html(page, "</p>\n");
}

void page_form(struct html_page *page, struct str action, struct str purpose)
{
	page_form_with(page, action, purpose, "");
}

void page_form_with(struct html_page *page, struct str action, struct str purpose, const char *attributes)
{
	if (!page->form_secret.n)
		page->form_secret = form_secret(page->call, page->instance);
	page_html(page, "<form method=\"post\" action=\"");
	page_text(page, action);
	page_html(page, "\"");
	page_html(page, attributes);
	page_html(page, ">\n");
	page_hidden(page, "form_token",
	            form_token(page->call->arena, page->form_secret, purpose, page->account_id));
}

void page_form_end(struct html_page *page)
{
	page_html(page, "</form>\n");
}

bool page_form_fits(const struct html_page *page, struct str purpose)
{
	return form_token_fits(page->call, page->instance, purpose, page->account_id);
}

void page_hidden(struct html_page *page, const char *name, struct str value)
{
	buf_printf(&page->body, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	page_text(page, value);
	page_html(page, "\">\n");
}

void page_field(struct html_page *page, const struct page_field *field)
{
	buf_printf(&page->body, "<div class=\"field\"><label for=\"%s\">", field->name);
	page_say(page, field->label);
	buf_printf(&page->body, "</label>\n<input id=\"%s\" name=\"%s\" type=\"%s\" autocomplete=\"%s\"%s",
	           field->name, field->name, field->type, field->autocomplete, field->optional ? "" : " required");
	if (field->digits)
		page_html(page, " inputmode=\"numeric\"");
	if (strcmp(field->type, "password") != 0)
		page_html(page, " autocapitalize=\"none\" spellcheck=\"false\"");
	if (field->value.n) {
		page_html(page, " value=\"");
		page_text(page, field->value);
		page_html(page, "\"");
	}
	if (field->hint != TEXT_COUNT)
		buf_printf(&page->body, " aria-describedby=\"%s-hint\"", field->name);
	else if (field->wrong)
		page_html(page, " aria-describedby=\"alert\"");
	page_html(page, field->wrong ? " aria-invalid=\"true\">\n" : ">\n");
	if (field->hint != TEXT_COUNT) {
		buf_printf(&page->body, "<p class=\"hint\" id=\"%s-hint\">", field->name);
		page_say(page, field->hint);
		page_html(page, "</p>\n");
	}
	page_html(page, "</div>\n");
}

void page_button(struct html_page *page, const char *class, const char *name, const char *value, enum text text,
                 bool skips_check)
{
	buf_printf(&page->body, "<button class=\"%s\"", class);
	if (name)
		buf_printf(&page->body, " name=\"%s\" value=\"%s\"", name, value);
	page_html(page, skips_check ? " formnovalidate>" : ">");
	page_say(page, text);
	page_html(page, "</button>\n");
}

/* Two or four digits of an ISO date. */
static unsigned digits(const char *text, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	return value;
}

void page_date(struct html_page *page, int64_t ms, bool with_time)
{
	char iso[DATE_ISO_BYTES];
	unsigned day, month;

	date_iso(ms, iso);  /* 2026-01-02T03:04:05.678Z */
	day = digits(iso + 8, 2);
	month = digits(iso + 5, 2);
	buf_printf(&page->body, "<time datetime=\"%s\">%u%s ", iso, day,
	           page->language == LANGUAGE_FR && day == 1 ? "er" : "");
	page_say(page, (enum text)(TEXT_MONTH_1 + (month - 1) % 12));
	buf_printf(&page->body, " %.4s", iso);
	if (with_time)
		buf_printf(&page->body, ", %.5s UTC", iso + 11);
	page_html(page, "</time>");
}

struct str web_site_of(struct str uri)
{
	size_t at = str_find(uri, STR("://")), end;

	if (!str_starts(uri, STR("https:")) && !str_starts(uri, STR("http:")))
		return STR_NONE;
	uri = str_sub(uri, at + 3, SIZE_MAX);
	for (end = 0; end < uri.n && uri.p[end] != '/' && uri.p[end] != '?'; end++)
		;
	return str_sub(uri, 0, end);
}

struct str page_return_path(struct str path)
{
	if (!path.n || path.n > RETURN_BYTES_MAX || path.p[0] != '/')
		return STR("/");
	/* "//host" and, to browsers, "/\host" are other sites. */
	if (path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'))
		return STR("/");
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] <= ' ' || path.p[i] == 0x7f)
			return STR("/");
	return path;
}

/* No scripts but the one that a page names, no frames, nothing from elsewhere. No Cross-Origin-Opener-Policy: clients open these pages in a pop-up
 * and wait for it. */
static void add_headers(struct html_page *page)
{
	/* Browsers hold form-action against the redirect behind a form too, so a form that leads to an app has none. */
	static const char policy[] = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
	                             "frame-ancestors 'none'";
	struct call *call = page->call;

	call_header(call, "Content-Security-Policy",
	            arena_printf(call->arena, "%s%s%s", policy, page->leaves ? "" : "; form-action 'self'",
	                         page->script ? "; script-src 'self'; connect-src 'self'" : ""));
	call_header(call, "X-Frame-Options", STR("DENY"));
	call_header(call, "Referrer-Policy", STR("same-origin"));
	call_header(call, "Cache-Control", STR("private, no-store"));
	call_header(call, "Content-Language", str_of(language_code(page->language)));
}

static void add_head(struct html_page *page, struct buf *out, enum text title, struct str title_argument)
{
	struct html_page head = *page;

	buf_init(&head.body, page->call->arena, 0);
	page_say_with(&head, title, NULL, title_argument);
	buf_printf(out,
	           "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	           "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n"
	           "<link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n"
	           "<link rel=\"stylesheet\" href=\"%.*s\">\n<title>%.*s · ",
	           language_code(page->language), STR_ARG(style_path()), STR_ARG(buf_str(&head.body)));
	buf_add_html(out, page_node_title(page));
	buf_add(out, STR("</title>\n"));
	if (page->script)
		buf_printf(out, "<script src=\"%.*s\" defer></script>\n", STR_ARG(script_path()));
	buf_add(out, STR("</head>\n"));
}

static void add_language_link(struct html_page *page, struct buf *out)
{
	enum language other = page->language == LANGUAGE_FR ? LANGUAGE_EN : LANGUAGE_FR;
	const char *code = language_code(other);

	buf_printf(out, "<a class=\"language\" lang=\"%s\" hreflang=\"%s\" href=\"", code, code);
	buf_add_html(out, page->here);
	buf_printf(out, "%slang=%s\">", str_find_char(page->here, '?') == SIZE_MAX ? "?" : "&amp;", code);
	buf_add_html(out, text_in(other, TEXT_LANGUAGE_NAME));
	buf_add(out, STR("</a>\n"));
}

/* Who is signed in, and the way out. */
static void add_person(struct html_page *page, struct buf *out)
{
	struct html_page person = *page;

	if (!page->account_id)
		return;
	buf_init(&person.body, page->call->arena, 0);
	page_html(&person, "<a href=\"/@");
	page_text(&person, page->username);
	page_html(&person, "\">@");
	page_text(&person, page->username);
	page_html(&person, "</a>\n");
	page_form(&person, STR("/sign-out"), STR("sign-out"));
	page_button(&person, "plain", NULL, NULL, TEXT_SIGN_OUT, false);
	page_form_end(&person);
	buf_add(out, buf_str(&person.body));
}

static void add_header(struct html_page *page, struct buf *out)
{
	buf_printf(out, "<body class=\"%s\">\n<a class=\"skip\" href=\"#main\">", page->wide ? "wide" : "narrow");
	buf_add_html(out, text_in(page->language, TEXT_SKIP));
	buf_add(out, STR("</a>\n<header class=\"top\"><a class=\"brand\" href=\"/\">"
	                 "<img src=\"/icon.svg\" alt=\"\" width=\"28\" height=\"28\"><span>"));
	buf_add_html(out, page_node_title(page));
	buf_add(out, STR("</span></a>\n<nav>"));
	if (!page->leaves)  /* that page names the person itself, with the way to another account */
		add_person(page, out);
	add_language_link(page, out);
	buf_add(out, STR("</nav></header>\n<main id=\"main\">\n"));
}

static void add_footer(struct html_page *page, struct buf *out)
{
	buf_add(out, STR("</main>\n<footer><span>"));
	buf_add_html(out, page->instance->domain);
	buf_add(out, STR("</span> <a href=\"/legal\">"));
	buf_add_html(out, text_in(page->language, TEXT_LEGAL));
	buf_add(out, STR("</a></footer>\n</body>\n</html>\n"));
}

int page_close(struct html_page *page, int status, enum text title, struct str title_argument)
{
	struct buf out;

	buf_init(&out, page->call->arena, 0);
	add_head(page, &out, title, title_argument);
	add_header(page, &out);
	buf_add(&out, buf_str(&page->body));
	add_footer(page, &out);
	add_headers(page);
	call_reply(page->call, status, "text/html; charset=utf-8", buf_str(&out));
	return CALL_DONE;
}

int page_message(struct html_page *page, int status, enum text heading, enum text sentence)
{
	page_element(page, "h1", NULL, heading);
	page_element(page, "p", "lead", sentence);
	page_html(page, "<p>");
	page_link(page, "button quiet", STR("/"), TEXT_BACK_HOME);
	page_html(page, "</p>\n");
	return page_close(page, status, heading, STR_NONE);
}

static int show_status(struct html_page *page, int status)
{
	static const struct {
		int status;
		enum text heading, sentence;
	} rows[] = {
		{ 403, TEXT_ERROR_DENIED, TEXT_ERROR_DENIED_LEAD },
		{ 404, TEXT_ERROR_NOT_FOUND, TEXT_ERROR_NOT_FOUND_LEAD },
		{ 410, TEXT_ERROR_GONE, TEXT_ERROR_GONE_LEAD },
		{ 429, TEXT_ERROR_LIMIT, TEXT_ERROR_LIMIT_LEAD },
		{ 503, TEXT_ERROR_BUSY, TEXT_ERROR_BUSY_LEAD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return page_message(page, status, rows[i].heading, rows[i].sentence);
	if (status < 500)
		return page_message(page, status, TEXT_ERROR_BAD_REQUEST, TEXT_ERROR_BAD_REQUEST_LEAD);
	return page_message(page, status, TEXT_ERROR_OURS, TEXT_ERROR_OURS_LEAD);
}

int page_error(struct html_page *page, int err)
{
	page->body.n = 0;
	page->wide = false;
	show_status(page, call_status_of(err));
	return err;
}

void page_dress_error(struct call *call)
{
	struct html_page *page;
	struct view *view = NULL;

	/* Scripts say what they accept; only a browser that follows a link or sends a form asks for HTML by name. */
	if (call->err >= OK || (call->route && call->route->cross_origin) ||
	    str_starts(call->request.path, STR("/api/")) || str_starts(call->reply.content_type, STR("text/html")) ||
	    str_find(call_request_header(call, "Accept"), STR("text/html")) == SIZE_MAX)
		return;
	page = ARENA_NEW(call->arena, struct html_page);
	/* Without a view the page is as for nobody. */
	if (call->node && call->node->store && call->reply.status < 500 && view_begin(call->node->store, &view) != OK)
		view = NULL;
	page_open(page, call, view);
	show_status(page, call->reply.status);
	if (view)
		view_end(view);
}
