/*
 * Sign-up by an app, where the setting `registrations` lets people in by approval: whoever signs up waits until a moderator
 * lets them in (node/api/admin/accounts.h).
 */
#ifndef NODE_ACCOUNTS_REGISTRATION_H
#define NODE_ACCOUNTS_REGISTRATION_H

#include "node/call.h"

/* POST /api/v1/accounts, by the token of an app: username, email, password, agreement, locale, reason. Answers with a
 * token that lets in once a moderator did. 403: not open, or too many wait; 422 with what is wrong by field. */
int registration_check(struct call *call, struct view *view);
int registration_work(struct call *call);
int registration_write(struct call *call, struct txn *txn);

#endif
