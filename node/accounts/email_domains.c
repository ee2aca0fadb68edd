/*
 * The lists of domains. Both sides are compared in their form of the DNS (UTS 46), which has one spelling for each domain.
 */
#include "node/accounts/email_domains.h"

#include "federation/url.h"
#include "node/config.h"
#include "node/mail/address.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/rules.h"

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

/* Does one of its labels stand for other signs? */
static bool has_encoded_label(struct str domain)
{
	return str_starts(domain, STR("xn--")) || str_find(domain, STR(".xn--")) != SIZE_MAX;
}

/* The form of the DNS of an item without its "*."; STR_NONE: it is none. */
static struct str plain_form(struct arena *arena, struct str item)
{
	struct str address;
	const char *fault;

	/* What may stand behind the '@' of an address, and nothing else. */
	if (mail_address_parse(arena, arena_printf(arena, "x@%.*s", STR_ARG(item)), &address, &fault) != OK)
		return STR_NONE;
	return mail_address_domain(address);
}

static bool is_below(struct str item)
{
	return str_starts(item, STR("*."));
}

bool email_domain_is_pattern(struct arena *arena, struct str pattern)
{
	return plain_form(arena, is_below(pattern) ? str_sub(pattern, 2, SIZE_MAX) : pattern).n != 0;
}

/* `odd`: it is of signs that look like others, or was typed with such. */
static bool covers(struct arena *arena, struct str item, struct str domain, struct str typed, bool odd)
{
	bool below = is_below(item);
	struct str plain = plain_form(arena, below ? str_sub(item, 2, SIZE_MAX) : item);

	if (!plain.n)
		return false;
	if (!below)
		return str_eq(plain, domain) && (!odd || has_encoded_label(domain) || str_eq(item, typed));
	if (odd || domain.n <= plain.n + 1 || !str_ends(domain, plain))
		return false;
	return domain.p[domain.n - plain.n - 1] == '.';
}

bool email_domain_is_allowed(struct arena *arena, const struct config *config, struct str address)
{
	const struct str_list *list = &config->registrations_email_domains;
	struct str parsed, domain, typed = address;
	const char *fault;
	bool odd;

	if (mail_address_parse(arena, address, &parsed, &fault) != OK)
		return false;
	domain = mail_address_domain(parsed);
	str_cut(&typed, '@');
	odd = !is_ascii(typed) || has_encoded_label(domain);
	for (size_t i = 0; i < list->count; i++)
		if (covers(arena, list->items[i], domain, typed, odd))
			return true;
	return !list->count;
}

const char *email_fault(struct arena *arena, struct view *view, const struct config *config, struct str *email)
{
	struct str domain, host;
	const char *fault;

	if (!email_domain_is_allowed(arena, config, *email))
		return "is of a domain that does not sign up here";
	mail_address_parse(arena, *email, email, &fault);
	domain = str_lower(arena, *email);
	str_cut(&domain, '@');
	/* Rules have the form of the DNS, people write accents. */
	if (url_host_parse(arena, domain, &host) == OK)
		domain = host;
	return rules_cover_host(view, RULE_EMAIL_DOMAIN, domain) ? "is of a provider that is not allowed here" : NULL;
}
