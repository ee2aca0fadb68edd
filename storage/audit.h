/*
 * The journal of what was done to people's access and to the node: who, what, when, to whom. Entries are a chain: each
 * holds the SHA-256 over the hash of the one before it and its own bytes, so that none can be changed, taken out or moved
 * without the rest telling. What is cut off its end, the head tells (the last number and hash, kept beside them); what
 * is written anew from some point on, a head that was noted outside of the machine.
 *
 * Nothing is ever changed or taken away, so what must be erasable is not in it: no secret, no content, no e-mail
 * address, and of accounts of this store the id alone (whoever shows an entry looks the name up while there is one).
 */
#ifndef STORAGE_AUDIT_H
#define STORAGE_AUDIT_H

#include "storage/base/hash.h"
#include "storage/base/str.h"
#include "storage/engine/store.h"
#include "storage/page.h"

struct arena;

enum {
	AUDIT_ACTION_MAX = 40, AUDIT_SUBJECT_MAX = 255, AUDIT_DETAIL_MAX = 500,  /* bytes */
};

struct audit_entry {
	uint64_t actor_id;   /* who did it; 0: the command line, so whoever runs the machine, or the node itself */
	const char *action;  /* a stable word, "invitation.create": a to z, digits, '.', '_' and '-', at most AUDIT_ACTION_MAX */
	uint64_t subject_id; /* the account, report, invitation …; 0: none */
	struct str subject;  /* a name or id as text; not kept when subject_id is an account of this store */
	struct str detail;   /* what else is to know: old and new value of a setting, reason … */
};

/* In the transaction of the act: either both are there or neither. Longer texts are cut and control characters become
 * spaces. Before the act when it takes the subject's record away. ERR_INVALID: no such action can be. Writer thread. */
int audit_append(struct txn *txn, const struct audit_entry *entry);

/* How many there are, as the head says. */
uint64_t audit_count(struct view *view);

/* An entry as it is kept. */
struct audit_record {
	uint64_t sequence;   /* from 1 on, without gaps */
	int64_t at_ms;
	uint64_t actor_id;
	struct str action;
	uint64_t subject_id;
	struct str subject, detail;
	uint8_t hash[SHA256_BYTES];
};

struct audit_query {
	uint64_t account_id;  /* who did it or to whom it was done; 0: any */
	struct str action;    /* in full, or its first words: "user" is all of "user.…"; empty: any */
	int64_t since_ms;     /* not older than; 0: any */
	size_t looked_at_max; /* ends the search early; 0: it goes on */
};

/* A page by sequence numbers in the order it is walked: the newest first, or the oldest when asked for by min_id.
 * *ret_next: the last number that was looked at, when others lie beyond it; 0: that was all. Any thread. */
int audit_list(struct arena *arena, struct view *view, const struct audit_query *query, const struct page *page,
               struct audit_record **ret_records, size_t *ret_count, uint64_t *ret_next);

/* What audit_verify() found. */
struct audit_verdict {
	uint64_t count;              /* entries up to the first bad one */
	uint8_t head[SHA256_BYTES];  /* hash of the last of them; zeros: there is none */
	uint64_t bad;                /* sequence number of the first that is not as it was written; 0: the chain is whole */
	const char *fault;           /* what is wrong with it; NULL with bad == 0 */
	uint64_t noted;              /* where the noted head stands in the chain; 0: nowhere up to the first bad entry */
};

/* Follows the chain from its first entry to the head. `noted` is a head of earlier times, 32 bytes, or empty. Memory does
 * not grow with the chain. Errors are those of the store. Any thread. */
int audit_verify(struct view *view, struct str noted, struct audit_verdict *ret_verdict);

/* For the check of the store: what is wrong with one item of SPACE_AUDIT, seen with its neighbours; NULL: nothing. */
const char *audit_item_fault(struct arena *arena, struct view *view, struct str key, struct str value);

#endif
