/*
 * Reactions with an emoji, in the client API as Pleroma and its clients have it: /api/v1/pleroma/statuses/:id/reactions.
 *
 * check and show on HTTP threads, write on the writer. Whoever may not see a post gets the same answer as for one that
 * does not exist.
 */
#ifndef NODE_API_EMOJI_REACTIONS_H
#define NODE_API_EMOJI_REACTIONS_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/emoji_reactions.h"

/* PUT and DELETE …/:emoji answer the status; both may be repeated. A custom emoji is named as the list of reactions does:
 * name, or name@host when it is foreign and was given already. 422: not one emoji, or too many kinds. */
int api_emoji_react_check(struct call *call, struct view *view);
int api_emoji_unreact_check(struct call *call, struct view *view);
int api_emoji_react_write(struct call *call, struct txn *txn);
int api_emoji_unreact_write(struct call *call, struct txn *txn);
int api_emoji_react_show(struct call *call, struct view *view);
/* GET …/reactions and …/reactions/:emoji: who gave which. */
int api_emoji_reactions(struct call *call, struct view *view);

/* The members name, count and me of one kind, and url and static_url of a custom emoji, without its braces. */
void emoji_count_w(struct json_writer *w, const struct emoji_count *count);

#endif
