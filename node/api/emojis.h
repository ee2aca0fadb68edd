/*
 * Custom emojis of this node for clients: the list of them, and their place in finished JSON.
 */
#ifndef NODE_API_EMOJIS_H
#define NODE_API_EMOJIS_H

#include "node/call.h"
#include "storage/model.h"

/* GET /api/v1/custom_emojis: those that are not disabled. */
int api_custom_emojis(struct call *call, struct view *view);

/* GET /emojis/:id: the Emoji object of one of them, for peers and whoever else asks. */
int api_emoji_object(struct call *call, struct view *view);

/* The fragment (storage/fragment.h) of an account of ours, or of a post of one (`poll` NULL: without a poll), with "emojis"
 * filled in; the fragment itself when it names none. The result lives in `arena`. */
struct str emojis_in_account(struct arena *arena, struct view *view, struct str fragment);
struct str emojis_in_status(struct arena *arena, struct view *view, struct str fragment, const struct poll *poll);
/* The array of those that the options of a poll name: ours, or those that came with the foreign post it is of. */
struct str emojis_in_poll(struct arena *arena, struct view *view, struct str status_fragment, bool own,
                          const struct poll *poll);
/* Is this the fragment of an account of ours? */
bool emojis_is_own(struct str account_fragment);

#endif
