/*
 * The synchronisation with the company's directory: reads it, plans, and does what was planned, in batches, so that the
 * writer is free between them. Broken off anywhere, the next one ends where this would have. Blocks: jobs, pool threads
 * and the command line. One at a time in a process.
 */
#ifndef NODE_ACCOUNTS_DIRECTORY_SYNC_H
#define NODE_ACCOUNTS_DIRECTORY_SYNC_H

#include "node/accounts/directory_plan.h"

struct arena;
struct config;
struct instance;
struct job;
struct new_person;
struct node;
struct store;
struct writer;

struct directory_sync {
	struct store *store;
	struct writer *writer;     /* NULL: this process writes itself */
	const struct config *config;
	const struct instance *instance;
	uint64_t actor_id;         /* who asks for it; 0: the command line, or the node itself */
	bool confirmed;            /* with the number of those who may be disabled: */
	size_t confirmed_disable;
	/* what came of it */
	struct directory_settings settings;
	struct directory_plan plan;
	struct directory_run run;  /* of directory_sync_run() */
	struct str why;            /* of an error */
};

/* What would be done. ERR_NOT_FOUND: there is no directory. ERR_INVALID, ERR_NETWORK, ERR_DENIED, ERR_LIMIT: it cannot be
 * read, or not whole. ERR_GONE: its answer is empty. sync->why says it. */
int directory_sync_preview(struct arena *arena, struct directory_sync *sync);
/* Does it, and notes in the store how it went. Of an answer that is empty or not whole nothing is done. ERR_EXISTS: more
 * would be disabled than may be without a word, or another number than was confirmed; nothing was done. ERR_BUSY: one is
 * under way. */
int directory_sync_run(struct arena *arena, struct directory_sync *sync);

/* The job "directory": one when its time has come, after a first one by hand. */
int directory_sync_job(struct node *node, struct arena *arena, struct job *job);

/* An account for an entry. The second in a transaction: with its link, roles and journal entry. `person` was prepared by
 * the first. ERR_EXISTS: name, address or entry are taken by now. */
int directory_prepare(struct arena *arena, const struct instance *instance, const struct directory_entry *entry,
                      struct new_person *ret_person, struct str *ret_why);
int directory_make(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
                   const struct directory_entry *entry, struct new_person *person);
/* Lays what the entry says over its account, if that differs. */
int directory_update(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
                     uint64_t account_id, const struct directory_entry *entry);
/* Links an account that is there to an entry: from then on its password is the directory's. ERR_EXISTS: one of the two is
 * linked otherwise. ERR_NOT_FOUND: nobody of ours. */
int directory_join(struct arena *arena, struct txn *txn, const struct directory_settings *settings, uint64_t actor_id,
                   uint64_t account_id, const struct directory_entry *entry);
/* The directory holds somebody back, or no longer; ERR_DENIED: the last administrator stays. */
int directory_hold(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t account_id, bool on, struct str why);

#endif
