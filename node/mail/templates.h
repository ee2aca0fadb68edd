/*
 * What the mails say, in French and English side by side: one table of templates, rendered as text and as HTML. Pure; any
 * thread.
 */
#ifndef NODE_MAIL_TEMPLATES_H
#define NODE_MAIL_TEMPLATES_H

#include <stddef.h>

#include "storage/base/str.h"

struct arena;
struct mail_values;

enum { MAIL_TEMPLATE_NEEDS = 4, MAIL_TEMPLATE_PARTS = 10 };

enum mail_part_kind {
	PART_SAY = 1,   /* a paragraph */
	PART_QUOTE,     /* somebody's own words */
	PART_FACT,      /* a line of a list */
	PART_BUTTON,    /* the way to {link}, and below it the address to copy */
	PART_HINT,      /* a paragraph in small letters */
};

/* One part of a mail. "{link}" stands for a parameter; times ("until", "when") come out as dates. */
struct mail_part {
	enum mail_part_kind kind;
	const char *when, *unless;  /* shown only with, or only without, this parameter; NULL: always */
	const char *fr, *en;
};

/* Words and the parameters that must be given; optional ones are in [brackets].
 *   invitation           link, until            [by, message]
 *   confirm-address      link, until            to the new address; also at sign-up
 *   address-changed      address                to the former one: which one counts from now on
 *   password-reset       link, until
 *   password-changed     when
 *   sign-in              when, link             [browser, system] from a browser that is not known; link: to the sessions
 *   sign-up-accepted     link
 *   sign-up-refused      -                      [reason]
 *   test                 -
 * `until` and `when` are times in decimal milliseconds. All templates also know what struct mail_setting says. */
struct mail_template {
	const char *word;
	const char *needs[MAIL_TEMPLATE_NEEDS];
	struct mail_part subjects[2];                  /* the first that applies */
	struct mail_part parts[MAIL_TEMPLATE_PARTS];
};

extern const struct mail_template mail_templates[];
extern const size_t mail_template_count;
/* NULL: there is none. */
const struct mail_template *mail_template_find(struct str word);

/* What every mail knows: {node}, {host}, {name} (may be empty), {contact} (may be empty). */
struct mail_setting {
	struct str node, host, name, contact;
};

struct mail_text {
	struct str subject, text, html;
};

void mail_render(struct arena *arena, const struct mail_template *template, struct str locale,
                 const struct mail_setting *setting, const struct mail_values *values, struct mail_text *ret_text);

#endif
