/*
 * A mail as it goes to the relay: header lines that nothing can be slipped into (RFC 5322, words outside ASCII by
 * RFC 2047), a text and its HTML. Pure; any thread.
 */
#ifndef NODE_MAIL_MESSAGE_H
#define NODE_MAIL_MESSAGE_H

#include <stdint.h>

#include "storage/base/str.h"
#include "storage/model.h"

struct arena;

struct mail_message {
	struct str from, to;          /* addresses, of mail_address_parse() */
	struct str_list headers;      /* "Name: value", folded where long, without the line end */
	struct str text, html;        /* UTF-8, lines end in LF */
};

/* What the headers are made of. */
struct mail_envelope {
	struct str from, from_name, to, to_name;
	struct str subject;
	struct str locale;            /* "fr", "en" */
	struct str host;              /* of the Message-ID … */
	uint64_t id;                  /* … and its number: the same at each try, so that a double is known as one */
	int64_t date_ms;
};

/* Fills addresses and headers. ERR_INVALID: a control character or bytes that are no UTF-8 in any part. */
int mail_message_begin(struct arena *arena, const struct mail_envelope *envelope, struct mail_message *ret_message);

/* One header line. ERR_INVALID as above. `value` is plain text. */
int mail_header(struct arena *arena, const char *name, struct str value, struct str *ret_line);
/* "Name <address>"; the address alone for an empty name. */
int mail_mailbox_header(struct arena *arena, const char *name, struct str mailbox_name, struct str address,
                        struct str *ret_line);

#endif
