/*
 * Invitations: who may make an account of their own here, as what, and who answers for it.
 *
 * The secret of one is kept as its SHA-256 only. Whether somebody may invite, and the making of the account, are
 * node/accounts/inviting.h's. Reads: any thread; the rest: the writer.
 */
#ifndef STORAGE_INVITATIONS_H
#define STORAGE_INVITATIONS_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

enum { INVITATIONS_MAX = 50000, INVITATION_KEPT_DAYS = 90 };

/* Why nobody comes in by it (any more): the first of these that holds. */
enum invitation_state { INVITATION_OPEN, INVITATION_REVOKED, INVITATION_USED, INVITATION_EXPIRED, INVITATION_STATES };
enum invitation_state invitation_state(const struct invitation *invitation, int64_t now_ms);
const char *invitation_state_name(enum invitation_state state);        /* "open", "revoked", "used", "expired" */
int invitation_state_parse(struct str name, enum invitation_state *ret_state);  /* ERR_INVALID */

/* Takes a new id and the hash of `secret`. ERR_LIMIT: there are INVITATIONS_MAX. */
int invitations_add(struct txn *txn, struct str secret, struct invitation *invitation);
/* ERR_NOT_FOUND. */
int invitations_get(struct arena *arena, struct view *view, uint64_t id, struct invitation *ret_invitation);
/* In whatever state it is. ERR_NOT_FOUND. */
int invitations_by_secret(struct arena *arena, struct view *view, struct str secret, struct invitation *ret_invitation);
/* The one that is open for an e-mail address. ERR_NOT_FOUND. */
int invitations_by_email(struct arena *arena, struct view *view, struct str email, int64_t now_ms,
                         struct invitation *ret_invitation);
/* Replaces the record of its id. ERR_NOT_FOUND. */
int invitations_put(struct txn *txn, const struct invitation *invitation);
/* Puts it with another secret: the former link leads nowhere. */
int invitations_renew(struct txn *txn, struct str secret, struct invitation *invitation);
/* The accounts that were made by it, in id order; at most `max`. */
int invitations_accounts(struct arena *arena, struct view *view, uint64_t id, size_t max, struct id_list *ret_ids);
/* How many of a sponsor's newest `max` are open, or were made since `since_ms` and not used. */
int invitations_held(struct view *view, uint64_t sponsor_id, int64_t now_ms, int64_t since_ms, size_t max,
                     size_t *ret_count);

struct invitation_filter {
	bool of_sponsor;          /* only those of sponsor_id */
	uint64_t sponsor_id;
	bool in_state;            /* only those in `state` */
	enum invitation_state state;
	struct str email, department;  /* ASCII letters of any case; empty: any */
	int64_t now_ms;
};

/* A page in the order of paging, newest first. Few of very many may fit: then it ends early. *ret_last: the last id that
 * was looked at when others may follow, or 0. */
int invitations_list(struct arena *arena, struct view *view, const struct invitation_filter *filter,
                     const struct page *page, struct invitation **ret_list, size_t *ret_count, uint64_t *ret_last);

/* Forgets those that ended INVITATION_KEPT_DAYS ago, at most `max`; *ret_more: call again. */
int invitations_forget(struct txn *txn, size_t max, bool *ret_more);
/* Who came by one that was for one person is erased: their name and address go from it. Absent is OK. */
int invitations_unname(struct txn *txn, uint64_t id);
/* Those of a sponsor whose account is erased; *ret_more: call again. */
int invitations_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
