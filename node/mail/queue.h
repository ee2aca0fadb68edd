/*
 * Putting a mail into the store, in the transaction of the act that it tells of; a job sends it (node/mail/send.h).
 */
#ifndef NODE_MAIL_QUEUE_H
#define NODE_MAIL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;
struct config;
struct mail;
struct node;
struct seal;
struct txn;

/* One value of a template: node/mail/templates.h says which a template takes. Links are whole addresses, times are
 * decimal milliseconds. Control characters are refused. */
struct mail_parameter {
	const char *name;
	struct str value;
};

enum { MAIL_PARAMETERS_MAX = 8, MAIL_PARAMETER_BYTES_MAX = 2000 };

struct mail_order {
	struct str template;        /* "invitation", "password-reset" … */
	struct str locale;          /* "fr", "en"; empty or another: the node's first language */
	struct str to, to_name;     /* the address; the name may be empty */
	uint64_t account_id;        /* whose of ours it is; 0: nobody's yet */
	uint64_t asked_by;          /* who has it sent; 0: the node itself, or who is written to */
	uint64_t subject_id;        /* the record it is about, an invitation say; 0: none */
	int64_t expires_ms;         /* when what it says is void: it is not sent later; 0: two days from now */
	const struct mail_parameter *parameters;
	size_t parameter_count;
};

/* What queueing needs of the place: a serving node, or a command with the store open. */
struct mailer {
	const struct config *config;
	const struct seal *seal;
};
/* NULL (tests): one that sends nothing. */
struct mailer mailer_of(struct node *node);

/* Does this node send mail (mail.relay is set)? If not, show the link to be handed over. */
bool mail_is_on(const struct config *config);

/* Queues one mail; the writer. *ret_id: its id (storage/mails.h says what became of it); 0: this node sends no mail, and
 * nothing was queued. ERR_INVALID: no such template, a parameter is missing or will not do, or no address that mail can
 * be sent to. ERR_LIMIT: that address was written to too often within an hour. An error leaves no trace in the txn: a
 * body that goes on without the mail may. */
int mail_queue(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct mail_order *order,
               uint64_t *ret_id);
/* The parameters of one that waits, by name; STR_NONE: absent. ERR_INVALID: the seal does not open. */
struct mail_values;
int mail_values_open(struct arena *arena, const struct seal *seal, const struct mail *mail,
                     struct mail_values **ret_values);
struct str mail_value(const struct mail_values *values, const char *name);

#endif
