/*
 * Attachments of foreign posts: what is shown as media, and what is only a link. Files are never fetched here. Pure.
 */
#ifndef FEDERATION_ATTACHMENT_H
#define FEDERATION_ATTACHMENT_H

#include "storage/base/json.h"

struct arena;

/* The media of a post as the array that struct post keeps (attachments_json); empty when there are none. Image, Video,
 * Audio and Document with `url` or `href`, Links to such media, and, where nothing is attached, the file that a post
 * of one of these types is itself. At most 16; descriptions have at most 1,500 characters. */
struct str attachment_media(struct arena *arena, const json_t *document);
/* Links attached to a post that are no media, as paragraphs of HTML, not yet sanitised: what a Page is about. */
struct str attachment_links(struct arena *arena, const json_t *document);

#endif
