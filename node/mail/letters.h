/*
 * The mails that tell people of their own account, each as one call in the transaction of the act. A notice that cannot be
 * queued (no relay, no address, too many within an hour) holds up nothing. The writer.
 */
#ifndef NODE_MAIL_LETTERS_H
#define NODE_MAIL_LETTERS_H

#include <stdint.h>

#include "node/mail/queue.h"
#include "storage/model.h"

/* With a link: ERR_LIMIT when that address was written to too often. *ret_mail_id 0: this node sends no mail. */
int letter_confirm(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                   struct str address, struct str secret, uint64_t *ret_mail_id);
int letter_reset(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                 struct str secret, uint64_t *ret_mail_id);

/* To the former address. */
int letter_address_changed(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                           struct str former);
int letter_password_changed(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id);
/* An app, a passkey or recovery codes came or went; `suspect`: a passkey was refused, for there may be a copy of it. */
int letter_second_factor(struct arena *arena, struct txn *txn, const struct mailer *mailer, uint64_t account_id,
                         bool suspect);
/* `browser` and `system` are names; empty: not known. */
int letter_sign_in(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user,
                   struct str browser, struct str system);
int letter_accepted(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user);
/* The person's records may be gone. */
int letter_refused(struct arena *arena, struct txn *txn, const struct mailer *mailer, const struct user *user);

#endif
