/*
 * E-mail addresses. The domain is judged by the same rules as hosts of web addresses.
 */
#include "node/mail/address.h"

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

enum { LABEL_BYTES_MAX = 63 };

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static const char *local_fault(struct str local)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";

	if (!local.n || local.n > MAIL_LOCAL_BYTES_MAX)
		return "this is no e-mail address: NAME@DOMAIN, with at most 64 bytes before the @";
	for (size_t i = 0; i < local.n; i++) {
		char c = local.p[i];
		bool dot = c == '.' && i > 0 && i + 1 < local.n && local.p[i - 1] != '.';

		if ((unsigned char)c >= 0x80)
			return "the part of the e-mail address before the @ must be ASCII: many mail servers take no other";
		if (!dot && !is_letter_or_digit(c) && (!c || !strchr(others, c)))
			return "this is no e-mail address: a character before the @ is not taken";
	}
	return NULL;
}

/* Labels of letters, digits and inner hyphens; the last is no number, so that no IP address passes. */
static bool is_domain(struct str host)
{
	struct str rest = host, label = STR_NONE;

	while (rest.p) {
		label = str_cut(&rest, '.');
		if (!label.n || label.n > LABEL_BYTES_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_letter_or_digit(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return label.n && !(label.p[0] >= '0' && label.p[0] <= '9');
}

int mail_address_parse(struct arena *arena, struct str text, struct str *ret_address, const char **ret_fault)
{
	struct str domain = text, local, host;

	*ret_fault = "this is no e-mail address: NAME@DOMAIN";
	if (text.n > MAIL_ADDRESS_BYTES_MAX || !utf8_valid(text) || str_find_char(text, '@') == SIZE_MAX)
		return ERR_INVALID;
	local = str_cut(&domain, '@');
	*ret_fault = local_fault(local);
	if (*ret_fault)
		return ERR_INVALID;
	*ret_fault = "this is no e-mail address: what stands behind the @ is no domain";
	if (!domain.n || url_host_parse(arena, domain, &host) != OK || !is_domain(host))
		return ERR_INVALID;
	*ret_address = arena_printf(arena, "%.*s@%.*s", STR_ARG(local), STR_ARG(host));
	if (ret_address->n > MAIL_ADDRESS_BYTES_MAX)
		return ERR_INVALID;
	*ret_fault = NULL;
	return OK;
}

struct str mail_address_domain(struct str address)
{
	str_cut(&address, '@');
	return address;
}
