/*
 * Custom emojis of this node on the wire: Emoji objects in the tags of what our people write and are. They are public by
 * nature, as their pictures are: who reads a text has to see them, whatever node that is read on.
 */
#ifndef FEDERATION_EMOJI_TAG_H
#define FEDERATION_EMOJI_TAG_H

#include "storage/emojis.h"

struct post;

/* The Emoji object of one of ours; with @context when it stands alone. */
void emoji_tag_w(struct json_writer *w, const struct instance *instance, const struct emoji_shown *shown, bool alone);
/* Elements of an array of tags: those that are named in a post of ours, or in an account of ours. */
void emoji_tags_w_post(struct json_writer *w, struct view *view, const struct post *post, const struct poll *poll);
void emoji_tags_w_account(struct json_writer *w, struct view *view, const struct account *account);
/* "content" and "tag" of a reaction (struct emoji_reaction): the picture itself, or a custom one's name and picture. */
void emoji_tag_w_reaction(struct json_writer *w, struct str emoji, struct str url);

#endif
