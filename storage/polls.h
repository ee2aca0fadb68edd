/*
 * Polls: what a Question asks beside its post, and who chose what.
 *
 * Whether one may vote, and until when, is not asked here. Reads: any thread; puts: the writer.
 */
#ifndef STORAGE_POLLS_H
#define STORAGE_POLLS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum {
	POLL_OPTIONS_MAX = 100,
	POLL_OPTION_CHARACTERS_MAX = 2048,
	POLL_BYTES_MAX = 64 * 1024,   /* all options together */
};

/* Puts the poll of a post that is stored; the finished JSON of the post is made anew. ERR_INVALID: a boost, or not
 * one count for each option. ERR_LIMIT: too many of them. ERR_NOT_FOUND: no such post. */
int polls_put(struct txn *txn, const struct poll *poll);
int polls_get(struct arena *arena, struct view *view, uint64_t post_id, struct poll *ret_poll);
/* Has it ended? */
bool polls_over(const struct poll *poll, int64_t now_ms);
/* All votes, as its counts say. */
uint64_t polls_sum(const struct poll *poll);

/* Counts one choice of an account. ERR_EXISTS: it is counted, or another one is and only one may be. ERR_INVALID: no
 * such option. ERR_NOT_FOUND: no such poll. */
int polls_vote(struct txn *txn, uint64_t post_id, uint64_t account_id, uint64_t choice);
int polls_vote_get(struct arena *arena, struct view *view, uint64_t post_id, uint64_t account_id,
                   struct vote *ret_vote);
/* Takes back all that an account chose. ERR_NOT_FOUND. */
int polls_vote_remove(struct txn *txn, uint64_t post_id, uint64_t account_id);
/* Who voted, by account id after `after`. */
int polls_voters(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                 struct id_list *ret_ids);
/* Posts in whose polls an account voted, some of them. */
int polls_voted(struct arena *arena, struct view *view, uint64_t account_id, size_t max, struct id_list *ret_ids);

#endif
