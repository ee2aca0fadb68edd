/*
 * People of this node: adding them, disabling and enabling, their password. Shared by the command line and the API.
 */
#ifndef NODE_ACCOUNTS_PEOPLE_H
#define NODE_ACCOUNTS_PEOPLE_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct instance;

struct new_person {
	struct str name, email, display_name;
	uint8_t roles;               /* set of enum user_role */
	bool waits;                  /* for a moderator, who lets them in or not */
	bool unconfirmed;            /* the address has to be confirmed before they are let in (node/accounts/emails.h) */
	struct str locale, reason;   /* "fr", "en"; why they want to be let in; empty: did not say */
	struct str password_hash;    /* empty: has none yet; a sign-up link will be made */
	uint64_t invitation_id, invited_by_id;  /* by which they come, and whose it is; 0: by none */
	struct str department, job_title;
	struct str_list communities;
	struct account account;      /* made by people_prepare() */
	struct str private_pem;
};

/* What is wrong with name, e-mail or display name, or NULL; *ret_field is which of them. */
const char *people_fault(const struct instance *instance, const struct new_person *person, const char **ret_field);
/* Checks name ([a-z0-9_]+([.-]+[a-z0-9_]+)*, at most 30 bytes, any case), e-mail shape and reserved names, and makes the
 * key (some 100 ms). ERR_INVALID with *ret_reason. */
int people_prepare(struct arena *arena, const struct instance *instance, struct new_person *person,
                   const char **ret_reason);
/* ERR_EXISTS: name or e-mail is taken. */
int people_add(struct arena *arena, struct txn *txn, struct new_person *person);
/* Why they may not sign in: set of enum user_hold. */
uint8_t people_holds(const struct user *user);
/* Sets or lifts one hold (enum user_hold); a new one ends all sessions and tokens in the same transaction. ERR_DENIED:
 * there is no other administrator who may sign in. */
int people_hold(struct arena *arena, struct txn *txn, uint64_t account_id, uint8_t hold, bool on);
/* Erases somebody who is suspended, with all they did here; other nodes are told. ERR_DENIED: not suspended (any more).
 * ERR_NOT_FOUND, ERR_GONE. */
int people_erase(struct arena *arena, struct txn *txn, uint64_t account_id);
/* Turns away somebody who waits. ERR_NOT_FOUND; ERR_DENIED: does not wait. */
int people_reject(struct arena *arena, struct txn *txn, uint64_t account_id);
/* Disabling ends all sessions and tokens in the same transaction; enabling lifts every hold but the directory's. ERR_NOT_FOUND; ERR_DENIED:
 * as above. */
int people_set_disabled(struct arena *arena, struct txn *txn, struct str name, bool disabled);
/* Ends all sessions and tokens too. */
int people_set_password(struct arena *arena, struct txn *txn, struct str name, struct str hash);

#endif
