/*
 * The settings of the relay.
 */
#include "node/mail/relay.h"

#include "federation/url.h"
#include "node/config.h"
#include "node/mail/address.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"

static const char *const tls_words[] = {
	[MAIL_TLS_AUTO] = "auto", [MAIL_TLS_REQUIRED] = "required", [MAIL_TLS_OPPORTUNISTIC] = "opportunistic",
	[MAIL_TLS_OFF] = "off",
};

/* Host and port are read as those of a web address: the part of both that matters is the same. */
int mail_relay_parse(struct arena *arena, struct str text, struct mail_relay *ret_relay)
{
	struct mail_relay relay = { .smtps = str_starts(text, STR("smtps://")) };
	struct str place = str_sub(text, relay.smtps ? 8 : 7, SIZE_MAX), host;

	if ((!relay.smtps && !str_starts(text, STR("smtp://"))) || str_find_char(place, '/') != SIZE_MAX)
		return ERR_INVALID;
	if (url_host_parse(arena, place, &host) != OK)
		return ERR_INVALID;
	relay.loopback = str_starts(host, STR("127.")) || str_starts(host, STR("[::1]")) ||
	                 str_eq(host, STR("localhost")) || str_starts(host, STR("localhost:"));
	/* A port that goes without saying there does not here. */
	relay.url = arena_printf(arena, "%s://%.*s%s", relay.smtps ? "smtps" : "smtp", STR_ARG(host),
	                         str_ends(place, STR(":443")) ? ":443" : "");
	*ret_relay = relay;
	return OK;
}

int mail_tls_parse(struct str word, enum mail_tls *ret_tls)
{
	for (size_t i = 0; i < sizeof(tls_words) / sizeof(tls_words[0]); i++)
		if (str_eq(word, str_of(tls_words[i]))) {
			*ret_tls = (enum mail_tls)i;
			return OK;
		}
	return ERR_INVALID;
}

enum mail_tls mail_relay_tls(const struct mail_relay *relay, const struct config *config)
{
	enum mail_tls tls;

	if (relay->smtps || mail_tls_parse(config->mail_tls, &tls) != OK)
		return MAIL_TLS_REQUIRED;
	if (tls == MAIL_TLS_AUTO)
		return relay->loopback ? MAIL_TLS_OPPORTUNISTIC : MAIL_TLS_REQUIRED;
	return tls;
}

struct str mail_sender(struct arena *arena, const struct config *config, const struct instance *instance)
{
	struct str host = instance->domain, address;
	const char *fault;

	if (config->mail_from.n)
		return config->mail_from;
	/* A node under a bare IP address is one that is being tried out. */
	if (mail_address_parse(arena, arena_printf(arena, "no-reply@%.*s", STR_ARG(str_cut(&host, ':'))), &address, &fault) != OK)
		return STR("no-reply@localhost");
	return address;
}

struct str mail_sender_name(const struct config *config)
{
	return config->mail_from_name.n ? config->mail_from_name : config->title;
}
