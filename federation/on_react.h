/*
 * Rows of the activity table about favourites and boosts. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_REACT_H
#define FEDERATION_ON_REACT_H

#include "federation/apply.h"

/* The post `uri` (of ours: `id`) as the actor sees it; of a boost, what it boosts. ERR_NOT_FOUND also for one that is
 * hidden from the actor. */
int react_find_post(struct apply *apply, struct str uri, uint64_t id, struct post *ret_post);

int like_may(struct apply *apply);
int like_apply(struct apply *apply);
int unlike_may(struct apply *apply);
int unlike_apply(struct apply *apply);
int announce_may(struct apply *apply);
int announce_apply(struct apply *apply);
int unannounce_may(struct apply *apply);
int unannounce_apply(struct apply *apply);

#endif
