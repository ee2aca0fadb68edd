/*
 * Choosing a password.
 */
#include "node/web/new_password.h"

#include "node/accounts/login.h"

/* Password managers learn from it whose password this is. */
static void name_whose(struct html_page *page, struct str username)
{
	page_html(page, "<input class=\"unseen\" type=\"text\" name=\"username\" autocomplete=\"username\" tabindex=\"-1\" "
	                "aria-hidden=\"true\" readonly value=\"");
	page_text(page, username);
	page_html(page, "\">\n");
}

void new_password_fields(struct html_page *page, struct str username, enum text alert)
{
	if (username.n)
		name_whose(page, username);
	page_field(page, &(struct page_field){
		.name = "password", .type = "password", .autocomplete = "new-password", .label = TEXT_FIELD_NEW_PASSWORD,
		.hint = TEXT_FIELD_NEW_PASSWORD_HINT, .wrong = alert == TEXT_SIGN_UP_LENGTH });
	page_field(page, &(struct page_field){
		.name = "repeat", .type = "password", .autocomplete = "new-password", .label = TEXT_FIELD_REPEAT,
		.hint = TEXT_COUNT, .wrong = alert == TEXT_SIGN_UP_DIFFER });
}

enum text new_password_fault(const struct call *call)
{
	struct str password = call_param(call, "password");

	if (!password_length_fits(password))
		return TEXT_SIGN_UP_LENGTH;
	return str_eq(password, call_param(call, "repeat")) ? TEXT_COUNT : TEXT_SIGN_UP_DIFFER;
}
