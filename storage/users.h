/*
 * Who may sign in here: the person behind a local account, e-mail, password hash, role, defaults.
 */
#ifndef STORAGE_USERS_H
#define STORAGE_USERS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

int users_get(struct arena *arena, struct view *view, uint64_t account_id, struct user *ret_user);
int users_by_email(struct arena *arena, struct view *view, struct str email, struct user *ret_user);
/* Inserts or replaces; ERR_EXISTS: the e-mail belongs to somebody else. */
int users_put(struct txn *txn, const struct user *user);
/* Nobody signs in under this account any more, and the e-mail address is free. ERR_NOT_FOUND. Tokens and
 * sessions are the caller's to end (tokens_delete_all). */
int users_delete(struct txn *txn, uint64_t account_id);
/* In account id order after `after`; at most `max`. */
int users_each(struct arena *arena, struct view *view, uint64_t after, size_t max, struct user **ret_users,
               size_t *ret_count);
/* How many of the newest `max` signed up and wait to be let in. */
int users_waiting(struct view *view, size_t max, size_t *ret_count);
int users_count(struct view *view, uint64_t *ret_count);
/* Whether anybody but `account_id` has all of `roles` and may sign in. */
int users_others_hold(struct view *view, uint64_t account_id, uint8_t roles, bool *ret_held);
/* Before store format 5 a person had one role of three: 1 moderator, 2 administrator, who may do all. */
int users_migrate_roles(struct txn *txn);

#endif
