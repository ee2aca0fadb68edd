/*
 * The front page names the node and shows nothing of what is inside; the legal notice says who runs it and what it
 * keeps. HTTP threads.
 */
#include "node/web/about.h"

#include "node/accounts/inviting.h"
#include "node/config.h"
#include "node/node.h"
#include "node/texts.h"
#include "node/web/invitations.h"
#include "node/web/pages.h"
#include "storage/base/clock.h"
#include "storage/house_rules.h"

static void welcome_person(struct html_page *page, struct view *view)
{
	struct str handle = arena_printf(page->call->arena, "@%.*s", STR_ARG(page->username));
	struct inviter inviter;

	page_element_with(page, "p", "lead", TEXT_SIGNED_IN_AS, handle);
	page_html(page, "<div class=\"actions\">\n");
	page_link(page, "button primary", arena_printf(page->call->arena, "/@%.*s", STR_ARG(page->username)),
	          TEXT_HOME_PROFILE);
	page_link(page, "button quiet", STR("/settings/email"), TEXT_EMAIL);
	if (invitations_page_inviter(page, view, &inviter) == OK)
		page_link(page, "button quiet", STR("/settings/invitations"), TEXT_INVITATIONS);
	page_link(page, "button quiet", STR("/settings/security"), TEXT_SECURITY);
	page_link(page, "button quiet", STR("/settings/sessions"), TEXT_SESSIONS);
	page_form(page, STR("/sign-out"), STR("sign-out"));
	page_button(page, "quiet", NULL, NULL, TEXT_SIGN_OUT, false);
	page_form_end(page);
	page_html(page, "</div>\n");
}

static void welcome_stranger(struct html_page *page)
{
	page_html(page, "<p class=\"lead\">");
	page_say(page, TEXT_HOME_CLOSED);
	page_html(page, " ");
	page_say(page, TEXT_HOME_LEAD);
	page_html(page, "</p>\n<div class=\"actions\">\n");
	page_link(page, "button primary", STR("/sign-in"), TEXT_SIGN_IN);
	page_html(page, "</div>\n");
}

/* As it is set now; without a node (tests) what the store was opened with. */
static struct str description_of(const struct html_page *page)
{
	const struct node *node = page->call->node;

	return node && node->config ? node->config->description : page->instance->description;
}

int home_show(struct call *call, struct view *view)
{
	struct str description;
	struct html_page page;

	page_open(&page, call, view);
	description = description_of(&page);
	page_html(&page, "<h1>");
	page_text(&page, page_node_title(&page));
	page_html(&page, "</h1>\n");
	if (description.n) {
		page_html(&page, "<p>");
		page_text(&page, description);
		page_html(&page, "</p>\n");
	}
	if (page.account_id)
		welcome_person(&page, view);
	else
		welcome_stranger(&page);
	page_element_with(&page, "p", "aside", TEXT_HOME_APPS, page.instance->domain);
	return page_close(&page, 200, TEXT_HOME, STR_NONE);
}

/* Whom to write to, as far as it was configured. */
static struct str contact_of(const struct call *call)
{
	return call->node && call->node->config ? call->node->config->contact_email : STR_NONE;
}

static void operators_text(struct html_page *page, const char *section, enum text heading, struct str content)
{
	page_html(page, section);
	page_element(page, "h2", NULL, heading);
	buf_add(&page->body, texts_html(page->call->arena, page->instance, content));
	page_html(page, "</section>\n");
}

/* What those who run the node say themselves; clients lead here before anybody signs in. */
static void operators_texts(struct html_page *page, struct view *view)
{
	struct arena *arena = page->call->arena;
	struct node_text privacy, *terms;
	size_t count = 0, i;

	if (texts_get(arena, view, STR("privacy"), 0, &privacy) == OK)
		operators_text(page, "<section id=\"privacy\">\n", TEXT_LEGAL_PRIVACY, privacy.content);
	if (texts_terms(arena, view, &terms, &count) != OK)
		return;
	i = texts_terms_at(terms, count, clock_now_ms());
	if (i < count)
		operators_text(page, "<section id=\"terms\">\n", TEXT_LEGAL_TERMS, terms[i].content);
}

/* In the reader's language as far as they are translated. */
static void house_rules(struct html_page *page, struct view *view)
{
	struct house_rule *rules;
	struct str text, hint;
	size_t count = 0;

	if (house_rules_list(page->call->arena, view, &rules, &count) != OK || !count)
		return;
	page_html(page, "<section id=\"rules\">\n");
	page_element(page, "h2", NULL, TEXT_LEGAL_RULES);
	page_html(page, "<ol class=\"rules\">\n");
	for (size_t i = 0; i < count; i++) {
		house_rule_in(&rules[i], str_of(language_code(page->language)), &text, &hint);
		page_html(page, "<li>");
		page_text(page, text);
		if (hint.n) {
			page_html(page, "<p class=\"hint\">");
			page_text(page, hint);
			page_html(page, "</p>");
		}
		page_html(page, "</li>\n");
	}
	page_html(page, "</ol>\n</section>\n");
}

int legal_show(struct call *call, struct view *view)
{
	struct str contact = contact_of(call);
	struct html_page page;

	page_open(&page, call, view);
	page_element(&page, "h1", NULL, TEXT_LEGAL);
	page_element(&page, "h2", NULL, TEXT_LEGAL_WHO);
	page_element_with(&page, "p", NULL, TEXT_LEGAL_NODE, page.instance->domain);
	if (contact.n)
		page_element_with(&page, "p", NULL, TEXT_LEGAL_CONTACT, contact);
	else
		page_element(&page, "p", NULL, TEXT_LEGAL_NO_CONTACT);
	page_element(&page, "h2", NULL, TEXT_LEGAL_DATA);
	page_element(&page, "p", NULL, TEXT_LEGAL_DATA_KEPT);
	page_element(&page, "p", NULL, TEXT_LEGAL_DATA_RIGHTS);
	page_element(&page, "h2", NULL, TEXT_LEGAL_COOKIES);
	page_element(&page, "p", NULL, TEXT_LEGAL_COOKIES_KEPT);
	house_rules(&page, view);
	operators_texts(&page, view);
	return page_close(&page, 200, TEXT_LEGAL, STR_NONE);
}
