/*
 * to and cc to visibility and back, and the set of inboxes an activity goes to. Source: ActivityPub sections 5.6, 7.1;
 * the field's conventions: public to [Public] cc [followers, mentions]; unlisted the other way round; followers-only
 * to [followers]; direct to [mentions].
 */
#ifndef FEDERATION_AUDIENCE_H
#define FEDERATION_AUDIENCE_H

#include "federation/activity.h"

#define PUBLIC_URI "https://www.w3.org/ns/activitystreams#Public"

/* Visibility of addresses; `followers_uri` is the author's collection. as:Public and Public count as Public. */
uint8_t audience_visibility(const struct str_list *to, const struct str_list *cc, struct str followers_uri);
/* Addresses of one of our posts (or of a boost of visibility `post->visibility`). */
int audience_of_post(struct arena *arena, struct view *view, const struct post *post, struct str_list *ret_to,
                     struct str_list *ret_cc);

#endif
