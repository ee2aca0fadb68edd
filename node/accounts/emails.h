/*
 * E-mail addresses of people: a new one counts when whoever reads its mails has confirmed it, and the former one is told.
 * Writer's parts run in the transaction of a call; the secrets of links (hash_token) are made by the caller.
 */
#ifndef NODE_ACCOUNTS_EMAILS_H
#define NODE_ACCOUNTS_EMAILS_H

#include "node/mail/queue.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Is there an address of theirs that waits to be confirmed? That one; STR_NONE: there is none. */
struct str emails_waiting(const struct user *user);

/* Asks for a new address: a mail with a link goes there. ERR_DENIED: its domain may not (email_domains.h). ERR_EXISTS: it is
 * somebody's. ERR_INVALID: it is no address. ERR_LIMIT: too many mails went there. ERR_GONE: this node sends no mail. */
int emails_ask(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id, struct str address,
               struct str secret);
/* The same link anew, for the address that waits. ERR_NOT_FOUND: none does. */
int emails_ask_again(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id,
                     struct str secret);
/* Forgets the one that waits; not that of a sign-up. */
int emails_take_back(struct arena *arena, struct txn *txn, uint64_t account_id);
/* The link's address counts from now on; who signed up with it is one step nearer to being let in. ERR_NOT_FOUND: the link is
 * unknown, used or over, or another address was asked for since. ERR_DENIED, ERR_EXISTS: as above, by now. */
int emails_confirm(struct arena *arena, struct txn *txn, const struct mailer *mailer, struct str secret);
/* Another address by who runs the node, without a question; the former one is told. Errors as emails_ask(), but any domain
 * may. */
int emails_set(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id, struct str address);
/* Who has this link, for its page. ERR_NOT_FOUND. */
int emails_link(struct arena *arena, struct view *view, struct str secret, struct email_link *ret_link);

#endif
