/*
 * Whose e-mail addresses may sign up here: by the setting registrations.email_domains, and the rules about domains of mail.
 * Any thread.
 */
#ifndef NODE_ACCOUNTS_EMAIL_DOMAINS_H
#define NODE_ACCOUNTS_EMAIL_DOMAINS_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;
struct config;
struct view;

/* May an address, as it was typed, sign up, accept an invitation, or become somebody's? Every one may without the setting.
 * "orme.example" stands for this very domain, "*.orme.example" for those below it, however deep. A domain with signs
 * outside ASCII, or with their form in the DNS (xn--), looks like others: only what is listed in full passes. An address that
 * is none never does. */
bool email_domain_is_allowed(struct arena *arena, const struct config *config, struct str address);
/* Would this do for an item of the setting? */
bool email_domain_is_pattern(struct arena *arena, struct str pattern);

/* Why nobody joins with an e-mail address that is otherwise well; NULL: they may, and *email has the form in which it is
 * kept. The one place that decides, for sign-ups, invitations and changes alike. */
const char *email_fault(struct arena *arena, struct view *view, const struct config *config, struct str *email);

#endif
