/*
 * Records to client JSON, batched per page: stored fragments are joined, authors and one's own likes and boosts are
 * looked up once, and only what depends on the viewer or counts is written here. HTTP threads.
 */
#ifndef NODE_API_ENTITIES_H
#define NODE_API_ENTITIES_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/model.h"

struct page;
struct post_page;

/* Account, by id; deleted or unknown ones write null. */
int entity_account(struct json_writer *w, struct arena *arena, struct view *view, uint64_t account_id);
int entities_accounts(struct json_writer *w, struct arena *arena, struct view *view, const struct id_list *ids);
/* Member "role": Role. */
void entity_role(struct json_writer *w, uint8_t roles);
/* Begins an account's object; the caller adds members and ends it. ERR_NOT_FOUND, and nothing written: it is not there. */
int entity_account_begin(struct json_writer *w, struct arena *arena, struct view *view, uint64_t account_id);
/* Member "attribution_domains" of one's own account. */
void entity_attribution_domains(struct json_writer *w, const struct account *account);
/* Member "fields": their values as they were typed; ours are stored rendered, with their source beside (storage/model.h). */
void entity_source_fields(struct json_writer *w, const struct account *account);
/* CredentialAccount of a local person. */
int entity_credential_account(struct json_writer *w, struct arena *arena, struct view *view, uint64_t account_id);
/* Status as `viewer_id` (0: nobody) sees it; boosts with their inner status. The caller has checked access. */
int entity_status(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                  const struct post *post);
int entities_statuses(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                      const struct post *posts, size_t count);
/* Whole answers: a page of posts with its Link header; one of accounts, got with one entry more than it holds. */
int entities_answer_posts(struct call *call, struct view *view, const struct page *page, const struct post_page *found);
int entities_answer_accounts(struct call *call, struct view *view, const struct page *page, struct id_list *ids);
int entity_relationship(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                        uint64_t account_id);
/* ERR_NOT_FOUND, and nothing written: what it tells of is gone. A list of one recipient's leaves such ones out. */
int entity_notification(struct json_writer *w, struct arena *arena, struct view *view, const struct notice *notice);
int entities_notifications(struct json_writer *w, struct arena *arena, struct view *view,
                           const struct notice *notices, size_t count);
int entity_conversation(struct json_writer *w, struct arena *arena, struct view *view,
                        const struct conversation *conversation);
int entity_tag(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id, struct str tag);

#endif
