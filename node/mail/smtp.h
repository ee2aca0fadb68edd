/*
 * One message to one relay, by SMTP through libcurl. Any thread.
 */
#ifndef NODE_MAIL_SMTP_H
#define NODE_MAIL_SMTP_H

#include <stdbool.h>
#include <stdint.h>

#include "node/mail/relay.h"
#include "storage/base/str.h"

struct arena;
struct mail_message;
struct smtp;

/* Where to, and how. */
struct smtp_target {
	struct str url;            /* of the relay, and behind a slash the name by which the node greets it */
	enum mail_tls tls;         /* not AUTO */
	struct str user, password; /* empty: no sign-in */
	struct str ca_file;        /* empty: the system's */
	int64_t total_timeout_ms;
};

/* How it went. */
struct smtp_answer {
	bool refused;              /* for good: no such mailbox, or not this message (5xx) */
	bool unknown;              /* the text was sent and nothing was said to it: it may have arrived */
	struct str said;           /* its last words, or why there are none; one line */
};

struct smtp *smtp_new(void);
void smtp_free(struct smtp *smtp);
/* A node that stops: what is under way ends within about a second, and so do all later ones, with ERR_BUSY. Any thread. */
void smtp_cancel(struct smtp *smtp);

/* OK: the relay took it. ERR_DENIED: it refused for good. ERR_NETWORK: not now. ERR_BUSY: smtp_cancel(). *ret_answer is
 * filled always, in arena memory. Blocks. */
int smtp_send(struct smtp *smtp, struct arena *arena, const struct smtp_target *target,
              const struct mail_message *message, struct smtp_answer *ret_answer);

#endif
