/*
 * Sign-up by an app: with an invitation (node/accounts/inviting.h), or where the setting `registrations` lets people in by
 * approval. Who signs up without one waits until a moderator lets them in (node/api/admin/accounts.h).
 */
#ifndef NODE_ACCOUNTS_REGISTRATION_H
#define NODE_ACCOUNTS_REGISTRATION_H

#include "node/call.h"

/* Whether who asks from this address may sign up, as far as networks are kept out. */
bool registration_network_may(struct view *view, struct str address);

/* POST /api/v1/accounts, by the token of an app: username, email, password, agreement, locale, reason, invite_code. Answers
 * with a token, which lets in at once with an invitation, unless `invitations.approval` is set; else once a moderator let
 * them in. 403: not open, or too many wait; 422 with what is wrong by field. */
int registration_check(struct call *call, struct view *view);
int registration_work(struct call *call);
int registration_write(struct call *call, struct txn *txn);

#endif
