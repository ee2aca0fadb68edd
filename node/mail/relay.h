/*
 * The mail server that takes the node's mails, as the settings name it: address, encryption, sender. Pure; any thread.
 */
#ifndef NODE_MAIL_RELAY_H
#define NODE_MAIL_RELAY_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;
struct config;
struct instance;

enum mail_tls { MAIL_TLS_AUTO, MAIL_TLS_REQUIRED, MAIL_TLS_OPPORTUNISTIC, MAIL_TLS_OFF };

struct mail_relay {
	struct str url;        /* smtp:// or smtps://, host, port; nothing else */
	bool smtps;            /* encrypted from the first byte */
	bool loopback;         /* this machine itself, by its address or as localhost */
};

/* "smtp://HOST[:PORT]" or "smtps://HOST[:PORT]". ERR_INVALID. */
int mail_relay_parse(struct arena *arena, struct str text, struct mail_relay *ret_relay);
/* "auto", "required", "opportunistic", "off". ERR_INVALID. */
int mail_tls_parse(struct str word, enum mail_tls *ret_tls);
/* What the setting means toward this relay: never MAIL_TLS_AUTO. */
enum mail_tls mail_relay_tls(const struct mail_relay *relay, const struct config *config);
/* The address and the name that mails come from. */
struct str mail_sender(struct arena *arena, const struct config *config, const struct instance *instance);
struct str mail_sender_name(const struct config *config);

#endif
