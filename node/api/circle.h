/*
 * One's circle and beyond, through the client API: whom one recommends, whom one knows in common, whom one might know,
 * and who wants to be found.
 */
#ifndef NODE_API_CIRCLE_H
#define NODE_API_CIRCLE_H

#include "node/call.h"

/* Recommended on one's profile: whom one follows. Then api_relation_show(). */
int api_endorse_check(struct call *call, struct view *view);
int api_endorse_write(struct call *call, struct txn *txn);
int api_unendorse_write(struct call *call, struct txn *txn);  /* after api_relation_check() */
int api_endorsements(struct call *call, struct view *view);          /* one's own */
int api_account_endorsements(struct call *call, struct view *view);  /* of the account in the path */

/* id[]: at most 20. */
int api_familiar_followers(struct call *call, struct view *view);

/* limit. Besides what clients of Mastodon know, each has "reasons": friends (accounts) and fields (name, value). */
int api_suggestions(struct call *call, struct view *view);
int api_suggested_accounts(struct call *call, struct view *view);  /* the accounts alone, as clients of old ask */
int api_suggestion_dismiss_write(struct call *call, struct txn *txn);  /* after api_relation_check() */

/* offset, limit, order (active, new), local. */
int api_directory(struct call *call, struct view *view);

#endif
