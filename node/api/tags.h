/*
 * Tags through the client API: following them, showing them on one's profile, and what is talked about.
 *
 * A tag is named in any form: "#Été", "été" and what Unicode holds for the same are one.
 */
#ifndef NODE_API_TAGS_H
#define NODE_API_TAGS_H

#include "node/call.h"
#include "storage/base/json.h"

int api_tag(struct call *call, struct view *view);
/* The path's ":name"; then a write, then api_tag(). */
int api_tag_check(struct call *call, struct view *view);
int api_tag_follow_write(struct call *call, struct txn *txn);
int api_tag_unfollow_write(struct call *call, struct txn *txn);
int api_tag_feature_write(struct call *call, struct txn *txn);
int api_tag_unfeature_write(struct call *call, struct txn *txn);
int api_followed_tags(struct call *call, struct view *view);

/* On a profile; the first is a value of another entity. */
int api_w_featured_tags(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id);
int api_featured_tags(struct call *call, struct view *view);
int api_account_featured_tags(struct call *call, struct view *view);
int api_featured_tag_check(struct call *call, struct view *view);  /* name */
int api_featured_tag_show(struct call *call, struct view *view);
int api_featured_tag_delete_write(struct call *call, struct txn *txn);  /* then api_show_nothing() */
int api_featured_tag_suggestions(struct call *call, struct view *view);

/* offset, limit. */
int api_trends_tags(struct call *call, struct view *view);
int api_trends_statuses(struct call *call, struct view *view);

#endif
