/*
 * Search of the client API: posts by their words, people by name, handle or profile, hashtags by their beginning, posts and
 * people by address.
 *
 * check looks up addresses and handles here; work looks for words, or, only when asked with resolve=true and only at listed
 * peers, looks there and stores what it finds; show answers. A foreign address that leads to nothing is an empty answer, not
 * an error.
 */
#ifndef NODE_API_SEARCH_H
#define NODE_API_SEARCH_H

#include "node/call.h"

/* GET /api/v2/search and GET /api/v1/accounts/search: q, type, resolve, following, limit, offset; of posts account_id,
 * max_id, min_id (node/search/find.h). */
int api_search_check(struct call *call, struct view *view);
int api_account_search_check(struct call *call, struct view *view);
int api_search_work(struct call *call);
int api_search_show(struct call *call, struct view *view);
int api_account_search_show(struct call *call, struct view *view);

#endif
