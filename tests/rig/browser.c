/*
 * A browser on one thread over call_run(): cookies are kept by name, forms are found by plain search, since the pages
 * are ours.
 */
#include "tests/rig/browser.h"

#include "node/http/route.h"

struct browser browser_new(struct world *world, const struct route *routes, size_t route_count)
{
	return (struct browser){ .world = world, .routes = routes, .route_count = route_count };
}

/* Takes a cookie over: a new value replaces the old one, an empty value removes it. */
static void keep_cookie(struct browser *browser, struct str set_cookie)
{
	struct str pair = str_cut(&set_cookie, ';'), value = pair, name = str_cut(&value, '=');
	struct str rest = browser->cookies;
	struct buf buf;

	buf_init(&buf, browser->world->arena, 0);
	while (rest.p) {
		struct str one = str_trim(str_cut(&rest, ';')), other = one;

		if (one.n && !str_eq(str_cut(&other, '='), name))
			buf_printf(&buf, "%s%.*s", buf.n ? "; " : "", STR_ARG(one));
	}
	if (value.n)
		buf_printf(&buf, "%s%.*s", buf.n ? "; " : "", STR_ARG(pair));
	browser->cookies = buf_str(&buf);
}

int browser_send(struct browser *browser, const char *method, struct str target, struct str type, struct str body)
{
	struct arena *arena = browser->world->arena;
	struct header headers[] = {
		{ STR("Content-Type"), type.n ? type : STR("application/x-www-form-urlencoded") },
		{ STR("Cookie"), browser->cookies },
		{ STR("Accept-Language"), browser->language },
		{ STR("Authorization"), browser->authorization },
	};
	struct call call = { .arena = arena, .node = browser->node };
	struct str allow;

	call.request.method = str_of(method);
	call.request.target = target;
	call.request.body = body;
	call.request.headers = headers;
	call.request.header_count = browser->authorization.n ? 4 : 3;
	if (route_read_path(&call) != OK || route_match(browser->routes, browser->route_count, &call, &allow) != OK ||
	    route_read_request(&call) != OK)
		return 0;
	call_run(&call, browser->world->store);
	browser->reply = call.reply;
	for (size_t i = 0; i < call.reply.header_count; i++)
		if (str_eq_nocase(call.reply.headers[i].name, STR("Set-Cookie")))
			keep_cookie(browser, call.reply.headers[i].value);
	return call.reply.status;
}

int browser_get(struct browser *browser, struct str target)
{
	return browser_send(browser, "GET", target, STR_NONE, STR_NONE);
}

int browser_post(struct browser *browser, struct str target, struct str form)
{
	return browser_send(browser, "POST", target, STR_NONE, form);
}

struct str browser_header(const struct browser *browser, const char *name)
{
	for (size_t i = 0; i < browser->reply.header_count; i++)
		if (str_eq_nocase(browser->reply.headers[i].name, str_of(name)))
			return browser->reply.headers[i].value;
	return STR_NONE;
}

bool browser_sees(const struct browser *browser, const char *text)
{
	return str_find(browser->reply.body, str_of(text)) != SIZE_MAX;
}

static struct str between(struct str text, const char *before, const char *after)
{
	size_t at = str_find(text, str_of(before));

	if (at == SIZE_MAX)
		return STR_NONE;
	text = str_sub(text, at + strlen(before), SIZE_MAX);
	at = str_find(text, str_of(after));
	return at == SIZE_MAX ? STR_NONE : str_sub(text, 0, at);
}

struct str browser_between(const struct browser *browser, const char *before, const char *after)
{
	return between(browser->reply.body, before, after);
}

/* Attribute text back to what it stands for. */
static struct str unescape(struct arena *arena, struct str text)
{
	static const struct {
		struct str reference;
		char c;
	} references[] = {
		{ STR("&amp;"), '&' }, { STR("&lt;"), '<' }, { STR("&gt;"), '>' }, { STR("&quot;"), '"' }, { STR("&#39;"), '\'' },
	};
	struct buf buf;
	size_t at = 0;

	buf_init(&buf, arena, 0);
	while (at < text.n) {
		size_t before = at;

		for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
			if (!str_starts(str_sub(text, at, SIZE_MAX), references[i].reference))
				continue;
			buf_add_char(&buf, references[i].c);
			at += references[i].reference.n;
			break;
		}
		if (at == before)
			buf_add_char(&buf, text.p[at++]);
	}
	return buf_str(&buf);
}

int browser_submit(struct browser *browser, struct str fields)
{
	struct arena *arena = browser->world->arena;
	struct str main = browser_between(browser, "<main", "</main>");  /* the header has one too: to sign out */
	struct str form = between(main.n ? main : browser->reply.body, "<form", "</form>");
	struct str action = unescape(arena, between(form, "action=\"", "\""));
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (;;) {
		size_t at = str_find(form, STR("<input type=\"hidden\""));
		struct str input;

		if (at == SIZE_MAX)
			break;
		form = str_sub(form, at + 1, SIZE_MAX);
		input = str_sub(form, 0, str_find_char(form, '>'));
		buf_add_percent(&buf, unescape(arena, between(input, "name=\"", "\"")));
		buf_add_char(&buf, '=');
		buf_add_percent(&buf, unescape(arena, between(input, "value=\"", "\"")));
		buf_add_char(&buf, '&');
	}
	buf_add(&buf, fields);
	return browser_post(browser, action, buf_str(&buf));
}
