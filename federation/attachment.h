/*
 * Attachments of foreign posts: what is shown as media, and what is only a link. Files are never fetched here. Pure.
 */
#ifndef FEDERATION_ATTACHMENT_H
#define FEDERATION_ATTACHMENT_H

#include "storage/base/json.h"

struct arena;

enum { ATTACHMENTS_MAX = 16 };  /* kept of a post */

/* The media of a post as the array that struct post keeps (attachments_json); empty when there are none. Image, Video,
 * Audio and Document with `url` or `href`, Links to such media, and, where nothing is attached, the file that a post
 * of one of these types is itself. At most ATTACHMENTS_MAX; descriptions have at most 1,500 characters. */
struct str attachment_media(struct arena *arena, const json_t *document);
/* Of what attachment_media() gave, the first `max` of these kinds (set of enum media_kind; 0: all). */
struct str attachment_keep(struct arena *arena, struct str attachments_json, uint64_t max, uint8_t kinds);
/* Those of a post of ours as others read them: without what only our clients are told. */
struct str attachment_publish(struct arena *arena, struct str attachments_json);
/* Links attached to a post that are no media, as paragraphs of HTML, not yet sanitised: what a Page is about. */
struct str attachment_links(struct arena *arena, const json_t *document);

#endif
