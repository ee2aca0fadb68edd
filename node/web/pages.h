/*
 * The skeleton of every page: language, head, header, footer, forms, and the headers that keep it safe. No page needs
 * a script but for passkeys, which browsers give to scripts alone.
 *
 * A page is opened where a view is at hand (check or show) and may be written in a later stage of the same call; it
 * lives in the call's arena. Whatever is not a literal of ours is escaped.
 */
#ifndef NODE_WEB_PAGES_H
#define NODE_WEB_PAGES_H

#include "node/call.h"
#include "node/web/catalogue.h"
#include "storage/instance.h"

struct html_page {
	struct call *call;
	const struct instance *instance;
	enum language language;
	uint64_t account_id;      /* who is signed in with this browser; 0: nobody */
	struct str username;      /* theirs */
	struct str form_secret;   /* node/accounts/cookies.h; made by the first form */
	struct str here;          /* path and query of this page, for the language links; without "lang" */
	bool wide;                /* for reading: a column instead of a card */
	bool leaves;              /* its form ends at another site: no form-action in the policy */
	bool script;              /* /passkeys.js is at work on it; all else goes without */
	struct buf body;
};

/* Chooses the language (?lang, then what was chosen before, the person's, the browser's, French) and finds out who is
 * signed in. `view` NULL: nobody is, and the person is not asked. */
void page_open(struct html_page *page, struct call *call, struct view *view);

/* The node's title as it is set now. */
struct str page_node_title(const struct html_page *page);

/* Markup: literals only. */
void page_html(struct html_page *page, const char *html);
void page_text(struct html_page *page, struct str text);
void page_say(struct html_page *page, enum text text);
/* With its argument escaped; `element` (NULL: none) is put around the argument: "strong". */
void page_say_with(struct html_page *page, enum text text, const char *element, struct str argument);
/* <tag class="class">text</tag>; class NULL: none. The argument is set in <strong>. */
void page_element(struct html_page *page, const char *tag, const char *class, enum text text);
void page_element_with(struct html_page *page, const char *tag, const char *class, enum text text, struct str argument);
/* <a href="href">text</a> */
void page_link(struct html_page *page, const char *class, struct str href, enum text text);
/* What went wrong with a form, read out at once. */
void page_alert(struct html_page *page, enum text text);

/* A POST form with its token; page_form_end() closes it. */
void page_form(struct html_page *page, struct str action, struct str purpose);
/* The same with more attributes, a literal: " data-x". */
void page_form_with(struct html_page *page, struct str action, struct str purpose, const char *attributes);
void page_form_end(struct html_page *page);
bool page_form_fits(const struct html_page *page, struct str purpose);
void page_hidden(struct html_page *page, const char *name, struct str value);
struct page_field {
	const char *name, *type, *autocomplete;
	enum text label;
	enum text hint;           /* TEXT_COUNT: none */
	struct str value;
	bool wrong;               /* the alert above is about it */
	bool optional;
	bool digits;              /* nothing but these: telephones show their keys */
};
void page_field(struct html_page *page, const struct page_field *field);
/* A submit button; name NULL: none. `skips_check`: the form may be incomplete. */
void page_button(struct html_page *page, const char *class, const char *name, const char *value, enum text text,
                 bool skips_check);
/* "3 mars 2026" and "3 March 2026"; with the time when `with_time`, in UTC. */
void page_date(struct html_page *page, int64_t ms, bool with_time);

/* Wraps the page up as the call's reply; `title` stands before the node's in the title bar. Returns CALL_DONE. */
int page_close(struct html_page *page, int status, enum text title, struct str title_argument);
/* A page with a heading, a sentence and the way home. Returns CALL_DONE. */
int page_message(struct html_page *page, int status, enum text heading, enum text sentence);
/* The page of an error code, with its status, instead of what was written so far. Returns `err`. */
int page_error(struct html_page *page, int err);

/* A reply that failed, as a page where the caller is a browser that wants one: the JSON body is replaced. For the
 * HTTP server, behind call_finish(). */
void page_dress_error(struct call *call);

/* The host, with its port, of an http or https address: "https://elk.example/callback?x" is "elk.example". STR_NONE: an
 * app's own scheme has no host that says anything. */
struct str web_site_of(struct str uri);
/* A path of ours to go on to: begins with one '/', holds no control characters; otherwise "/". */
struct str page_return_path(struct str path);

#endif
