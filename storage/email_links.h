/*
 * One-time links that the node sends by mail: to confirm an address, to choose a new password. Secrets are kept as their
 * SHA-256 only. Of each kind a person has one: a new one ends the former.
 */
#ifndef STORAGE_EMAIL_LINKS_H
#define STORAGE_EMAIL_LINKS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { EMAIL_CONFIRM_HOURS = 48, EMAIL_RESET_MINUTES = 60 };

/* Times are made. */
int email_links_put(struct txn *txn, struct str secret, struct email_link *link);
/* ERR_NOT_FOUND also when it expired, or is of another kind. */
int email_links_get(struct arena *arena, struct view *view, struct str secret, uint8_t kind, struct email_link *ret_link);
/* Ends that of one kind (0: of each). */
int email_links_end(struct txn *txn, uint64_t account_id, uint8_t kind);
/* Removes up to `max` that expired; *ret_more: call again. */
int email_links_expire(struct txn *txn, size_t max, bool *ret_more);
/* Those of an account that ends. */
int email_links_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
