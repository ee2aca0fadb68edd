/*
 * Announcements of the client API. They are made on the command line (node/cli/commands_announcement.c).
 */
#ifndef NODE_API_ANNOUNCEMENTS_H
#define NODE_API_ANNOUNCEMENTS_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/model.h"

/* Those that are not over; with_dismissed=false: without the dismissed. */
int api_announcements(struct call *call, struct view *view);
int api_announcement_dismiss_write(struct call *call, struct txn *txn);  /* then api_show_nothing(), as the others */
/* :name is an emoji, or the shortcode of one of this node */
int api_announcement_react_check(struct call *call, struct view *view);
int api_announcement_unreact_check(struct call *call, struct view *view);
int api_announcement_react_write(struct call *call, struct txn *txn);
int api_announcement_unreact_write(struct call *call, struct txn *txn);

/* One kind of reaction, for who listens: name, count, announcement_id. ERR_NOT_FOUND: no such announcement. */
int announcement_reaction_w(struct json_writer *w, struct arena *arena, struct view *view, uint64_t id, struct str emoji);
/* As `viewer_id` sees it; 0: somebody who did nothing with it yet. */
int announcement_entity_w(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                          const struct announcement *announcement);

#endif
