/*
 * Whom somebody does not want to meet, for whatever reason: a block, a mute, a domain. Asked by timelines and notices;
 * who may see whose posts is storage/access.h's, and what is against the whole node storage/silence.h's.
 */
#ifndef STORAGE_SHUNS_H
#define STORAGE_SHUNS_H

#include "storage/engine/store.h"

/* Nothing of `other_id` in timelines of `account_id`. */
bool shuns(struct view *view, uint64_t account_id, uint64_t other_id);
/* Nor a word of what it does. */
bool shuns_notices(struct view *view, uint64_t account_id, uint64_t other_id);
/* May there be anybody at all? Asked once, it spares a page of others the questions above. */
bool shuns_anybody(struct view *view, uint64_t account_id);
/* By its domain alone. */
bool shuns_domain(struct view *view, uint64_t account_id, uint64_t other_id);

#endif
