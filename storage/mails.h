/*
 * Mails that the node sends: what is to be said, to whom, and what came of it. The job that sends one is added with it
 * (node/mail/send.h).
 *
 * What a mail says is kept as a template's word and its parameters, sealed by a key that is not in the store
 * (node/mail/queue.h) and gone as soon as the mail is sent or given up: links in it are secrets. Who was written to stays
 * MAILS_KEPT_DAYS, so that people can be told why nothing came.
 */
#ifndef STORAGE_MAILS_H
#define STORAGE_MAILS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { MAILS_KEPT_DAYS = 30, MAILS_HOURS = 48, MAILS_AN_HOUR = 10, MAILS_OF_ONE_AN_HOUR = 20 };

/* mail->id and times are made; it waits, and a job "mail" is added for it. expires_ms 0: MAILS_HOURS from now. ERR_LIMIT:
 * MAILS_AN_HOUR were written to this address within an hour, or MAILS_OF_ONE_AN_HOUR of this account's, to whichever
 * address. An error leaves no trace. */
int mails_add(struct txn *txn, struct mail *mail);
int mails_get(struct arena *arena, struct view *view, uint64_t id, struct mail *ret_mail);
/* Replaces what is known of its fate. One that ended loses its parameters and is tried no more. */
int mails_put(struct txn *txn, struct mail *mail);
/* Ends one that still waits (what it is about was taken back). Absent or ended is OK. */
int mails_withdraw(struct txn *txn, uint64_t id);
/* Waits again, as new; for one that was given up before its parameters were lost. ERR_GONE: they are. */
int mails_retry(struct txn *txn, uint64_t id);
/* The newest one to that address; in any case of its letters. ERR_NOT_FOUND. */
int mails_newest_to(struct arena *arena, struct view *view, struct str address, struct mail *ret_mail);
/* How many were written to that address since then; counts to `max`. `template` (may be empty): only of this one. */
size_t mails_count_to(struct view *view, struct str address, struct str template, int64_t since_ms, size_t max);
/* Newest first, those before `before` (0: all); `state` 0: of any. */
int mails_list(struct arena *arena, struct view *view, uint64_t before, uint8_t state, size_t max, struct mail **ret_mails,
               size_t *ret_count);
/* Forgets those that are MAILS_KEPT_DAYS old, at most `max`; *ret_more: call again. */
int mails_expire(struct txn *txn, size_t max, bool *ret_more);
/* Removes up to `max` to an account that ends; *ret_more: there may be others. */
int mails_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
