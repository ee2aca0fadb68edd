/*
 * People through the client API: reading, following, answering requests. One's own profile: profile.h.
 *
 * Ids come from the path's ":id". check and show on HTTP threads, write on the writer.
 */
#ifndef NODE_API_ACCOUNTS_H
#define NODE_API_ACCOUNTS_H

#include "node/call.h"

int api_account_get(struct call *call, struct view *view);
/* id[]: those that are there, in that order. */
int api_accounts(struct call *call, struct view *view);
int api_account_lookup(struct call *call, struct view *view);
int api_account_statuses(struct call *call, struct view *view);
int api_account_followers(struct call *call, struct view *view);
int api_account_following(struct call *call, struct view *view);
/* One relationship per account that exists, in the order asked. */
int api_relationships(struct call *call, struct view *view);

/* Check: the account of the path is there and is not oneself. Show: the relationship with it. */
int api_relation_check(struct call *call, struct view *view);
int api_relation_show(struct call *call, struct view *view);
int api_follow_check(struct call *call, struct view *view);
/* Pool: asks for an account again that is known badly. */
int api_follow_work(struct call *call);
int api_follow_write(struct call *call, struct txn *txn);
int api_unfollow_write(struct call *call, struct txn *txn);
int api_remove_follower_write(struct call *call, struct txn *txn);
int api_requests(struct call *call, struct view *view);
int api_request_accept_write(struct call *call, struct txn *txn);
int api_request_reject_write(struct call *call, struct txn *txn);
int api_blocks(struct call *call, struct view *view);
int api_block_write(struct call *call, struct txn *txn);
int api_unblock_write(struct call *call, struct txn *txn);

#endif
