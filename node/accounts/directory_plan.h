/*
 * What a synchronisation with the company's directory would do: entries of the directory compared with the accounts that
 * are linked to it. Reads alone; the doing is directory_sync.h's. Any thread.
 */
#ifndef NODE_ACCOUNTS_DIRECTORY_PLAN_H
#define NODE_ACCOUNTS_DIRECTORY_PLAN_H

#include "node/directory/client.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct instance;

enum directory_act {
	DIRECTORY_MAKE, DIRECTORY_CHANGE, DIRECTORY_DISABLE, DIRECTORY_ENABLE, DIRECTORY_CONFLICT, DIRECTORY_ACTS,
};

/* "make", "change", "disable", "enable", "conflict". */
const char *directory_act_name(enum directory_act act);

/* One field of a change. */
struct directory_difference {
	const char *field;         /* "display_name", "mail", "department", "job_title", "roles", "dn", "login", "rule",
	                            * "locked" */
	struct str before, after;
};
enum { DIRECTORY_DIFFERENCES_MAX = 9 };

struct directory_step {
	enum directory_act act;
	uint64_t account_id;       /* 0: there is none yet */
	struct str name;           /* of the account, or the one it would have; of a conflict also the DN */
	const struct directory_entry *entry;  /* NULL: it is gone from the directory */
	struct str why;            /* of a conflict, and of who is disabled */
	struct directory_difference differences[DIRECTORY_DIFFERENCES_MAX];
	size_t difference_count;
};

struct directory_plan {
	struct directory_step *steps;
	size_t count, room;
	size_t counts[DIRECTORY_ACTS];
	size_t entries;            /* of the directory's answer */
	size_t accounts;           /* linked ones that the directory does not hold back now */
	size_t disable_limit;      /* as many may be disabled without a word */
};

/* 5 % of so many accounts, and at least 3. */
size_t directory_disable_limit(size_t accounts);

/* The name that an entry's account would have: its login as it is, or else in lower case without accents. */
struct str directory_account_name(struct arena *arena, const struct directory_entry *entry);

/* How account, person and link differ from the entry; *ret_differences has DIRECTORY_DIFFERENCES_MAX. Lays the entry's
 * values over all three. A mail address that is somebody else's, or no address, is left as it is: *ret_conflict says so. */
size_t directory_compare(struct arena *arena, struct view *view, const struct directory_settings *settings,
                         const struct directory_entry *entry, struct account *account, struct user *user,
                         struct directory_link *link, struct directory_difference *ret_differences,
                         struct str *ret_conflict);

/* Names of the fields that the directory keeps (enum directory_lock), with commas between. */
struct str directory_locked_names(struct arena *arena, uint8_t locked);

/* Why no account can be made of an entry; STR_NONE: one can. *ret_account_id: whose name or address it is, or 0. */
struct str directory_make_fault(struct arena *arena, struct view *view, const struct directory_entry *entry,
                                uint64_t *ret_account_id);

/* The texts live in `arena`, the entries are the caller's and stay as long. */
int directory_plan_make(struct arena *arena, struct view *view, const struct directory_settings *settings,
                        const struct directory_entry *entries, size_t count, struct directory_plan *ret_plan);

#endif
