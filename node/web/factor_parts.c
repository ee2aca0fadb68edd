/*
 * Parts of the pages about second factors. HTTP and writer threads.
 */
#include "node/web/factor_parts.h"

#include "node/accounts/totp.h"
#include "node/web/qr.h"

void factor_add_secret(struct html_page *page, struct str secret, struct str username)
{
	struct arena *arena = page->call->arena;
	struct str name = arena_printf(arena, "%.*s@%.*s", STR_ARG(username), STR_ARG(page->instance->domain));
	struct str picture = qr_svg(arena, totp_uri(arena, page_node_title(page), name, secret),
	                            text_in(page->language, TEXT_TOTP_PICTURE));

	page_element(page, "p", NULL, TEXT_TOTP_SCAN);
	buf_add(&page->body, picture);
	page_element(page, "p", "hint", TEXT_TOTP_BY_HAND);
	page_html(page, "<p><code class=\"code\" id=\"secret\">");
	page_text(page, totp_text(arena, secret, true));
	page_html(page, "</code></p>\n");
}

void factor_add_code_field(struct html_page *page, enum code_field field, bool wrong)
{
	static const enum text hints[] = {
		[CODE_OF_APP] = TEXT_COUNT, [CODE_OF_ANY] = TEXT_FIELD_ANY_CODE_HINT, [CODE_OR_PASSKEY] = TEXT_CODE_OR_PASSKEY_HINT,
	};

	page_field(page, &(struct page_field){
		.name = "code", .type = "text", .autocomplete = "one-time-code",
		.label = field == CODE_OF_APP ? TEXT_FIELD_CODE : TEXT_FIELD_ANY_CODE, .hint = hints[field], .wrong = wrong,
		.optional = field == CODE_OR_PASSKEY, .digits = field == CODE_OF_APP });
}

void factor_add_passkey_button(struct html_page *page, const char *name, const char *value, enum text text)
{
	page->script = true;
	page_html(page, "<div class=\"actions\" data-script hidden>\n");
	page_button(page, "quiet", name, value, text, false);
	page_html(page, "</div>\n<p class=\"alert\" role=\"alert\" data-failed hidden>");
	page_say(page, TEXT_PASSKEY_FAILED);
	page_html(page, "</p>\n");
}

void factor_add_password_field(struct html_page *page, bool wrong)
{
	page_field(page, &(struct page_field){
		.name = "password", .type = "password", .autocomplete = "current-password", .label = TEXT_FIELD_PASSWORD,
		.hint = TEXT_COUNT, .wrong = wrong });
}

void factor_add_alert(struct html_page *page, const struct factor_answer *answer)
{
	unsigned long long minutes = (unsigned long long)((answer->wait_ms + MINUTE_MS - 1) / MINUTE_MS);

	if (answer->verdict == FACTOR_WRONG)
		page_alert(page, TEXT_CODE_WRONG);
	if (answer->verdict != FACTOR_WAIT)
		return;
	page_html(page, "<p class=\"alert\" role=\"alert\" id=\"alert\">");
	page_say_with(page, TEXT_CODE_WAIT, NULL, arena_printf(page->call->arena, "%llu", minutes));
	page_html(page, "</p>\n");
}

int factor_status(const struct factor_answer *answer)
{
	return answer->verdict == FACTOR_WAIT ? 429 : answer->verdict == FACTOR_WRONG ? 422 : 200;
}

int factor_show_codes(struct html_page *page, struct str_list codes, struct str next)
{
	page_element(page, "h1", NULL, TEXT_RECOVERY);
	page_element(page, "p", "lead", TEXT_RECOVERY_LEAD);
	page_html(page, "<ol class=\"recovery\">\n");
	for (size_t i = 0; i < codes.count; i++) {
		page_html(page, "<li><code>");
		page_text(page, codes.items[i]);
		page_html(page, "</code></li>\n");
	}
	page_html(page, "</ol>\n<div class=\"actions\">\n");
	page_link(page, "button primary", next, TEXT_RECOVERY_NOTED);
	page_html(page, "</div>\n");
	return page_close(page, 200, TEXT_RECOVERY, STR_NONE);
}
