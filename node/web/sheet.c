/*
 * The file goes up with a form, and the answer is a table with a row for each of its lines. Batch by batch in work, on the
 * pool: a file that was cut short in its midst may come again.
 */
#include "node/web/sheet.h"

#include <string.h>

#include "node/accounts/people_sheet.h"
#include "node/node.h"
#include "node/web/invitations.h"
#include "node/web/pages.h"
#include "storage/base/clock.h"

static const struct str path = STR("/settings/invitations/import");
static const struct str purpose = STR("sheet");

/* From stage to stage. */
struct sheet_desk {
	struct html_page page;
	struct inviter inviter;
	struct sheet sheet;
	bool dry_run;
};

static int show_form(struct html_page *page, int status, enum text alert)
{
	page->here = path;
	page_element(page, "h1", NULL, TEXT_SHEET);
	page_element(page, "p", "lead", TEXT_SHEET_LEAD);
	if (alert != TEXT_COUNT)
		page_alert(page, alert);
	page_form_with(page, path, purpose, " enctype=\"multipart/form-data\"");
	page_html(page, "<div class=\"field\"><label for=\"data\">");
	page_say(page, TEXT_SHEET_FILE);
	page_html(page, "</label>\n<input id=\"data\" name=\"data\" type=\"file\" accept=\".csv,text/csv\" required>\n</div>\n"
	                "<label class=\"choice\"><input type=\"checkbox\" name=\"dry_run\" value=\"1\" checked> <span>");
	page_say(page, TEXT_SHEET_DRY);
	page_html(page, "</span></label>\n<div class=\"actions\">\n");
	page_button(page, "primary", NULL, NULL, TEXT_SHEET_SUBMIT, false);
	page_html(page, "</div>\n");
	page_form_end(page);
	page_html(page, "<p class=\"aside\">");
	page_link(page, NULL, STR("/settings/invitations"), TEXT_INVITATIONS);
	page_html(page, "</p>\n");
	return page_close(page, status, TEXT_SHEET, STR_NONE);
}

static int open_page(struct call *call, struct view *view, struct sheet_desk *desk)
{
	int err;

	page_open(&desk->page, call, view);
	if (!desk->page.account_id)
		return call_send_to_sign_in(call);
	err = invitations_page_inviter(&desk->page, view, &desk->inviter);
	if (err == ERR_NOT_FOUND || (err == OK && !desk->inviter.staff))
		return page_message(&desk->page, 403, TEXT_SHEET, TEXT_INVITATIONS_NOT_YOURS);
	return err == OK ? OK : page_error(&desk->page, err);
}

int sheet_page_show(struct call *call, struct view *view)
{
	struct sheet_desk desk = { 0 };
	int err = open_page(call, view, &desk);

	return err == OK ? show_form(&desk.page, 200, TEXT_COUNT) : err;
}

int sheet_page_check(struct call *call, struct view *view)
{
	struct sheet_desk *desk = ARENA_NEW(call->arena, struct sheet_desk);
	const char *reason;
	int err;

	*desk = (struct sheet_desk){ .dry_run = call_param_bool(call, "dry_run", false) };
	err = open_page(call, view, desk);
	if (err != OK)
		return err;
	if (!page_form_fits(&desk->page, purpose))
		return show_form(&desk->page, 422, TEXT_FORM_EXPIRED);
	if (sheet_read(call->arena, call_param(call, "data"), &desk->sheet, &reason) != OK)
		return show_form(&desk->page, 422, TEXT_SHEET_BAD);
	call->state = desk;
	return OK;
}

/* --- what came of it -------------------------------------------------------------------------------------------- */

static enum text text_of_field(const char *field)
{
	static const struct { const char *field; enum text text; } texts[] = {
		{ "email", TEXT_INVITATION_EMAIL }, { "name", TEXT_INVITATION_NAME }, { "display_name", TEXT_INVITATIONS_NAME },
		{ "role", TEXT_INVITATION_ROLE }, { "department", TEXT_INVITATION_DEPARTMENT },
		{ "communities", TEXT_INVITATION_COMMUNITIES }, { "language", TEXT_INVITATIONS_LANGUAGE },
	};

	for (size_t i = 0; field && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(field, texts[i].field) == 0)
			return texts[i].text;
	return TEXT_COUNT;
}

static void add_result(struct sheet_desk *desk, const struct sheet_line *line)
{
	struct html_page *page = &desk->page;
	struct str link = sheet_link(page->call->arena, page->instance, line);
	enum text field = text_of_field(line->field);

	page_html(page, line->reason ? "<td class=\"refused\">" : "<td>");
	if (line->reason && line->known)
		page_say(page, TEXT_SHEET_KNOWN);
	else if (line->reason && field != TEXT_COUNT)
		page_say_with(page, TEXT_SHEET_CHECK, NULL, text_in(page->language, field));
	else if (line->reason)
		page_say(page, TEXT_SHEET_CELLS);
	else
		page_say(page, desk->dry_run ? TEXT_SHEET_POSSIBLE : link.n ? TEXT_SHEET_ACCEPTED : TEXT_SHEET_MAILED);
	if (link.n) {
		page_html(page, "<br><code>");
		page_text(page, link);
		page_html(page, "</code>");
	}
	page_html(page, "</td>");
}

static void add_line(struct sheet_desk *desk, const struct sheet_line *line)
{
	const struct invitation *invitation = &line->invitation;
	struct html_page *page = &desk->page;

	buf_printf(&page->body, "<tr><td>%zu</td><td>", line->number);
	page_text(page, invitation->display_name.n ? invitation->display_name : invitation->name);
	page_html(page, "<br>");
	page_text(page, invitation->email);
	page_html(page, "</td>");
	add_result(desk, line);
	page_html(page, "</tr>\n");
}

static void add_summary(struct sheet_desk *desk)
{
	struct html_page *page = &desk->page;
	struct arena *arena = page->call->arena;
	size_t accepted = 0, links = 0;

	for (size_t i = 0; i < desk->sheet.count; i++) {
		accepted += !desk->sheet.lines[i].reason;
		links += sheet_link(arena, page->instance, &desk->sheet.lines[i]).n != 0;
	}
	page_html(page, "<div class=\"done\" role=\"status\"><p>");
	page_say_with(page, desk->dry_run ? TEXT_SHEET_COUNT_DRY : TEXT_SHEET_COUNT, NULL, arena_printf(arena, "%zu", accepted));
	page_html(page, " ");
	page_say_with(page, TEXT_SHEET_COUNT_REFUSED, NULL, arena_printf(arena, "%zu", desk->sheet.count - accepted));
	page_html(page, "</p>\n");
	if (links)
		page_element(page, "p", NULL, TEXT_SHEET_LINKS);
	page_html(page, "</div>\n");
}

int sheet_page_work(struct call *call)
{
	struct sheet_desk *desk = call->state;
	struct html_page *page = &desk->page;
	struct sheet_work work = { .arena = call->arena, .inviter = &desk->inviter, .now_ms = clock_now_ms() };
	int err = sheet_run(&work, &desk->sheet, call->node->store, desk->dry_run ? NULL : call->node->writer);

	if (err != OK)
		return page_error(page, err);
	page->wide = true;
	page->here = path;
	page_html(page, "<div class=\"section\">\n");
	page_element(page, "h1", NULL, TEXT_SHEET);
	add_summary(desk);
	page_html(page, "</div>\n<div class=\"sheet desk\">\n<table class=\"lines\">\n<tr>");
	page_element(page, "th", NULL, TEXT_SHEET_LINE);
	page_element(page, "th", NULL, TEXT_SHEET_PERSON);
	page_element(page, "th", NULL, TEXT_SHEET_RESULT);
	page_html(page, "</tr>\n");
	for (size_t i = 0; i < desk->sheet.count; i++)
		add_line(desk, &desk->sheet.lines[i]);
	page_html(page, "</table>\n<p class=\"aside\">");
	page_link(page, NULL, path, TEXT_SHEET);
	page_html(page, "</p>\n</div>\n");
	return page_close(page, 200, TEXT_SHEET, STR_NONE);
}
