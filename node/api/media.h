/*
 * Files of one's own: uploading them, what is said about them, taking them back. With those of posts and profiles, for the
 * handlers of these.
 */
#ifndef NODE_API_MEDIA_H
#define NODE_API_MEDIA_H

#include "federation/apply.h"
#include "node/call.h"
#include "storage/base/json.h"
#include "storage/model.h"

/* POST /api/v1/media (waits until the file is ready), POST /api/v2/media (202 when no worker is free) */
int api_media_check(struct call *call, struct view *view);
int api_media_work_v1(struct call *call);
int api_media_work(struct call *call);
int api_media_write(struct call *call, struct txn *txn);
int api_media_show(struct call *call, struct view *view);

/* GET /api/v1/media/:id */
int api_media_get(struct call *call, struct view *view);
/* PUT, DELETE /api/v1/media/:id */
int api_media_edit_check(struct call *call, struct view *view);
int api_media_edit_work(struct call *call);
int api_media_edit_write(struct call *call, struct txn *txn);
int api_media_delete_check(struct call *call, struct view *view);
int api_media_delete_write(struct call *call, struct txn *txn);

/* media_ids[] and media_attributes[] of a post. 422 for more than MEDIA_PER_POST_MAX, and for what is no id. */
int media_read_draft(struct call *call, struct post_draft *draft);
/* Fails the call for an error of act_create_post() or act_update_post() that is about files; otherwise gives it back. */
int media_refuse(struct call *call, int err);

/* The files of a draft that is to wait, with what it says of them. Fails the call as media_refuse() does. */
int media_read_waiting(struct call *call, struct view *view, const struct post_draft *draft, struct media_set *ret_set);

/* The MediaAttachment of a record. */
void media_w_entity(struct json_writer *w, struct call *call, struct view *view, const struct media_record *media);
/* supported_mime_types of the instance documents. */
struct str media_types_json(void);

#endif
