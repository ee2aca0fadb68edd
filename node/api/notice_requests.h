/*
 * Whose notifications one wants, and what waits for that decision: the policy and the requests of the client API.
 */
#ifndef NODE_API_NOTICE_REQUESTS_H
#define NODE_API_NOTICE_REQUESTS_H

#include "node/call.h"

int api_notice_policy(struct call *call, struct view *view);
/* for_not_following, for_not_followers, for_new_accounts, for_private_mentions, for_limited_accounts: accept, filter or
 * drop; what is absent stays. */
int api_notice_policy_check(struct call *call, struct view *view);
int api_notice_policy_write(struct call *call, struct txn *txn);

int api_notice_requests(struct call *call, struct view *view);
int api_notice_request(struct call *call, struct view *view);
/* id of the path, or id[]; then api_show_nothing(). */
int api_notice_requests_check(struct call *call, struct view *view);
int api_notice_requests_accept_write(struct call *call, struct txn *txn);
int api_notice_requests_dismiss_write(struct call *call, struct txn *txn);
int api_notice_requests_merged(struct call *call, struct view *view);

#endif
