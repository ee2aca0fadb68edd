/*
 * Move: an account goes on under another address, and who follows it here follows it there. Writer thread, but for
 * what is pure.
 */
#ifndef FEDERATION_ON_MOVE_H
#define FEDERATION_ON_MOVE_H

#include "federation/apply.h"

struct job;

enum { MOVE_REST_DAYS = 7 };  /* between two moves of an account */

/* Row of the activity table; called by federation/apply.c only. The new account is always asked for anew (NEED) unless it
 * is ours: it must name the old one. */
int move_may(struct apply *apply);
int move_apply(struct apply *apply);

/* Has it moved so lately that it may not again? Pure. */
bool move_rests(const struct account *old, int64_t now_ms);
/* Why `old` may not move to `target` at that time, as a sentence for people; NULL: it may. Pure. */
const char *move_obstacle(const struct account *old, const struct account *target, int64_t now_ms);
/* The account that the document of `account` says it moved to, if it is known here and names `account`; else 0. */
uint64_t move_target_id(struct arena *arena, struct view *view, const struct account *account);

/* JOB "move" (job->subject: the old account, job->argument: the address of the new one): a page of our people who follow
 * the old one follow the new one with the same wishes, and the old one no more. Whom a block stands between stays. */
int move_followers_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
