/*
 * Finished client JSON: the part of an account or a status that is the same for every viewer, built once in the
 * write that changes it and joined on read (building JSON per request is the dearest thing on the read path).
 *
 * A fragment is the members of the object without the braces. Of an account it holds all but the counts and
 * last_status_at; of a status all but the counts, account, reblog and what depends on the viewer. Fields and types:
 * the client API's Account and Status. Pure but for look-ups of mentioned accounts.
 */
#ifndef STORAGE_FRAGMENT_H
#define STORAGE_FRAGMENT_H

#include "storage/base/json.h"
#include "storage/instance.h"
#include "storage/model.h"

struct arena;

struct str fragment_account(struct arena *arena, const struct instance *instance, const struct account *account);
/* One object of attachments_json as a MediaAttachment; of a foreign post with an id made of its own and its number. */
void fragment_w_attachment(struct json_writer *w, const struct instance *instance, const struct post *post,
                           const json_t *attachment, size_t number);
/* Member "emojis": those that came with what is foreign, whose pictures come by way of us; an empty array for what is ours
 * (storage/emojis.h). */
void fragment_w_emojis(struct json_writer *w, const struct instance *instance, uint64_t shown_by, struct str json);
struct str fragment_post(struct arena *arena, struct view *view, const struct post *post);

#endif
