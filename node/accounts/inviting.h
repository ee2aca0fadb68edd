/*
 * Who may invite whom, and how an invitation becomes a person. Shared by the command line, the API and the pages; the
 * records are storage/invitations.h's. Every act is noted in the audit journal, in its transaction.
 */
#ifndef NODE_ACCOUNTS_INVITING_H
#define NODE_ACCOUNTS_INVITING_H

#include "node/accounts/people.h"
#include "node/mail/queue.h"
#include "storage/invitations.h"

struct config;

enum { INVITATION_USES_MAX = 1000, INVITATION_DAYS_MAX = 366, INVITATION_COMMUNITIES_MAX = 20,
       INVITATION_LINE_CHARS_MAX = 100 };

/* Who invites, or looks after invitations, and where. */
struct inviter {
	const struct instance *instance;
	const struct config *config;
	struct mailer mailer;
	uint64_t account_id;  /* 0: the command line */
	bool staff;           /* sees and changes everybody's, and is bound by no quota */
	bool grants;          /* may give roles */
};

/* Sets what an account with these roles may (node/permission.h). */
void inviter_set(struct inviter *inviter, uint64_t account_id, uint8_t roles);
/* May they invite anybody at all? */
bool inviter_may(const struct inviter *inviter);

/* Fills in what is not said (uses_max, expires_ms), and puts the address into its form. What is wrong, or NULL; *ret_field is the parameter that it is about.
 * Pure but for `view`, in which rules about mail addresses stand. */
const char *invitation_fault(struct arena *arena, struct view *view, const struct inviter *inviter, int64_t now_ms,
                             struct invitation *invitation, const char **ret_field);
/* Why nobody is to be invited who is here or invited already; NULL: they are not. The sentence lives in `arena`. */
const char *invitation_is_for_known(struct arena *arena, struct view *view, const struct invitation *invitation,
                                    int64_t now_ms, const char **ret_field);

/* Stores it in the inviter's name (or that of its sponsor_id, which is then set) under `secret`, and writes to the address
 * that it is for, if this node sends mail: then sent_ms is set, else the link is to be handed over. Writer thread.
 * ERR_LIMIT: the inviter has as many open as they may, or the store has. */
int invitation_make(struct arena *arena, struct txn *txn, const struct inviter *inviter, struct str secret,
                    struct invitation *invitation);
/* The one of an id, if it is the inviter's to look after. ERR_NOT_FOUND. */
int invitation_of_inviter(struct arena *arena, struct view *view, const struct inviter *inviter, uint64_t id,
                          struct invitation *ret_invitation);
/* Nobody comes in by it any more. Twice is no error. ERR_NOT_FOUND. */
int invitation_revoke(struct arena *arena, struct txn *txn, const struct inviter *inviter, uint64_t id,
                      struct invitation *ret_invitation);
/* Gives it a new secret, and as much time as a new one has; the former link is good no longer. Mail as with
 * invitation_make(). Who does so for a sponsor who cannot answer for it any more becomes the sponsor. ERR_DENIED: revoked,
 * used up, or with a role that the inviter may not give. ERR_NOT_FOUND, ERR_LIMIT. */
int invitation_resend(struct arena *arena, struct txn *txn, const struct inviter *inviter, uint64_t id,
                      struct str secret, struct invitation *ret_invitation);
/* What is to be handed over. */
struct str invitation_link(struct arena *arena, const struct instance *instance, struct str secret);

/* The one by which somebody may come in now. ERR_NOT_FOUND: unknown, revoked, used up, expired, or of a sponsor who may not
 * sign in, or not give such a role, any more; nobody is told which. */
int invitation_find(struct arena *arena, struct view *view, struct str secret, int64_t now_ms,
                    struct invitation *ret_invitation);
/* What a person who comes by it is, beside what they say themselves. */
void invitation_fill(const struct invitation *invitation, const struct config *config, struct new_person *person);
/* Makes the account and counts the use, in one transaction: by two at once not more come in than may. ERR_NOT_FOUND: it is
 * not good any more. ERR_EXISTS: name or address is taken. */
int invitation_accept(struct arena *arena, struct txn *txn, const struct config *config, struct str secret,
                      struct new_person *person);

#endif
