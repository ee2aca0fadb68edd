/*
 * The templates of the mails.
 */
#include "node/mail/templates.h"

const struct mail_template mail_templates[] = {
	{ "invitation", { "link", "until" } },
	{ "confirm-address", { "link", "until" } },
	{ "address-changed", { "address" } },
	{ "password-reset", { "link", "until" } },
	{ "password-changed", { "when" } },
	{ "sign-in", { "when" } },
	{ "sign-up-accepted", { "link" } },
	{ "sign-up-refused", { NULL } },
};
const size_t mail_template_count = sizeof(mail_templates) / sizeof(mail_templates[0]);

const struct mail_template *mail_template_find(struct str word)
{
	for (size_t i = 0; i < mail_template_count; i++)
		if (str_eq(word, str_of(mail_templates[i].word)))
			return &mail_templates[i];
	return NULL;
}
