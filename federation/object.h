/*
 * Posts on the wire: foreign objects to drafts, our posts to JSON, tombstones, and collections.
 */
#ifndef FEDERATION_OBJECT_H
#define FEDERATION_OBJECT_H

#include "federation/activity.h"

/* Note, Article, Page, Question, Event, Audio, Video, Image, Document. Anything that is shown as a post. */
int object_parse(struct arena *arena, const json_t *document, struct object_draft *ret_draft);
/* The custom emojis of a document's tags as the client API's CustomEmoji array; empty when there are none. */
struct str object_parse_emojis(struct arena *arena, const json_t *document);
/* Looks up mentions and parent in the store: fills ids, visibility and audience; *ret_need names an unknown parent
 * (OK all the same: the reply waits for it under its URI). Of the media what the author's origin may bring stays. */
int object_resolve(struct arena *arena, struct view *view, struct object_draft *draft, struct str *ret_need);

/* Writes the object of a post as a value (with @context when it stands alone). */
void object_w(struct json_writer *w, struct arena *arena, struct view *view, const struct post *post, bool alone);
struct str object_render(struct arena *arena, struct view *view, const struct post *post);
struct str object_render_tombstone(struct arena *arena, struct str uri, struct str former_type, int64_t deleted_ms);

#endif
