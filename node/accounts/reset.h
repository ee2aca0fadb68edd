/*
 * A forgotten password: asked for by name or address, changed by the link that was mailed.
 *
 * Who asks learns nothing: known and unknown names leave one job each, and the rest happens there.
 */
#ifndef NODE_ACCOUNTS_RESET_H
#define NODE_ACCOUNTS_RESET_H

#include "node/call.h"
#include "node/mail/queue.h"
#include "storage/model.h"

struct job;

enum { RESETS_AN_HOUR = 3 };  /* for one address */

/* One request by this network address; *ret_wait_ms: it comes too soon after too many, and nothing was put. */
int reset_ask(struct call *call, struct txn *txn, struct str name, int64_t *ret_wait_ms);
/* The job "reset": a link for whoever has that name, may sign in, and has a password here; otherwise nothing. */
int reset_job(struct node *node, struct arena *arena, struct job *job);
/* Whose link it is. ERR_NOT_FOUND: unknown, used or over, or they may not sign in. */
int reset_link(struct arena *arena, struct view *view, struct str secret, struct account *ret_account);
/* Sets the password, ends every session, token and link of theirs, and tells them. ERR_NOT_FOUND: as above. */
int reset_finish(struct call *call, struct txn *txn, struct str secret, struct str hash);

#endif
