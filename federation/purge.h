/*
 * What an account or a post that ended leaves behind, removed page by page.
 */
#ifndef FEDERATION_PURGE_H
#define FEDERATION_PURGE_H

#include <stdbool.h>

#include "storage/engine/store.h"

struct arena;
struct job;

/* JOB "purge_account" (job->subject: the account): its posts, favourites, follows and requests, and of ours the private key once
 * its Delete can no longer be on its way. */
int purge_account_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
/* JOB "purge_post" (job->subject: the post): boosts and favourites that one posts_delete() could not remove. */
int purge_post_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);
/* JOB "purge_peer" (job->subject: the peer): deliveries that one peers_delete() could not remove. */
int purge_peer_write(struct arena *arena, struct txn *txn, struct job *job, bool *ret_more);

#endif
