/*
 * What the mails say, in French and English: one table of templates, rendered as text and as HTML. Pure; any thread.
 */
#ifndef NODE_MAIL_TEMPLATES_H
#define NODE_MAIL_TEMPLATES_H

#include <stddef.h>

#include "storage/base/str.h"

struct arena;
struct mail_values;

enum { MAIL_TEMPLATE_NEEDS = 4 };

/* Words and the parameters that must be given; optional ones are in [brackets].
 *   invitation           link, until            [by, message]
 *   confirm-address      link, until            to the new address; also at sign-up
 *   address-changed      address                to the former one: which one counts from now on
 *   password-reset       link, until
 *   password-changed     when
 *   sign-in              when                   [browser, system] from a browser that is not known
 *   sign-up-accepted     link
 *   sign-up-refused      -                      [reason]
 * `until` and `when` are times; all know the node's title and address, and whom they are to ([name]). */
struct mail_template {
	const char *word;
	const char *needs[MAIL_TEMPLATE_NEEDS];
};

extern const struct mail_template mail_templates[];
extern const size_t mail_template_count;
/* NULL: there is none. */
const struct mail_template *mail_template_find(struct str word);

#endif
